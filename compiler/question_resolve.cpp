// What the words of a question mean: names looked up, variables replaced, values read.
#include <algorithm>
#include <array>

#include "compiler/argument_values.hpp"
#include "compiler/capabilities.hpp"
#include "compiler/lower.hpp"
#include "compiler/parameters.hpp"
#include "compiler/paths.hpp"
#include "compiler/question.hpp"
#include "compiler/question_parts.hpp"
#include "compiler/syscall_table.hpp"
#include "compiler/values.hpp"
#include "policy/similar_name.hpp"

namespace ward::compiler {
namespace {

using policy::Access;
using policy::Diagnostic;
using policy::Question;
using policy::Word;
using Values = std::vector<Word>;  // of one argument

// A word as a policy would hold it.
std::string written(const Word& word) {
    return word.quoted ? in_quotes(word.text) : word.text;
}

std::string written(const Values& values) {
    std::string text;
    for (const Word& word : values) text += (text.empty() ? "" : "|") + word.text;
    return text;
}

bool is_any(const Values& values) {
    return values.size() == 1 && values.front().text == "_";
}

std::string words_of(const Question& question) {
    std::string words = question.subject.text;
    for (const Word& word : question.operands) words += ' ' + written(word);
    if (!question.arguments) return words;
    std::string arguments;
    for (const Values& values : *question.arguments) arguments += (arguments.empty() ? "" : ", ") + written(values);
    return words + '(' + arguments + ')';
}

class Resolver {
public:
    Resolver(const policy::PolicySet& set, const Facts& facts, policy::Diagnostics& diagnostics)
        : facts_(facts), diagnostics_(diagnostics), lowering_{set, facts, diagnostics, {}, {}} {
        // What is wrong in the policy has been said when it was compiled.
        lowering_.scopes = make_scopes(set, facts, unheard_);
        scope().report_to(diagnostics);
    }

    std::optional<ResolvedQuestion> resolve(const Question& question) {
        const std::size_t errors = diagnostics_.errors();
        ResolvedQuestion result{words_of(question), ResolveQuestion{}};
        const std::string& subject = question.subject.text;
        if (subject == "resolve") return result;
        const Word& word = question.operands.back();
        if (subject == "read") add_path(Access::read, word, result);
        if (subject == "write") add_path(Access::write, word, result);
        if (subject == "execute") add_path(Access::execute, word, result);
        if (subject == "connect" || subject == "listen") add_port(question, result);
        if (subject == "syscall") add_call(question, result);
        if (subject == "capability") add_capability(word, result);
        if (subject == "device") add_device(word, result);
        if (subject == "variable") add_variable(word, result);
        if (diagnostics_.errors() != errors) return std::nullopt;
        return result;
    }

private:
    Scope& scope() { return lowering_.scopes.front(); }

    Diagnostic& error(const policy::Slug& slug, const Word& word, std::string message) {
        return diagnostics_.add(slug, word.span, std::move(message));
    }

    // ---- files

    void add_path(Access access, const Word& word, ResolvedQuestion& result) {
        if (!word.quoted && word.text.find_first_of("*?[") != std::string::npos) {
            error(policy::slug::glob_not_allowed, word, "a question is about one path")
                .help("write " + quoted(in_quotes(word.text)) + " if the characters are part of a name");
            return;
        }
        const std::size_t errors = diagnostics_.errors();
        auto path = lower_path(lowering_, word, scope(), {});
        if (path) {
            const bool is_program = path->text == facts_.program;
            result.about = FileQuestion{access, std::move(path->text), written(word), is_program};
        } else if (diagnostics_.errors() == errors) {
            error(policy::slug::empty_variable, word, "`$program` has no value here")
                .help("write the path of the program");
        }
    }

    // ---- the network

    void add_port(const Question& question, ResolvedQuestion& result) {
        const Word& word = question.operands.back();
        PortQuestion port{question.subject.text == "listen", {}, 0};
        const auto text = scope().text(word);
        if (!text) return;
        const std::size_t colon = question.operands.size() == 1 ? text->rfind(':') : std::string::npos;
        if (colon != std::string::npos) port.host = text->substr(0, colon);
        const bool is_tcp = question.operands.size() == 1 || question.operands.front().text == "tcp";
        if (!is_tcp) {
            report_protocol(question, *text);
            return;
        }
        const auto number = parse_value(Unit::count, colon == std::string::npos ? *text : text->substr(colon + 1));
        if (!number || *number < 1 || *number > 65535 || (colon != std::string::npos && port.host.empty())) {
            error(policy::slug::bad_port, word, quoted(*text) + " is no TCP port")
                .help("write a number from 1 to 65535, for example `443`");
            return;
        }
        port.port = static_cast<std::uint16_t>(*number);
        result.about = std::move(port);
    }

    void report_protocol(const Question& question, const std::string& text) {
        const Word& protocol = question.operands.front();
        Diagnostic& wrong =
            error(policy::slug::unknown_protocol, protocol, "ports of " + quoted(protocol.text) + " cannot be named");
        if (protocol.text == "unix")
            wrong.help("ask " + quoted("write " + text) + " and " + quoted("socket(AF_UNIX, SOCK_STREAM)"));
        else if (protocol.text == "udp")
            wrong.note("a policy limits the ports of TCP alone").help("ask " + quoted("socket(AF_INET, SOCK_DGRAM)"));
        else
            wrong.help("write " + quoted(question.subject.text + " tcp " + text));
    }

    // ---- system calls

