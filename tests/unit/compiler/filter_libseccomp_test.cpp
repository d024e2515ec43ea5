// The same rules compiled by libseccomp: another program, the same answers.
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <initializer_list>

#include "compiler/syscall_table.hpp"
#include "tests/unit/compiler/agreement.hpp"
#include "tests/unit/compiler/benchmark_models.hpp"
#include "tests/unit/compiler/bpf_interpreter.hpp"
#include "tests/unit/compiler/by_libseccomp.hpp"
#include "tests/unit/compiler/call_policies.hpp"
#include "tests/unit/compiler/model_oracle.hpp"

namespace ward::compiler {
namespace {

using Program = std::vector<sock_filter>;

// A number decides, and libseccomp has been told.
bool is_plain(const CallModel& call, Response otherwise) {
    return !test::looks_at_arguments(call) && test::libseccomp_can_say(call, otherwise);
}

void expect_same_answers(const AbiModel& model, const Program& ours, const Program& theirs) {
    std::size_t compared = 0;
    const auto compare = [&](std::uint32_t arch, std::uint32_t number) {
        seccomp_data data = test::native_call(number);
        data.arch = arch;
        EXPECT_EQ(test::interpret(ours, data), test::interpret(theirs, data)) << arch << " " << number;
        ++compared;
    };
    for (std::uint32_t number = 0; number < 1024; ++number)
        if (number >= model.calls.size() || is_plain(model.calls[number], model.beyond))
            compare(AUDIT_ARCH_X86_64, number);
    for (const std::uint32_t number : {0x3fffffffu, 0x40000000u, 0x40000001u, 0x40000200u, 0x7fffffffu, 0x80000000u})
        compare(AUDIT_ARCH_X86_64, number);
    for (const auto arch : std::initializer_list<std::uint32_t>{AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64, 0})
        compare(arch, 1);
    EXPECT_GT(compared, 950u);
}

class AgainstLibseccomp : public testing::TestWithParam<const char*> {};

TEST_P(AgainstLibseccomp, TheSameAnswersForEveryNumber) {
    const auto model = test::lower(GetParam()).jail.filter;
    const Program ours = *emit(model, {1, false});
    for (const std::uint32_t optimize : {1u, 2u}) {
        const Program theirs = test::by_libseccomp(model.abis.front(), optimize);
        expect_same_answers(model.abis.front(), ours, theirs);
        EXPECT_LT(ours.size(), theirs.size()) << "and ours is shorter";
    }
}

INSTANTIATE_TEST_SUITE_P(
    Policies, AgainstLibseccomp,
    testing::Values("allow @system-service", "allow @known\nforbid @privileged",
                    "allow @basic-io, @default except execve\nrefuse with kill",
                    "allow @basic-io\nrefuse @file-system with ENOENT\nrefuse @network-io with trap",
                    "refuse with trap"));

// Arguments too: every condition of these that libseccomp can say, on boundary values.
TEST(Libseccomp, TheSameAnswersForArguments) {
    std::size_t compared = 0;
    for (const FilterModel& model : {test::docker_default(), test::judge_like()}) {
        const AbiModel& native = model.abis.front();
        const Program theirs = test::by_libseccomp(native, 2);
        ASSERT_FALSE(theirs.empty());
        for (std::uint32_t number = 0; number < native.calls.size(); ++number) {
            const CallModel& call = native.calls[number];
            if (!test::libseccomp_can_say(call, native.beyond)) continue;
            for (const std::uint64_t value : test::boundary_values(call, 0, {})) {
                for (const std::uint64_t other : test::boundary_values(call, 1, {})) {
                    const std::uint64_t arguments[] = {value, other, other};
                    const seccomp_data data = test::native_call(number, arguments);
                    EXPECT_EQ(test::interpret(theirs, data), test::expected(model, {}, data)) << number;
                    ++compared;
                }
            }
        }
    }
    EXPECT_GT(compared, 100'000u);
}

// `filter_agreement` of tests/bench runs as many as one likes.
TEST(Libseccomp, RandomPoliciesAndCalls) {
    const test::Agreement agreement = test::compare_random(100'000, 4);
    EXPECT_EQ(agreement.fault, "");
    EXPECT_GE(agreement.pairs, 100'000u);
    EXPECT_GT(agreement.by_libseccomp, agreement.pairs / 2);
}

// What would go wrong with rules as people write them.
TEST(Libseccomp, ItsComparisonsOf32BitArgumentsMissGarbageAbove) {
    AbiModel naive{
        Abi::x86_64,
        {{{{holds({.argument = 1, .bits = 64, .value = 0x5412}), {Response::Kind::trap}}}, {Response::Kind::allow}}},
        {Response::Kind::allow}};
    const Program theirs = test::by_libseccomp(naive, 1);
    const std::uint64_t exact[] = {0, 0x5412}, garbage[] = {0, 0x100005412};
    EXPECT_EQ(test::interpret(theirs, test::native_call(0, exact)), SECCOMP_RET_TRAP);
    EXPECT_EQ(test::interpret(theirs, test::native_call(0, garbage)), SECCOMP_RET_ALLOW) << "TIOCSTI gets through";
}

}  // namespace
}  // namespace ward::compiler
