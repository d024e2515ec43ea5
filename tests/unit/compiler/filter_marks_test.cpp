// How long filters are, and that calls that are always allowed cost nothing: the kernel must be able to
// answer for them from its map, without running the filter.
#include <gtest/gtest.h>
#include <linux/audit.h>

#include <algorithm>

#include "compiler/filter.hpp"
#include "compiler/proof.hpp"
#include "tests/unit/compiler/benchmark_models.hpp"
#include "tests/unit/compiler/bpf_interpreter.hpp"
#include "tests/unit/compiler/model_oracle.hpp"
#include "tests/unit/compiler/shipped_filters.hpp"

namespace ward::compiler {
namespace {

using Program = std::vector<sock_filter>;

// Each proved, and run on boundary values.
Program checked(const FilterModel& model) {
    const Program program = *emit(model, {});
    EXPECT_FALSE(disprove(program, model, {}));
    EXPECT_EQ(test::disagreement(program, model, {}), "");
    return program;
}

TEST(FilterMarks, DockersDefaultProfile) {
    EXPECT_LE(checked(test::docker_default()).size(), 55u) << "kafel 88, minijail 101, libseccomp 330";
}

TEST(FilterMarks, AListWithManyArgumentChecks) {
    EXPECT_LE(checked(test::judge_like()).size(), 107u) << "kafel 185, minijail 311, libseccomp 192";
}

void expect_constant_allows(const FilterModel& model) {
    const Program program = *emit(model, {});
    for (const AbiModel& abi : model.abis) {
        const std::uint32_t arch = abi.abi == Abi::i386 ? AUDIT_ARCH_I386 : AUDIT_ARCH_X86_64;
        const std::uint32_t base = abi.abi == Abi::x32 ? 0x40000000 : 0;
        for (std::uint32_t number = 0; number < abi.calls.size(); ++number) {
            const CallModel& call = abi.calls[number];
            const bool is_constant =
                !test::looks_at_arguments(call) && test::answer(call, {}).kind == Response::Kind::allow;
            EXPECT_EQ(test::is_constant_allow(program, arch, base + number), is_constant) << number;
        }
    }
}

TEST(FilterMarks, WhatIsAlwaysAllowedIsInTheKernelsMap) {
    expect_constant_allows(test::docker_default());
    expect_constant_allows(test::judge_like());
}

TEST(FilterMarks, WhatShippedPoliciesAlwaysAllowIsInTheKernelsMap) {
    for (const test::NamedFilter& shipped : test::shipped_filters()) {
        SCOPED_TRACE(shipped.name);
        expect_constant_allows(shipped.model);
    }
}

// Instructions until the answer or the first look at an argument, on average.
double steps(const Program& program, const AbiModel& abi, bool (*is_meant)(const CallModel& call)) {
    std::size_t calls = 0;
    std::size_t all = 0;
    for (std::uint32_t number = 0; number < abi.calls.size(); ++number) {
        if (!is_meant(abi.calls[number])) continue;
        ++calls;
        for (const std::size_t at : test::executed(program, {static_cast<int>(number), AUDIT_ARCH_X86_64, 0, {}})) {
            const bool is_argument =
                BPF_CLASS(program[at].code) == BPF_LD && program[at].k >= offsetof(seccomp_data, args);
            if (is_argument) break;
            ++all;
        }
    }
    return static_cast<double>(all) / static_cast<double>(calls);
}

TEST(FilterMarks, CallsThatRunTheFilterAreFoundBeforeThoseOfTheMap) {
    for (const FilterModel& model : {test::docker_default(), test::judge_like()}) {
        const Program program = checked(model);
        const AbiModel& abi = model.abis.front();
        const double in_map = steps(program, abi, [](const CallModel& call) {
            return !test::looks_at_arguments(call) && call.otherwise.kind == Response::Kind::allow;
        });
        EXPECT_LT(steps(program, abi, test::looks_at_arguments), in_map) << "by their arguments";
        EXPECT_LT(
            steps(program, abi, [](const CallModel& call) { return call.otherwise.kind == Response::Kind::refuse; }),
            in_map)
            << "errno";
    }
}

TEST(FilterMarks, TheMapHasEveryAbi) {
    FilterModel model = test::docker_default();
    for (const Abi abi : {Abi::i386, Abi::x32}) {
        AbiModel other = test::judge_like().abis.front();
        std::reverse(other.calls.begin(), other.calls.end());
        other.abi = abi;
        model.abis.push_back(std::move(other));
    }
    expect_constant_allows(model);
    checked(model);
}

// ---- tests of bits

std::size_t instructions(std::initializer_list<std::uint32_t> values) {
    Condition any = never();
    for (const std::uint32_t value : values) any = either(any, holds({.argument = 0, .bits = 32, .value = value}));
    AbiModel native{Abi::x86_64, {{{{any, {Response::Kind::allow}}}, {}}}, {}};
    return checked({{native}}).size();
}

TEST(FilterMarks, ListsOfFlagsAreTestsOfBits) {
    const std::size_t one = instructions({7});
    EXPECT_EQ(instructions({0, 8, 0x20000, 0x20008}), one) << "one test: no other bit";
    EXPECT_EQ(instructions({0, 8, 0x20000, 0x20008, ~0u}), one + 1);
    EXPECT_EQ(instructions({1, 6, 0x80001, 0x80006}), one + 2) << "the flag is taken off";
    EXPECT_EQ(instructions({1, 2, 0x80001, 0x80002, 0x801, 0x802, 0x80801, 0x80802}), one + 2);
    EXPECT_EQ(instructions({0, 1, 2, 3, 4, 5, 6, 7}), one) << "a range";
    EXPECT_EQ(instructions({3, 4, 5, 6, 9}), one + 2);
}

}  // namespace
}  // namespace ward::compiler