    void add_call(const Question& question, ResolvedQuestion& result) {
        const Word& word = question.operands.front();
        CallQuestion call;
        const auto native = syscall_number(word.text);
        call.name = native ? std::string(syscall_name(*native)) : word.text;
        for (const Abi abi : every_abi_listed) {
            auto number = call_number(abi, call.name);
            if (!number) number = call_number(abi, word.text);
            if (!number) continue;
            const std::uint32_t plain = abi == Abi::x32 ? *number & ~x32_bit : *number;
            call.abis.push_back({abi, plain, call_name(abi, *number), always()});
        }
        if (call.abis.empty()) return report_unknown_call(word);
        if (question.arguments) add_values(word, *question.arguments, call);
        result.about = std::move(call);
    }

    // What is wrong is told of the first ABI that has the call. Where another one has no such value, it
    // counts as not stated there.
    void add_values(const Word& name, const std::vector<Values>& values, CallQuestion& call) {
        for (const Values& each : values) call.values.push_back(written(each));
        for (CallQuestion::OnAbi& abi : call.abis) {
            const bool is_first = &abi == &call.abis.front();
            const Prototype* prototype = find_prototype(abi.abi, abi.name);
            if (prototype == nullptr) continue;
            const std::size_t count = prototype->arguments.size();
            if (values.empty() && count != 0 && is_first) return report_no_values(name, *prototype);
            if (values.size() > count && is_first) return report_too_many(name, values[count].front(), *prototype);
            for (std::size_t n = 0; n < std::min(values.size(), count); ++n) {
                const ArgumentPlace place{abi.abi, *prototype, prototype->arguments[n], prototype->arguments[n].name};
                if (is_any(values[n])) continue;
                abi.given = both(std::move(abi.given), equals(values[n], place, is_first ? diagnostics_ : unheard_));
            }
        }
    }

    static Condition equals(const Values& values, const ArgumentPlace& place, policy::Diagnostics& diagnostics) {
        const Argument& argument = place.argument;
        if (argument.kind == Kind::pointer) {
            diagnostics
                .add(policy::slug::pointer_compared, values.front().span, quoted(argument.name) + " is a pointer")
                .note("what a pointer points to can change after the check, so no answer depends on it")
                .help("write `_`");
            return always();
        }
        std::uint64_t bits = 0;
        for (const Word& word : values) {
            const auto value = resolve_value(word, word.text, place, false, diagnostics);
            if (!value) return always();
            bits |= value->value;
        }
        if (is_split(argument, place.abi)) return always();
        const auto width = static_cast<std::uint8_t>(argument_bits(argument, place.abi));
        return holds({argument.position, width, false, Comparison::Relation::equal, all_bits_of(place), bits});
    }

    void report_unknown_call(const Word& word) {
        std::vector<std::string_view> names;
        for (const std::string_view name : syscall_names())
            if (!name.empty()) names.push_back(name);
        const auto similar = policy::similar_names(word.text, names);
        error(policy::slug::unknown_syscall, word, "unknown system call " + quoted(word.text))
            .help(similar.empty() ? "calls have the kernel's names, see syscalls(2); write one of them"
                                  : "a system call with a similar name exists: " + policy::quoted_list(similar));
    }

    void report_no_values(const Word& name, const Prototype& prototype) {
        error(policy::slug::empty_list, name, "the parentheses behind " + quoted(name.text) + " state no argument")
            .note(quoted(signature(prototype)))
            .help("write " + quoted("syscall " + name.text) + " for any arguments");
    }

    void report_too_many(const Word& name, const Word& first, const Prototype& prototype) {
        error(policy::slug::too_many_arguments, first,
              quoted(name.text) + " has no more than " + std::to_string(prototype.arguments.size()) + " arguments")
            .note(quoted(signature(prototype)))
            .help("remove the rest");
    }

    // ---- the others

    void add_capability(const Word& word, ResolvedQuestion& result) {
        if (const auto number = capability_number(word.text)) {
            result.about = CapabilityQuestion{*number};
            return;
        }
        std::vector<std::string_view> names;
        for (int number = 0; number <= capability_number("checkpoint_restore").value_or(40); ++number)
            names.push_back(capability_name(number));
        const auto similar = policy::similar_names(word.text, names);
        error(policy::slug::unknown_capability, word, "there is no capability " + quoted(word.text))
            .help(similar.empty() ? "take a name from capabilities(7), for example `net_bind_service`"
                                  : "a capability with a similar name exists: " + policy::quoted_list(similar));
    }

    void add_device(const Word& word, ResolvedQuestion& result) {
        const auto name = scope().text(word);
        if (!name) return;
        if (!name->starts_with('/')) {
            result.about = DeviceQuestion{*name};
            return;
        }
        const std::string below = name->starts_with("/dev/") ? name->substr(5) : "null";
        error(policy::slug::bad_device, word, quoted(*name) + " is no name of a device")
            .help("write the name below /dev: " + quoted("device " + below));
    }

    void add_variable(const Word& word, ResolvedQuestion& result) {
        const auto name = scope().text(word);
        if (!name) return;
        result.about = VariableQuestion{*name};
        const bool is_name = !name->empty() && std::all_of(name->begin(), name->end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        });
        if (!is_name)
            error(policy::slug::bad_environment_name, word, quoted(*name) + " is no name of an environment variable")
                .help("write letters, digits and `_`, for example `LC_ALL`");
    }

    const Facts& facts_;
    policy::Diagnostics& diagnostics_;
    policy::Diagnostics unheard_;
    Lowering lowering_;
};

}  // namespace

std::optional<ResolvedQuestion> resolve_question(const Question& question, const policy::PolicySet& set,
                                                 const Facts& facts, policy::Diagnostics& diagnostics) {
    return Resolver(set, facts, diagnostics).resolve(question);
}

}  // namespace ward::compiler
