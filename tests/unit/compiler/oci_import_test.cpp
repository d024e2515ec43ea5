// The text that a container's profile becomes: compiled again it means the same under all circumstances, and
// nothing is said about it. The profiles themselves are read elsewhere.
#include "compiler/oci_import.hpp"

#include <gtest/gtest.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <optional>
#include <string>

#include "compiler/syscall_table.hpp"
#include "tests/unit/compiler/oci_policies.hpp"

namespace ward::compiler::test {
namespace {

using Rule = OciProfile::Rule;

constexpr std::uint32_t allowed = SECCOMP_RET_ALLOW;
constexpr std::uint32_t refused = SECCOMP_RET_ERRNO | 1;

Rule rule(std::vector<std::string> names, std::uint32_t outcome = allowed) {
    Rule result;
    result.names = std::move(names);
    result.outcome = outcome;
    return result;
}

// What a runtime's own profile has: calls for all, for those with a capability, and for newer kernels.
OciProfile a_profile() {
    OciProfile profile;
    profile.default_outcome = refused;
    profile.by_machine = {{"SCMP_ARCH_X86_64", {"SCMP_ARCH_X86", "SCMP_ARCH_X32"}}};
    profile.rules = {rule({"read", "write", "exit_group"}), rule({"umount", "umount2", "mount"}),
                     rule({"delete_module"}), rule({"ptrace"}), rule({"no_such_call"})};
    profile.rules[1].includes.capabilities = {"CAP_SYS_ADMIN"};
    profile.rules[2].includes.capabilities = {"CAP_SYS_MODULE"};
    profile.rules[3].includes.kernel = {4, 8};
    return profile;
}

TEST(OciImport, MeansTheSameUnderAllCircumstances) {
    const OciProfile profile = a_profile();
    const ImportedPolicy policy = imported(profile);
    ASSERT_TRUE(policy.faults.empty());
    EXPECT_GE(policy.circumstances.size(), 4U);  // with and without each capability, and an older kernel
    for (const OciFacts& around : policy.circumstances) {
        std::string said;
        const auto jail = compiled(policy.text, policy, around, said);
        ASSERT_TRUE(jail) << said << policy.text;
        EXPECT_EQ(compare_with_profile(profile, around, jail->filter).different, std::vector<std::string>());
    }
}

// A call of x86_64 has two names, which are two calls on i386.
TEST(OciImport, IsCheckedWithoutAWord) {
    const ImportedPolicy policy = imported(a_profile());
    std::string said;
    EXPECT_TRUE(compiled(policy.text, policy, {Abi::x86_64, {}, 6, 1}, said));
    EXPECT_EQ(said, "");
}

// `mount` takes CAP_SYS_ADMIN in the jail; what CAP_SYS_MODULE is for, no jail may do.
TEST(OciImport, ACapabilityIsKeptWithItsCalls) {
    const ImportedPolicy policy = imported(a_profile());
    EXPECT_EQ(policy.capabilities, (std::set<std::string>{"CAP_SYS_ADMIN", "CAP_SYS_MODULE"}));
    EXPECT_NE(policy.text.find("capabilities { keep sys_admin }"), std::string::npos) << policy.text;
    EXPECT_EQ(policy.text.find("keep sys_module"), std::string::npos) << policy.text;
    std::string said;
    const auto jail = compiled(policy.text, policy, {Abi::x86_64, {"CAP_SYS_ADMIN"}, 6, 1}, said);
    ASSERT_TRUE(jail);
    EXPECT_EQ(said.find("missing-capability"), std::string::npos) << said;
}

TEST(OciImport, AChangedTextIsNotTheProfile) {
    const OciProfile profile = a_profile();
    const ImportedPolicy policy = imported(profile);
    std::string text = policy.text;
    const std::size_t place = text.find("exit_group");
    ASSERT_NE(place, std::string::npos);
    text.replace(place, 10, "exit");
    const OciFacts around{Abi::x86_64, {}, 6, 1};
    std::string said;
    const auto jail = compiled(text, policy, around, said);
    ASSERT_TRUE(jail) << said;
    EXPECT_FALSE(compare_with_profile(profile, around, jail->filter).different.empty());
}

TEST(OciImport, NamesWhatIsLeftOutAndWhatCannotBeSaid) {
    EXPECT_EQ(imported(a_profile()).unknown_names, std::vector<std::string>{"no_such_call"});
    OciProfile profile = a_profile();
    profile.rules.push_back(rule({"bpf"}, SECCOMP_RET_USER_NOTIF));
    const ImportedPolicy policy = imported(profile);
    ASSERT_EQ(policy.faults.size(), 1U);
    EXPECT_NE(policy.faults.front().words.find("`bpf` has the action SCMP_ACT_NOTIFY"), std::string::npos);
}

Rule compared(std::string name, OciProfile::Comparison comparison, std::uint32_t outcome = allowed) {
    Rule result = rule({std::move(name)}, outcome);
    result.comparisons = {comparison};
    return result;
}

using Relation = OciProfile::Comparison::Relation;

// AT_FDCWD with its sign in the upper half: the profile tells it from the one without, the kernel and a policy do not.
TEST(OciImport, AValueBeyondItsArgumentIsNotDropped) {
    OciProfile profile;
    profile.default_outcome = allowed;
    profile.rules = {compared("openat", {Relation::equal, 0, 0xffffffffffffff9c, 0}, refused)};
    const ImportedPolicy policy = imported(profile);
    ASSERT_EQ(policy.faults.size(), 1U);
    EXPECT_EQ(policy.faults.front().words,
              "`openat` compares its argument 0 with 18446744073709551516, and the kernel looks at 32 bits of it "
              "(`dfd` of x86_64)");
    EXPECT_EQ(policy.faults.front().remedy, "compare it with 4294967196");
    profile.rules.front().comparisons.front() = {Relation::masked, 0, ~0ULL, 0x100000000};
    EXPECT_EQ(imported(profile).faults.size(), 1U);
    profile.rules = {compared("lseek", {Relation::less, 1, 0x100000000, 0}, refused)};
    EXPECT_TRUE(imported(profile).faults.empty());
    profile.architectures = {"SCMP_ARCH_X86"};
    ASSERT_EQ(imported(profile).faults.size(), 1U);
    EXPECT_EQ(imported(profile).faults.front().words,
              "`lseek` compares its argument 1 with 4294967296, and the kernel looks at 32 bits of it (`offset` of "
              "i386)");
    EXPECT_EQ(imported(profile).faults.front().remedy, "leave the comparison or that architecture out");
}

// Of i386 they are operations of socketcall, and known by their names.
TEST(OciImport, WhatIsBehindAMultiplexerIsNoMoreThanTheProfileAllows) {
    OciProfile profile;
    profile.default_outcome = allowed;
    profile.by_machine = {{"SCMP_ARCH_X86_64", {"SCMP_ARCH_X86"}}};
    profile.rules = {rule({"recv", "send", "ptrace"}, refused)};
    const ImportedPolicy policy = imported(profile);
    ASSERT_TRUE(policy.faults.empty());
    std::string said;
    const OciFacts around{Abi::x86_64, {}, 6, 1};
    const auto jail = compiled(policy.text, policy, around, said);
    ASSERT_TRUE(jail) << said << policy.text;
    EXPECT_EQ(compare_with_profile(profile, around, jail->filter).different, std::vector<std::string>());
    FilterModel wider = jail->filter;
    AbiModel& i386 = *std::ranges::find(wider.abis, Abi::i386, &AbiModel::abi);
    i386.calls.at(*call_number(Abi::i386, "socketcall")) = {{}, {Response::Kind::allow}};
    EXPECT_EQ(compare_with_profile(profile, around, wider).different.size(), 1U);
}

TEST(OciImport, CallsThatAreComparedByLessThanARegisterAreNamed) {
    OciProfile profile;
    profile.default_outcome = refused;
    profile.rules = {compared("personality", {Relation::equal, 0, 8, 0}), compared("lseek", {Relation::less, 1, 8, 0}),
                     compared("mprotect", {Relation::masked, 2, 4, 0})};
    const ImportedPolicy policy = imported(profile);
    EXPECT_EQ(policy.narrowed, std::set<std::string>{"personality"});
    EXPECT_NE(policy.text.find("# Compared without the bits of a register that the kernel ignores: personality\n"),
              std::string::npos);
    const OciFacts around{Abi::x86_64, {}, 6, 1};
    std::string said;
    const auto jail = compiled(policy.text, policy, around, said);
    ASSERT_TRUE(jail) << said;
    const ImportComparison compared = compare_with_profile(profile, around, jail->filter);
    EXPECT_EQ(compared.narrowed, policy.narrowed);
    EXPECT_EQ(compared.different, std::vector<std::string>());
}

// libseccomp's table ends before ward's.
TEST(OciImport, ACallThatLibseccompDoesNotKnowIsCompared) {
    OciProfile profile = a_profile();
    profile.rules = {rule({"mseal"})};
    const ImportedPolicy policy = imported(profile);
    if (libseccomp_number(Abi::x86_64, "mseal")) GTEST_SKIP() << "libseccomp is newer: choose a newer call";
    ASSERT_EQ(policy.notes.size(), 1U);
    EXPECT_EQ(policy.notes.front(),
              "newer than libseccomp, and so ignored by a container that has the same one: mseal");
    const OciFacts around{Abi::x86_64, {}, 6, 1};
    std::string said;
    const auto jail = compiled(policy.text, policy, around, said);
    ASSERT_TRUE(jail) << said;
    EXPECT_EQ(compare_with_profile(profile, around, jail->filter).different, std::vector<std::string>());
    profile.rules.clear();
    EXPECT_FALSE(compare_with_profile(profile, around, jail->filter).different.empty());
}

// The first block, of what always holds, is empty.
TEST(OciImport, NothingThatAlwaysHolds) {
    OciProfile profile;
    profile.default_outcome = refused;
    EXPECT_NE(imported(profile).text.find("abi native"), std::string::npos);
    profile.rules = {rule({"read"}, refused)};  // as the default says
    EXPECT_NE(imported(profile).text.find("refuse with EPERM"), std::string::npos);
    profile.rules = {rule({"mount"})};
    profile.rules.front().includes.capabilities = {"CAP_SYS_ADMIN"};
    EXPECT_NE(imported(profile).text.find("when $sys_admin {"), std::string::npos);
}

TEST(OciImport, AThreadIsEndedWithItsProcess) {
    OciProfile profile = a_profile();
    profile.default_outcome = SECCOMP_RET_KILL_PROCESS;
    EXPECT_EQ(imported(profile).notes, std::vector<std::string>());
    profile.rules.push_back(rule({"bpf"}, SECCOMP_RET_KILL_THREAD));
    EXPECT_EQ(imported(profile).notes,
              std::vector<std::string>{"`kill` ends the process, where the profile ends the thread"});
}

}  // namespace
}  // namespace ward::compiler::test
