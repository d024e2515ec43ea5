// The text that a container's profile becomes: compiled again it means the same under all circumstances, and
// nothing is said about it. The profiles themselves are read elsewhere.
#include "compiler/oci_import.hpp"

#include <gtest/gtest.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <optional>
#include <string>

#include "compiler/compile.hpp"
#include "policy/parser.hpp"
#include "policy/render.hpp"

namespace ward::compiler {
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

ImportedPolicy imported(const OciProfile& profile) {
    return import_profile(profile, "web", "web.json", {Abi::x86_64, {}, 6, 1});
}

// The jail of a text under some circumstances, and what was said on the way.
std::optional<Jail> compiled(const std::string& text, const ImportedPolicy& policy, const OciFacts& around,
                             std::string& said) {
    policy::Sources sources;
    policy::Diagnostics diagnostics;
    Facts facts;
    facts.kernel_major = around.kernel_major;
    facts.kernel_minor = around.kernel_minor;
    facts.unguarded = true;
    for (const std::string& each : around.capabilities)
        if (policy.capabilities.contains(each)) facts.parameters[parameter_for(each)] = "true";
    auto parsed = policy::parse(sources, sources.add("web.ward", text), diagnostics);
    policy::PolicySet set;
    if (parsed) set.members.push_back({*std::move(parsed), 0, {}});
    auto jail = parsed ? compile(set, facts, diagnostics) : std::nullopt;
    said = policy::render(diagnostics, sources);
    return jail;
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

}  // namespace
}  // namespace ward::compiler
