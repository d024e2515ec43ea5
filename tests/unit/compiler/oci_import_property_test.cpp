// Random profiles: none of them crashes an import, what comes out compiles, and a policy that is proved answers
// random calls as the rules of the profile do, which are read here once more without any diagram.
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <initializer_list>
#include <random>

#include "compiler/diff_calls.hpp"
#include "compiler/prototypes.hpp"
#include "compiler/raw_filter.hpp"
#include "tests/unit/compiler/bpf_interpreter.hpp"
#include "tests/unit/compiler/oci_policies.hpp"

namespace ward::compiler::test {
namespace {

using Rule = OciProfile::Rule;
using Relation = OciProfile::Comparison::Relation;
using Registers = std::array<std::uint64_t, 6>;

constexpr std::string_view calls[] = {"read",  "openat",      "socket", "personality",  "clone",      "ioctl", "lseek",
                                      "mount", "setpriority", "ptrace", "getpid",       "mprotect",   "mkdir", "chmod",
                                      "mseal", "bind",        "semop",  "no_such_call", "sethostname"};
constexpr std::uint64_t values[] = {
    0, 1, 2, 5, 40, 0x1000, 0x7e020000, 0xffffff9c, 0xffffffff, 0x100000000, 0xffffffffffffff9c, ~0ULL};

class Random {
public:
    explicit Random(unsigned seed) : source_(seed) {}

    std::size_t below(std::size_t end) { return source_() % end; }
    bool one_in(std::size_t count) { return below(count) == 0; }
    template <class Range>
    auto one_of(const Range& range) {
        return *(std::begin(range) + static_cast<std::ptrdiff_t>(below(std::size(range))));
    }

    OciProfile profile() {
        OciProfile profile;
        profile.default_outcome = one_in(4) ? SECCOMP_RET_ALLOW : outcome();
        if (one_in(2)) profile.by_machine = {{"SCMP_ARCH_X86_64", {"SCMP_ARCH_X86", "SCMP_ARCH_X32"}}};
        for (std::size_t count = below(5); count > 0; --count) profile.rules.push_back(rule());
        return profile;
    }

    Registers registers() {
        Registers all{};
        for (std::uint64_t& each : all) {
            each = one_in(3) ? source_() : one_of(values);
            if (one_in(4)) each ^= std::uint64_t{1} << below(64);
        }
        return all;
    }

private:
    std::uint32_t outcome() {
        return one_of(std::initializer_list<std::uint32_t>{
            SECCOMP_RET_ALLOW, SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | 1, SECCOMP_RET_ERRNO | 1, SECCOMP_RET_ERRNO | 38,
            SECCOMP_RET_KILL_THREAD, SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_TRAP});
    }

    Rule rule() {
        Rule rule;
        for (std::size_t count = below(4); count > 0; --count) rule.names.emplace_back(one_of(calls));
        rule.outcome = outcome();
        if (one_in(2))
            for (std::size_t count = 1 + below(2); count > 0; --count) rule.comparisons.push_back(comparison());
        if (one_in(4)) rule.includes = circumstances();
        if (one_in(6)) rule.excludes = circumstances();
        return rule;
    }

    OciProfile::Comparison comparison() {
        return {static_cast<Relation>(below(7)), static_cast<std::uint8_t>(below(3)), one_of(values), one_of(values)};
    }

    OciProfile::Circumstances circumstances() {
        OciProfile::Circumstances result;
        if (one_in(2)) result.capabilities.emplace_back(one_in(2) ? "CAP_SYS_ADMIN" : "CAP_SYS_BOOT");
        if (one_in(4)) result.machines.emplace_back(one_in(2) ? "amd64" : "s390");
        if (one_in(4)) result.kernel = {4, 8};
        return result;
    }

