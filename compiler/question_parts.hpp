// The answers by kind of question, and what they share. Internal to the questions; the way in is answer().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/question.hpp"

namespace ward::compiler {

[[nodiscard]] Answer answer_file(const Jail& jail, const FileQuestion& asked);
[[nodiscard]] Answer answer_port(const Jail& jail, const PortQuestion& question);
[[nodiscard]] Answer answer_resolve(const Jail& jail, const ResolveQuestion& question);
[[nodiscard]] Answer answer_call(const Jail& jail, const CallQuestion& question);
[[nodiscard]] Answer answer_capability(const Jail& jail, const CapabilityQuestion& question);
[[nodiscard]] Answer answer_device(const Jail& jail, const DeviceQuestion& question);
[[nodiscard]] Answer answer_variable(const Jail& jail, const VariableQuestion& question);

// ---- for all of them

[[nodiscard]] inline Answer allowed(std::string reason, Origins origins) {
    return {.verdict = Answer::Verdict::allowed, .reason = std::move(reason), .origins = std::move(origins)};
}
[[nodiscard]] inline Answer denied(int error, std::string reason, Origins origins) {
    return {.verdict = Answer::Verdict::denied,
            .failure = Response{Response::Kind::refuse, static_cast<std::uint16_t>(error)},
            .reason = std::move(reason),
            .origins = std::move(origins)};
}

using policy::quoted;
// A condition that stands in the way may also become another one.
inline constexpr std::string_view or_narrower = ", or make it narrower";
// "write `read /etc/hosts` in `files { }`"
[[nodiscard]] inline Change write_line(const std::string& line, const std::string& section) {
    return {"write " + quoted(line) + " in " + quoted(section + " { }"), {{section, line}}};
}
// `words` says which: "remove `host`".
[[nodiscard]] inline Change remove_statements(std::string words, Origins removed) {
    return {std::move(words), {}, std::move(removed)};
}

// ---- what takes system calls

// A value that some bits of an argument must have.
struct NeededValue {
    std::uint8_t argument = 0;
    std::uint32_t mask = 0;
    std::uint32_t value = 0;
};

// A call, and what its arguments must be, all at once; whatever they are if that is empty.
struct NeededCall {
    std::string_view name;
    std::vector<NeededValue> values{};
};

// Absent if the filter lets one of them pass on some ABI with some arguments. Otherwise the answer about
// the first of them, in words about `purpose`: "making a socket".
[[nodiscard]] std::optional<Answer> refused_calls(const Jail& jail, const std::vector<NeededCall>& any_of,
                                                  std::string_view purpose);

}  // namespace ward::compiler
