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

std::string words(const char* keyword, const OptionalWord& word) {
    return word ? std::string(" ") + keyword + words(*word) : std::string();
}

const char* mark(bool optional) {
    return optional ? "?" : "";
}

std::string joined(const std::vector<Word>& values, const char* separator) {
    std::string result;
    for (const Word& value : values) result += (result.empty() ? "" : separator) + value.text;
    return result;
}

std::string joined(const std::vector<Expression>& parts, const char* word) {
    std::string result;
    for (const Expression& part : parts) result += (result.empty() ? "" : word) + dump(part);
    return '(' + result + ')';
}

std::string dump_comparison(const Expression& e) {
    std::string result = e.subject.text;
    if (!e.mask.empty()) result += " & {" + joined(e.mask, " ") + '}';
    if (!e.relation.text.empty()) result += ' ' + e.relation.text;
    if (!e.values.empty()) result += " {" + joined(e.values, " ") + '}';
    return result;
}

std::string dump(const CallPattern& call) {
    const std::string name = words(call.name);
    return call.arguments ? name + '(' + joined(call.arguments->names, ", ") + ')' : name;
}

std::string dump(const std::vector<Binding>& bindings) {
    std::string result;
    for (const Binding& binding : bindings) result += " (" + binding.name.text + " =" + words(binding.value) + ')';
    return result;
}

std::string dump(const Block& block, const std::string& indent);

std::string dump(const When& when, const std::string& indent) {
    std::string result = indent + "when " + dump(when.condition) + '\n' + dump(when.then, indent + "  ");
    const std::string otherwise = dump(when.otherwise, indent + "  ");
    return otherwise.empty() ? result : result + indent + "else\n" + otherwise;
}

std::string dump(const Block& block, const std::string& indent) {
    std::string result;
    for (const Statement& statement : block.statements) result += indent + dump(statement) + '\n';
    for (const When& when : block.whens) result += dump(when, indent);
    return result;
}

std::string dump(const Test& test) {
    std::string result = "test" + words(test.title) + dump(test.environment) + '\n';
    for (const Expectation& each : test.expectations) {
        result += each.expected == Permission::allow ? "  allow " : "  deny ";
        result += dump(each.question) + '\n';
    }
    return result;
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
    std::string operator()(const OverlayStatement& s) const {
        return "overlay" + words(s.paths) + words("into", s.into);
    }
    std::string operator()(const RootStatement& s) const { return "root" + words(s.path); }
    std::string operator()(const DirectoryStatement& s) const { return "directory" + words(s.paths); }
    std::string operator()(const NetworkStatement& s) const {
        const std::string verb = s.permission == Permission::allow ? "network" : "network forbid";
        return verb + words(s.mode) + words("protocol", s.protocol) + words(s.operands);
    }
    std::string operator()(const CallStatement& s) const {
        const std::string verb = s.permission == Permission::allow ? "allow" : "forbid";
        std::string calls;
        for (const CallPattern& call : s.calls) calls += dump(call);
        return verb + calls + (s.except.empty() ? "" : " except" + words(s.except)) +
               (s.condition ? " if " + dump(*s.condition) : "");
    }
    std::string operator()(const RefuseStatement& s) const {
        return "refuse" + words(s.calls) + " with" + words(s.response);
    }
    std::string operator()(const AbiStatement& s) const { return "abi" + words(s.names); }
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

std::string dump(const Expression& expression) {
    switch (expression.kind) {
        case Expression::Kind::all:
            return joined(expression.parts, " and ");
        case Expression::Kind::any:
            return joined(expression.parts, " or ");
        case Expression::Kind::negation:
            return "not " + dump(expression.parts.at(0));
        default:
            return dump_comparison(expression);
    }
}

std::string dump(const Question& question) {
    std::string result = question.subject.text + words(question.operands);
    if (!question.arguments) return result;
    std::string arguments;
    for (const auto& values : *question.arguments) arguments += (arguments.empty() ? "" : ", ") + joined(values, "|");
    return result + '(' + arguments + ')';
}

std::string dump(const Policy& policy) {
    std::string result = "policy" + words(policy.name) + words("is", policy.description) + '\n';
    for (const Use& use : policy.uses) result += "use" + words(use.name) + dump(use.arguments) + '\n';
    for (const Let& let : policy.lets) result += "let" + words(let.name) + " =" + words(let.value) + '\n';
    for (const Param& param : policy.params) {
        result += "param" + words(param.name) + " :" + words(param.type) + words("=", param.fallback) + '\n';
    }
    for (const Group& group : policy.groups) {
        result += "group" + words(group.name) + " =" + words(group.calls);
        result += (group.except.empty() ? "" : " except" + words(group.except)) + '\n';
    }
    result += dump(policy.body, "");
    for (const Test& test : policy.tests) result += dump(test);
    return result;
}

}  // namespace ward::policy