    std::mt19937_64 source_;
};

// ---- the rules, read call by call

bool holds(const OciProfile::Comparison& comparison, const Registers& registers) {
    const std::uint64_t is = registers.at(comparison.argument);
    switch (comparison.relation) {
        case Relation::equal:
            return is == comparison.value;
        case Relation::not_equal:
            return is != comparison.value;
        case Relation::less:
            return is < comparison.value;
        case Relation::at_most:
            return is <= comparison.value;
        case Relation::greater:
            return is > comparison.value;
        case Relation::at_least:
            return is >= comparison.value;
        case Relation::masked:
            return (is & comparison.value) == (comparison.value_two & comparison.value);
    }
    return false;
}

bool holds(const Rule& rule, const Registers& registers) {
    const auto is_so = [&](const auto& each) { return holds(each, registers); };
    const auto is_repeated = [&](const auto& each) {
        return std::ranges::count(rule.comparisons, each.argument, &OciProfile::Comparison::argument) > 1;
    };
    return std::ranges::any_of(rule.comparisons, is_repeated) ? std::ranges::any_of(rule.comparisons, is_so)
                                                              : std::ranges::all_of(rule.comparisons, is_so);
}

std::uint32_t answer_of(const OciProfile& profile, const OciFacts& facts, std::string_view name,
                        const Registers& registers) {
    std::uint32_t answer = profile.default_outcome;
    bool is_decided = false;
    for (const Rule* rule : rules_that_hold(profile, facts)) {
        if (rule->outcome == profile.default_outcome || std::ranges::find(rule->names, name) == rule->names.end())
            continue;
        if (rule->comparisons.empty() && !is_decided) {
            answer = rule->outcome;
            is_decided = true;
        } else if (!is_decided && holds(*rule, registers)) {
            answer = rule->outcome;
        }
    }
    return answer == SECCOMP_RET_KILL_THREAD ? SECCOMP_RET_KILL_PROCESS : answer;
}

// As the kernel sees them.
Registers seen(std::string_view name, Registers registers) {
    for (const Argument& argument : find_prototype(Abi::x86_64, name)->arguments)
        if (const unsigned bits = argument_bits(argument, Abi::x86_64); bits < 64)
            registers.at(argument.position) &= (std::uint64_t{1} << bits) - 1;
    return registers;
}

void expect_same_answers(const OciProfile& profile, const OciFacts& facts, const FilterModel& model, Random& random) {
    const auto program = emit(for_other_launchers(model), {.exec_key = 0, .supervised = false});
    ASSERT_TRUE(program);
    for (const std::string_view name : calls) {
        const auto number = number_of_name(Abi::x86_64, std::string(name));
        for (int trial = 0; number && trial < 20; ++trial) {
            const Registers registers = random.registers();
            seccomp_data data{static_cast<int>(*number), AUDIT_ARCH_X86_64, 0, {}};
            std::ranges::copy(registers, std::begin(data.args));
            EXPECT_EQ(interpret(*program, data), answer_of(profile, facts, name, seen(name, registers)))
                << call_in_words(Abi::x86_64, *number, registers, 0x3f);
        }
    }
}

// Whether the policy is proved to be the profile.
bool is_same(const OciProfile& profile, const ImportedPolicy& policy, Random& random) {
    for (const OciFacts& around : policy.circumstances) {
        std::string said;
        const auto jail = compiled(policy.text, policy, around, said);
        if (!jail) {
            // Two answers to one call under circumstances that can hold together, or a value of 64 bits on i386.
            const bool is_known = said.find("error[conflicting-") != std::string::npos ||
                                  said.find("error[value-does-not-fit]") != std::string::npos;
            EXPECT_TRUE(is_known) << said << policy.text;
            return false;
        }
        const ImportComparison compared = compare_with_profile(profile, around, jail->filter);
        if (!compared.different.empty()) return false;
        EXPECT_TRUE(std::ranges::includes(policy.narrowed, compared.narrowed)) << policy.text;
        expect_same_answers(profile, around, jail->filter, random);
    }
    return true;
}

TEST(OciImport, RandomProfilesAreProvedOrRefused) {
    constexpr int profiles = 300;
    int proved = 0;
    for (unsigned seed = 0; seed < profiles; ++seed) {
        Random random(seed);
        const OciProfile profile = random.profile();
        const ImportedPolicy policy = imported(profile);
        if (!policy.faults.empty()) continue;
        proved += is_same(profile, policy, random) ? 1 : 0;
        if (testing::Test::HasFailure()) FAIL() << "seed " << seed << "\n" << policy.text;
    }
    EXPECT_GT(proved, profiles / 3);
    std::printf("%d of %d random profiles are proved\n", proved, profiles);
}

}  // namespace
}  // namespace ward::compiler::test
