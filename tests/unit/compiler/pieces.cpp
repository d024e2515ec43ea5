#include "pieces.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace ward::compiler {
namespace {

using namespace policy;

// The section of a statement.
std::string_view section_of(const Statement& statement) {
    struct Name {
        std::string_view operator()(const NetworkStatement&) const { return "network"; }
        std::string_view operator()(const CallStatement&) const { return "syscalls"; }
        std::string_view operator()(const RefuseStatement&) const { return "syscalls"; }
        std::string_view operator()(const AbiStatement&) const { return "syscalls"; }
        std::string_view operator()(const CapabilityStatement&) const { return "capabilities"; }
        std::string_view operator()(const LimitStatement&) const { return "limits"; }
        std::string_view operator()(const KeepVariableStatement&) const { return "environment"; }
        std::string_view operator()(const SetVariableStatement&) const { return "environment"; }
        std::string_view operator()(const ProcessStatement&) const { return "process"; }
        std::string_view operator()(const GrantStatement&) const { return "files"; }
        std::string_view operator()(const HideStatement&) const { return "files"; }
        std::string_view operator()(const ProtectStatement&) const { return "files"; }
        std::string_view operator()(const PrivateStatement&) const { return "files"; }
        std::string_view operator()(const OverlayStatement&) const { return "files"; }
        std::string_view operator()(const RootStatement&) const { return "files"; }
        std::string_view operator()(const DirectoryStatement&) const { return "files"; }
        std::string_view operator()(const DeviceStatement&) const { return "files"; }
        std::string_view operator()(const LinkStatement&) const { return "files"; }
        std::string_view operator()(const TextFileStatement&) const { return "files"; }
        std::string_view operator()(const SetuidStatement&) const { return "files"; }
    };
    return std::visit(Name{}, statement);
}

class Writer {
public:
    Writer(const Sources& sources, Random& random) : sources_(sources), random_(random) {}

    std::string run(const Policy& policy) {
        std::vector<std::string> lines;
        for (const Use& use : policy.uses) lines.push_back(text(use.span));
        for (const Let& let : policy.lets) lines.push_back(text(let.span));
        for (const Param& param : policy.params) lines.push_back(text(param.span));
        for (const Group& group : policy.groups) lines.push_back(this->group(group));
        for (const Test& test : policy.tests) lines.push_back(this->test(test));
        std::string result = "policy " + policy.name.text;
        if (policy.description) result += " " + text(policy.description->span);
        return result + "\n" + joined(std::move(lines), policy.body);
    }

private:
    [[nodiscard]] std::string text(Span span) const { return std::string(sources_.text(span)); }

    std::string joined(std::vector<std::string> lines, const Block& block) {
        for (std::string& section : sections(block.statements)) lines.push_back(std::move(section));
        for (const When& when : block.whens) {
            std::string line = text(when.span) + " {\n" + joined({}, when.then) + "}";
            const bool other = !when.otherwise.statements.empty() || !when.otherwise.whens.empty();
            if (other) line += " else {\n" + joined({}, when.otherwise) + "}";
            lines.push_back(std::move(line));
        }
        std::shuffle(lines.begin(), lines.end(), random_);
        std::string result;
        for (const std::string& line : lines) result += line + "\n";
        return result;
    }

    // Each statement goes to one of two sections of its kind.
    std::vector<std::string> sections(const std::vector<Statement>& statements) {
        std::vector<std::pair<std::string, std::string>> written;  // section, text
        for (const Statement& statement : statements) {
            const Span span = std::visit([](const auto& each) { return each.span; }, statement);
            written.emplace_back(section_of(statement), text(span));
        }
        std::shuffle(written.begin(), written.end(), random_);
        std::vector<std::string> result;
        while (!written.empty()) {
            const std::string section = written.front().first;
            std::string body;
            std::vector<std::pair<std::string, std::string>> rest;
            for (std::size_t i = 0; i < written.size(); ++i) {
                const bool here = written[i].first == section && (i == 0 || random_() % 2 == 0);
                if (here) {
                    body += "    " + written[i].second + "\n";
                } else {
                    rest.push_back(written[i]);
                }
            }
            result.push_back(section + " {\n" + body + "}");
            written = std::move(rest);
        }
        return result;
    }

    std::string list(std::vector<Word> words) {
        std::shuffle(words.begin(), words.end(), random_);
        std::string result;
        for (const Word& word : words) result += (result.empty() ? "" : ", ") + text(word.span);
        return result;
    }

    std::string group(const Group& group) {
        std::string result = "group " + group.name.text + " { " + list(group.calls);
        if (!group.except.empty()) result += " except " + list(group.except);
        return result + " }";
    }

    std::string test(const Test& test) {
        std::string result = "test " + text(test.title.span);
        for (std::size_t i = 0; i < test.environment.size(); ++i) {
            result += (i == 0 ? " with " : ", ") + text(test.environment[i].span);
        }
        result += " {\n";
        for (const Expectation& each : test.expectations) result += "    " + text(each.span) + "\n";
        return result + "}";
    }

    const Sources& sources_;
    Random& random_;
};

}  // namespace

std::string shuffled(const Policy& policy, const Sources& sources, Random& random) {
    return Writer(sources, random).run(policy);
}

}  // namespace ward::compiler
