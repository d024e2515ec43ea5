// Profiles of containers as ward understands them, and as libseccomp compiles them: the same filter, for
// every call and every argument.
#include <gtest/gtest.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>

#include "compiler/diff.hpp"
#include "compiler/syscall_table.hpp"
#include "sandbox/cli/oci_file.hpp"

namespace ward::cli {
namespace {

using compiler::Abi;
using compiler::Diagram;
using compiler::OciFacts;
using compiler::OciProfile;

std::string docker_profile() {
    const auto path =
        std::filesystem::path(__FILE__).parent_path().parent_path().parent_path() / "data/docker-default-seccomp.json";
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

OciProfile parsed(std::string_view text) {
    policy::Diagnostics diagnostics;
    auto profile = read_oci_profile("profile.json", text, diagnostics);
    EXPECT_TRUE(profile) << (diagnostics.all().empty() ? "" : diagnostics.all().front().message());
    return profile.value_or(OciProfile{});
}

// ---- the same by libseccomp, as runc asks for it

using Context = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

std::uint32_t action_of(std::uint32_t outcome) {
    return outcome;  // SCMP_ACT_* are SECCOMP_RET_*
}

scmp_arg_cmp comparison_of(const OciProfile::Comparison& comparison) {
    constexpr scmp_compare relations[] = {SCMP_CMP_EQ, SCMP_CMP_NE, SCMP_CMP_LT,       SCMP_CMP_LE,
                                          SCMP_CMP_GT, SCMP_CMP_GE, SCMP_CMP_MASKED_EQ};
    return {comparison.argument, relations[static_cast<std::size_t>(comparison.relation)], comparison.value,
            comparison.value_two};
}

void add_rule(scmp_filter_ctx context, const OciProfile::Rule& rule, int number) {
    std::vector<scmp_arg_cmp> comparisons;
    std::vector<unsigned> seen(6);
    bool apart = false;
    for (const auto& each : rule.comparisons) {
        comparisons.push_back(comparison_of(each));
        apart = ++seen[each.argument] > 1 || apart;
    }
    if (!apart) {
        EXPECT_EQ(seccomp_rule_add_array(context, action_of(rule.outcome), number,
                                         static_cast<unsigned>(comparisons.size()), comparisons.data()),
                  0);
        return;
    }
    for (const scmp_arg_cmp& each : comparisons)
        EXPECT_EQ(seccomp_rule_add_array(context, action_of(rule.outcome), number, 1, &each), 0);
}

void add_rules(scmp_filter_ctx context, const OciProfile& profile, const OciFacts& facts) {
    for (const OciProfile::Rule* rule : compiler::rules_that_hold(profile, facts)) {
        if (rule->outcome == profile.default_outcome) continue;
        for (const std::string& name : rule->names) {
            add_rule(context, *rule, seccomp_syscall_resolve_name(name.c_str()));
        }
    }
}

std::vector<sock_filter> by_libseccomp(const OciProfile& profile, const OciFacts& facts, std::uint32_t optimize) {
    constexpr std::uint32_t tokens[] = {SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32};
    const Context context(seccomp_init(action_of(profile.default_outcome)), &seccomp_release);
    for (const Abi abi : compiler::abis_of(profile, facts))
        if (abi != facts.machine) {
            EXPECT_EQ(seccomp_arch_add(context.get(), tokens[static_cast<std::size_t>(abi)]), 0);
        }
    EXPECT_EQ(seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, optimize), 0);
    add_rules(context.get(), profile, facts);
    const int file = memfd_create("filter", MFD_CLOEXEC);
    EXPECT_EQ(seccomp_export_bpf(context.get(), file), 0);
    std::vector<sock_filter> program(static_cast<std::size_t>(lseek(file, 0, SEEK_END)) / sizeof(sock_filter));
    const std::size_t size = program.size() * sizeof(sock_filter);
    EXPECT_EQ(pread(file, program.data(), size, 0), static_cast<ssize_t>(size));
    close(file);
    return program;
}

// Less than this: unknown on that ABI. From here on it is behind `socketcall` or `ipc` of i386 too.
constexpr std::int32_t first_behind_another = -1000;

// Not on every ABI as libseccomp has it: a profile means the same where ward's table is newer.
bool is_newer(const std::string& name) {
    if (!compiler::libseccomp_number(Abi::x86_64, name)) return true;
    return std::ranges::any_of(compiler::every_abi_listed, [&](Abi abi) {
        const auto number = compiler::number_of_name(abi, name);
        return number && compiler::libseccomp_number(abi, name).value_or(0) < first_behind_another;
    });
}

// What differs, for people; empty if nothing does.
std::string difference(OciProfile profile, const OciFacts& facts, std::uint32_t optimize) {
    for (OciProfile::Rule& rule : profile.rules) std::erase_if(rule.names, is_newer);
    Diagram diagram;
    compiler::OciNotes notes;
    std::string refusal;
    const auto ours = compiler::oci_meaning(profile, facts, diagram, notes);
    const auto theirs = compiler::meaning_by_abi(by_libseccomp(profile, facts, optimize), diagram, refusal);
    EXPECT_EQ(refusal, "");
    EXPECT_TRUE(notes.contradictions.empty());
    if (!theirs) return refusal;
    std::string words;
    for (const auto& each : compiler::differences({nullptr, ours}, {nullptr, *theirs}, diagram)) {
        words += each.words;
        for (const std::string& subject : each.subjects) words += " " + subject;
        words += " | " + each.example + ": " + each.example_words + "\n";
    }
    return words;
}

OciFacts facts_with(std::set<std::string> capabilities) {
    return {Abi::x86_64, std::move(capabilities), 6, 1};
}

TEST(OciProfiles, DockersDefaultIsEqualToWhatLibseccompMakesOfIt) {
    const OciProfile profile = parsed(docker_profile());
    for (const std::uint32_t optimize : {1u, 2u}) {
        EXPECT_EQ(difference(profile, facts_with({}), optimize), "");
        EXPECT_EQ(difference(profile, facts_with({"CAP_SYS_ADMIN", "CAP_BPF"}), optimize), "");
    }
}

TEST(OciProfiles, OneChangedRuleIsFound) {
    OciProfile profile = parsed(docker_profile());
    Diagram diagram;
    compiler::OciNotes notes;
    const auto before = compiler::oci_meaning(profile, facts_with({}), diagram, notes);
    for (OciProfile::Rule& rule : profile.rules)
        if (rule.names.front() == "personality" && rule.comparisons.front().value == 8)
            rule.comparisons.front().value = 9;
    const auto after = compiler::oci_meaning(profile, facts_with({}), diagram, notes);
    const auto found = compiler::differences({nullptr, before}, {nullptr, after}, diagram);
    ASSERT_EQ(found.size(), 6u);  // gained and lost, on each of three ABIs
    EXPECT_EQ(found.front().words, "may now call with certain arguments");
    EXPECT_EQ(found.front().example, "personality(9)") << found.front().example;
}

TEST(OciProfiles, WhatIsLeftOutIsNamed) {
    Diagram diagram;
    compiler::OciNotes notes;
    static_cast<void>(compiler::oci_meaning(parsed(docker_profile()), facts_with({}), diagram, notes));
    EXPECT_TRUE(notes.newer_names.contains("mseal")) << "libseccomp is newer: choose a newer call";
    EXPECT_TRUE(notes.unknown_names.contains("riscv_hwprobe"));
    EXPECT_FALSE(notes.newer_names.contains("read") || notes.unknown_names.contains("read"));
}

struct Case {
    std::string_view name;
    std::string_view rules;  // of `syscalls`
    std::string_view architectures = R"(["SCMP_ARCH_X86", "SCMP_ARCH_X32"])";
};

class Compiled : public testing::TestWithParam<Case> {};

TEST_P(Compiled, IsEqual) {
    const std::string text = R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1, "architectures": )" +
                             std::string(GetParam().architectures) + R"(, "syscalls": [)" +
                             std::string(GetParam().rules) + "]}";
    for (const std::uint32_t optimize : {1u, 2u}) EXPECT_EQ(difference(parsed(text), facts_with({}), optimize), "");
}

constexpr std::string_view allow_clone =
    R"({"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 2114060288, "op": "SCMP_CMP_MASKED_EQ"}]})";

