#include "tests/unit/policy/dump.hpp"

#include <variant>

namespace ward::policy {

namespace {

std::string words(const Word& word) {
    return word.quoted ? " \"" + word.text + '"' : " [" + word.text + ']';
}

std::string words(const std::vector<Word>& list) {
    std::string result;
    for (const Word& word : list) result += words(word);
    return result;
}

std::string words(const char* keyword, const std::optional<Word>& word) {
    return word ? std::string(" ") + keyword + words(*word) : std::string();
}

const char* mark(bool optional) {
    return optional ? "?" : "";
}

struct Dumper {
    std::string operator()(const GrantStatement& s) const {
        const char* verb = s.access == Access::read ? "read" : s.access == Access::write ? "write" : "execute";
        return std::string(verb) + mark(s.optional) + words(s.paths) + words("from", s.from);
    }
    std::string operator()(const HideStatement& s) const {
        return "hide" + std::string(mark(s.optional)) + words(s.paths);
    }
    std::string operator()(const ProtectStatement& s) const {
        return "protect" + std::string(mark(s.optional)) + words(s.paths);
    }
    std::string operator()(const PrivateStatement& s) const {
        return "private" + words(s.paths) + words("size", s.size) + words("mode", s.mode);
    }
    std::string operator()(const DeviceStatement& s) const { return "device" + words(s.names); }
    std::string operator()(const LinkStatement& s) const { return "link" + words(s.path) + " ->" + words(s.target); }
    std::string operator()(const TextFileStatement& s) const { return "file" + words(s.path) + words(s.text); }
    std::string operator()(const SetuidStatement&) const { return "setuid allow"; }
    std::string operator()(const NetworkStatement& s) const { return "network" + words(s.mode); }
    std::string operator()(const CallStatement& s) const {
        const std::string verb = s.permission == Permission::allow ? "allow" : "forbid";
        std::vector<Word> calls;
        for (const CallPattern& call : s.calls) calls.push_back(call.name);
        return verb + words(calls) + (s.except.empty() ? "" : " except" + words(s.except));
    }
    std::string operator()(const RefuseStatement& s) const {
        return "refuse" + words(s.calls) + " with" + words(s.response);
    }
    std::string operator()(const CapabilityStatement& s) const { return "capabilities" + words(s.names); }
    std::string operator()(const LimitStatement& s) const {
        return "limit" + words(s.name) + mark(s.optional) + words(s.values);
    }
    std::string operator()(const KeepVariableStatement& s) const { return "keep" + words(s.patterns); }
    std::string operator()(const SetVariableStatement& s) const { return "set" + words(s.name) + words(s.value); }
    std::string operator()(const ProcessStatement& s) const { return "process" + words(s.name) + words(s.values); }
};

}  // namespace

std::string dump(const Statement& statement) {
    return std::visit(Dumper{}, statement);
}

Span span_of(const Statement& statement) {
    return std::visit([](const auto& s) { return s.span; }, statement);
}

std::string dump(const Policy& policy) {
    std::string result = "policy" + words(policy.name) + words("is", policy.description) + '\n';
    for (const Use& use : policy.uses) result += "use" + words(use.name) + '\n';
    for (const Let& let : policy.lets) result += "let" + words(let.name) + " =" + words(let.value) + '\n';
    for (const Param& param : policy.params) {
        result += "param" + words(param.name) + " :" + words(param.type) + words("=", param.fallback) + '\n';
    }
    for (const Statement& statement : policy.body.statements) result += dump(statement) + '\n';
    return result;
}

}  // namespace ward::policy
