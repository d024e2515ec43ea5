// Topics that are read from the compiler's tables: system calls and their groups.
#include <algorithm>
#include <cstdio>

#include "compiler/abi.hpp"
#include "compiler/compile.hpp"
#include "compiler/groups.hpp"
#include "compiler/guards.hpp"
#include "compiler/prototypes.hpp"
#include "compiler/syscall_table.hpp"
#include "policy/library.hpp"
#include "sandbox/cli/explain/topic.hpp"

namespace ward::cli {
namespace {

using compiler::Abi;
using compiler::CallGroup;

std::optional<std::uint32_t> number_in(Abi abi, std::string_view name) {
    return abi == Abi::x86_64 ? compiler::syscall_number(name) : compiler::call_number(abi, name);
}

// "257 on x86_64". Numbers of x32 have its bit, which is easier to see in hexadecimal.
std::vector<std::string> numbers_of(std::string_view name) {
    std::vector<std::string> result;
    for (const Abi abi : compiler::every_abi_listed) {
        const auto number = number_in(abi, name);
        if (!number) continue;
        char digits[16];
        std::snprintf(digits, sizeof digits, abi == Abi::x32 ? "%#x" : "%u", *number);
        result.push_back(digits + (" on " + std::string(abi_name(abi))));
    }
    return result;
}

// That of x86_64, or of the first ABI that has the call.
std::string signature_of(std::string_view name) {
    for (const Abi abi : compiler::every_abi_listed) {
        if (const compiler::Prototype* prototype = compiler::find_prototype(abi, name))
            return compiler::signature(*prototype);
    }
    return {};
}

// ---- groups

// A group may name calls that x86_64 does not have.
bool names_call(const CallGroup& group, std::string_view name) {
    return std::any_of(group.members.begin(), group.members.end(), [&](std::string_view member) {
        return member == name || (member.front() == '@' && names_call(*compiler::find_group(member), name));
    });
}

std::vector<std::string> groups_with(std::string_view name) {
    std::vector<std::string> groups;
    for (const CallGroup& group : compiler::call_groups()) {
        if (names_call(group, name)) groups.emplace_back(group.name);
    }
    return groups;
}

bool no_group_grants(std::uint32_t number) {
    const auto groups = compiler::call_groups();
    return std::none_of(groups.begin(), groups.end(),
                        [number](const CallGroup& group) { return compiler::calls_granted_by(group).test(number); });
}

// ---- the shipped policies

std::optional<compiler::Jail> compile_built_in(std::string_view name) {
    policy::Sources sources;
    policy::Diagnostics diagnostics;
    const auto set = policy::Library(policy::SearchPath{}).load(name, sources, diagnostics);
    // What calls a policy allows does not depend on who starts it; the paths only have to be paths.
    compiler::Facts facts;
    facts.home = "/home/user";
    facts.cwd = "/home/user/work";
    facts.user = [] { return "user"; };
    facts.runtime = "/run/user/1000";
    facts.program = "/usr/bin/program";
    return set ? compiler::compile(*set, facts, diagnostics) : std::nullopt;
}

compiler::CallSet allowed_calls(const std::optional<compiler::Jail>& jail) {
    compiler::CallSet calls;
    if (!jail) return calls;
    for (const compiler::CallRule& rule : jail->calls)
        calls.set(rule.number, rule.verdict != compiler::CallRule::Verdict::denied);
    return calls;
}

std::vector<std::string> policies_that_allow(std::uint32_t number) {
    static const auto allowed = [] {  // once, however many calls are asked for
        std::vector<compiler::CallSet> result;
        for (const policy::BuiltIn& each : policy::built_in_policies())
            result.push_back(allowed_calls(compile_built_in(each.name)));
        return result;
    }();
    std::vector<std::string> names;
    for (std::size_t i = 0; i < allowed.size(); ++i) {
        if (allowed[i].test(number)) names.emplace_back(policy::built_in_policies()[i].name);
    }
    return names;
}

std::string_view guard_of(std::uint32_t number) {
    for (const compiler::GuardedCall& call : compiler::guarded_calls({})) {
        if (call.number == number) return call.words;
    }
    return {};
}

// ---- topics

Topic native_call(std::uint32_t number) {
    const std::string name(compiler::syscall_name(number));
    Topic topic{"system call", name};
    topic.names("number", numbers_of(name));
    if (const std::string signature = signature_of(name); !signature.empty()) topic.words("signature", signature);
    topic.names("groups", groups_with(name));
    if (no_group_grants(number)) topic.words("note", "no `allow @GROUP` grants it; a policy that allows it names it");
    if (const auto guard = guard_of(number); !guard.empty()) topic.words("where allowed", std::string(guard));
    return topic.names("allowed by", policies_that_allow(number));
}

// A call that other machines have and x86_64 has not.
std::vector<Topic> foreign_call(std::string_view name) {
    std::vector<std::string> numbers = numbers_of(name);
    std::vector<std::string> architectures = compiler::foreign_architectures(name);
    if (numbers.empty() && architectures.empty()) return {};
    Topic topic{"system call of other machines", std::string(name),
                "x86_64 does not have it, so a rule about it would do nothing and is an error."};
    topic.names("number", std::move(numbers));
    if (const std::string signature = signature_of(name); !signature.empty()) topic.words("signature", signature);
    topic.names("architectures", std::move(architectures)).names("groups", groups_with(name));
    return {topic};
}

// What a group and those inside it name, apart by whether x86_64 has it; and the groups inside it.
struct Members {
    std::vector<std::string> calls, elsewhere, groups;

    void add(const CallGroup& group) {
        for (const std::string_view member : group.members) {
            if (member.front() == '@') {
                groups.emplace_back(member);
                add(*compiler::find_group(member));
            } else {
                (compiler::syscall_number(member) ? calls : elsewhere).emplace_back(member);
            }
        }
    }
    void sort() {
        for (auto* names : {&calls, &elsewhere, &groups}) {
            std::sort(names->begin(), names->end());
            names->erase(std::unique(names->begin(), names->end()), names->end());
        }
    }
};

}  // namespace

std::vector<std::string> names_of_calls() {
    const auto calls = compiler::syscall_names();
    std::vector<std::string> names(calls.begin(), calls.end());
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<Topic> find_call(std::string_view name) {
    const auto number = compiler::syscall_number(name);
    return number ? std::vector{native_call(*number)} : foreign_call(name);
}

std::vector<std::string> names_of_groups() {
    std::vector<std::string> names;
    for (const CallGroup& group : compiler::call_groups()) names.emplace_back(group.name);
    return names;
}

std::vector<Topic> find_call_group(std::string_view name) {
    const CallGroup* group = compiler::find_group(name);
    if (group == nullptr) return {};
    Members members;
    members.add(*group);
    members.sort();
    Topic topic{"group of system calls", std::string(name), std::string(group->description)};
    topic.names("holds groups", std::move(members.groups)).names("calls", std::move(members.calls));
    return {topic.names("not on x86_64", std::move(members.elsewhere))};
}

}  // namespace ward::cli