INSTANTIATE_TEST_SUITE_P(Rules, Compiled,
                         testing::Values(Case{"Nothing", ""},
                                         Case{"NativeAlone", R"({"names": ["read"], "action": "SCMP_ACT_ALLOW"})",
                                              "[]"},
                                         Case{"Masked", allow_clone}, Case{"EveryRelation", R"(
{"names": ["dup"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 5, "op": "SCMP_CMP_LT"}]},
{"names": ["dup2"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 5, "op": "SCMP_CMP_LE"}, {"index": 1, "value": 7, "op": "SCMP_CMP_NE"}]},
{"names": ["dup3"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 5, "op": "SCMP_CMP_GT"}]},
{"names": ["fchdir"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 5, "op": "SCMP_CMP_GE"}]})"},
                                         Case{"SixtyFourBits", R"(
{"names": ["lseek"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 1, "value": 4294967297, "op": "SCMP_CMP_GE"}]},
{"names": ["ioctl"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 1, "value": 21522, "op": "SCMP_CMP_NE"}]})",
                                              R"(["SCMP_ARCH_X32"])"},
                                         Case{"RepeatedArgument", R"(
{"names": ["ioctl"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 1, "value": 5, "op": "SCMP_CMP_EQ"}, {"index": 1, "value": 6, "op": "SCMP_CMP_EQ"}]})"},
                                         Case{"MultiplexedSockets", R"(
{"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
{"names": ["connect", "accept", "recv", "sendmmsg", "semop", "shmat"], "action": "SCMP_ACT_ALLOW"})"},
                                         Case{"ActionsOfEveryKind", R"(
{"names": ["read"], "action": "SCMP_ACT_LOG"}, {"names": ["write"], "action": "SCMP_ACT_TRAP"},
{"names": ["open"], "action": "SCMP_ACT_KILL"}, {"names": ["close"], "action": "SCMP_ACT_KILL_PROCESS"},
{"names": ["stat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}, {"names": ["lstat"], "action": "SCMP_ACT_TRACE"},
{"names": ["mmap2"], "action": "SCMP_ACT_ALLOW"}, {"names": ["no_such_call"], "action": "SCMP_ACT_ALLOW"})"},
                                         Case{"UnconditionalWins", R"(
{"names": ["dup"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 5, "op": "SCMP_CMP_EQ"}]},
{"names": ["dup"], "action": "SCMP_ACT_LOG"})"}),
                         [](const auto& test) { return std::string(test.param.name); });

// What i386 has behind socketcall(2) and ipc(2) alone is not opened by a profile of nothing else. As runc compiles
// short profiles, without the binary tree.
TEST(OciProfiles, MultiplexedCallsAlone) {
    for (const std::string names :
         {"accept", "send", "recv", "semop", "semtimedop", "recv\", \"semop", "recv\", \"bind"}) {
        const OciProfile profile = parsed(R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1,
            "architectures": ["SCMP_ARCH_X86"], "syscalls": [{"names": [")" +
                                          names + R"("], "action": "SCMP_ACT_ALLOW"}]})");
        EXPECT_EQ(difference(profile, facts_with({}), 1), "") << names;
    }
}

