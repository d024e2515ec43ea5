// Questions about capabilities, devices and environment variables.
#include <algorithm>
#include <cerrno>

#include "compiler/capabilities.hpp"
#include "compiler/path_pattern.hpp"
#include "compiler/question_parts.hpp"

namespace ward::compiler {

Answer answer_capability(const Jail& jail, const CapabilityQuestion& question) {
    const std::string name(capability_name(question.number));
    if (((jail.capabilities.kept >> question.number) & 1) == 0) {
        Answer answer = denied(EPERM, "nothing keeps it, so what takes it is refused", {});
        answer.candidates = {write_line("keep " + name, "capabilities")};
        return answer;
    }
    const auto origins = jail.capabilities.origins.find(question.number);
    Answer answer = allowed("it is kept", origins == jail.capabilities.origins.end() ? Origins{} : origins->second);
    answer.notes.emplace_back("it counts for what belongs to the jail's own namespaces (user_namespaces(7))");
    answer.candidates = {remove_statements("remove " + quoted(name) + " from `keep`", answer.origins)};
    answer.lasting = "nothing takes back what is kept";
    return answer;
}

Answer answer_device(const Jail& jail, const DeviceQuestion& question) {
    for (const auto& device : jail.devices) {
        if (device.value != question.name) continue;
        Answer answer = allowed(quoted("device " + device.value) + " grants it", device.origins);
        answer.candidates = {remove_statements("remove " + quoted(device.value) + " from `device`", device.origins)};
        answer.lasting = "nothing takes back a device";
        return answer;
    }
    Answer answer = denied(ENOENT, "nothing grants it, so `/dev` does not hold it", {});
    answer.candidates = {write_line("device " + question.name, "files")};
    return answer;
}

Answer answer_variable(const Jail& jail, const VariableQuestion& question) {
    const auto set = jail.environment.set.find(question.name);
    if (set != jail.environment.set.end()) {
        Answer answer = allowed("it is set to " + quoted(set->second.value), set->second.origins);
        answer.notes.emplace_back("the caller's own value is not seen");
        answer.candidates = {remove_statements("remove " + quoted("set " + question.name), answer.origins)};
        answer.lasting = "nothing takes back what is set";
        return answer;
    }
    for (const auto& kept : jail.environment.kept) {
        if (!matches(kept.pattern, question.name)) continue;
        Answer answer = allowed(quoted("keep " + kept.pattern) + " passes the caller's value on", kept.origins);
        answer.candidates = {remove_statements("remove " + quoted(kept.pattern) + " from `keep`", kept.origins)};
        answer.lasting = "nothing takes back what is kept";
        return answer;
    }
    Answer answer{.verdict = Answer::Verdict::denied, .reason = "nothing keeps or sets it, so it is not there"};
    answer.candidates = {write_line("keep " + question.name, "environment")};
    return answer;
}

}  // namespace ward::compiler