// ---- texts that are no profiles

TEST(OciProfiles, WhatIsNotUnderstoodIsAnError) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"{", "parse error"},
        {R"({"syscalls": []})", "`defaultAction` is missing"},
        {R"({"defaultAction": "SCMP_ACT_ERRNO", "archMap": [{"architecture": "SCMP_ARCH_X86_64"}], "architectures": ["SCMP_ARCH_X86"]})",
         "`archMap` and `architectures` are both there"},
        {R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "name": "write", "action": "SCMP_ACT_ALLOW"}]})",
         "syscalls[0]: `name` and `names` are both there"},
        {R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["SYS_ADMIN"]}}]})",
         "syscalls[0].includes.caps: `SYS_ADMIN` is no name of a capability"},
        {R"({"ociVersion": "1.0"})", "it is the whole configuration of a container"},
        {R"({"defaultAction": "SCMP_ACT_PERHAPS"})", "the action `SCMP_ACT_PERHAPS` is not known"},
        {R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 4096})", "above 4095"},
        {R"({"defaultAction": "SCMP_ACT_ALLOW", "sycalls": []})", "the member `sycalls` is not known"},
        {R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": "read", "action": "SCMP_ACT_LOG"}]})",
         "a list is expected"},
        {R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_LOG", "args": [{"index": 6, "op": "SCMP_CMP_EQ"}]}]})",
         "the arguments 0 to 5"},
    };
    for (const auto& [text, words] : cases) {
        policy::Diagnostics diagnostics;
        EXPECT_FALSE(read_oci_profile("p.json", text, diagnostics)) << text;
        ASSERT_EQ(diagnostics.errors(), 1u) << text;
        EXPECT_NE(diagnostics.all().front().message().find(words), std::string::npos)
            << diagnostics.all().front().message();
    }
}

TEST(OciProfiles, RulesThatContradictEachOtherAreFound) {
    const OciProfile profile = parsed(R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
        {"names": ["dup"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 5, "op": "SCMP_CMP_GT"}]},
        {"names": ["dup"], "action": "SCMP_ACT_LOG", "args": [{"index": 0, "value": 9, "op": "SCMP_CMP_LT"}]}]})");
    Diagram diagram;
    compiler::OciNotes notes;
    static_cast<void>(compiler::oci_meaning(profile, facts_with({}), diagram, notes));
    EXPECT_EQ(notes.contradictions, std::set<std::string>{"dup"});
}

}  // namespace
}  // namespace ward::cli
