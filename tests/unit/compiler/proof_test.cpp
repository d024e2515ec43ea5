// The prover: right programs pass, each wrong one is caught, and what it cannot follow is refused.
#include "compiler/proof.hpp"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <cerrno>
#include <cstddef>
#include <vector>

#include "tests/unit/compiler/bpf_interpreter.hpp"

namespace ward::compiler {
namespace {

using Program = std::vector<sock_filter>;

constexpr Response allow{Response::Kind::allow, 0};
constexpr Response enosys{Response::Kind::refuse, ENOSYS};
constexpr Response eperm{Response::Kind::refuse, EPERM};

// Numbers 0..9: 0..3 allowed, 4 allowed unless its second argument has the bits 06000, 5 kills, 6 only
// with the exec key, 7 if the low half of argument 1 is not 0x5412, the rest EPERM.
FilterModel small_model() {
    AbiModel native{Abi::x86_64, std::vector<CallModel>(10, {{}, eperm}), enosys};
    for (const unsigned number : {0u, 1u, 2u, 3u}) native.calls[number].otherwise = allow;
    native.calls[4] = {{{holds({.argument = 1, .bits = 32, .mask = 06000, .value = 0}), allow}}, eperm};
    native.calls[5].otherwise = {Response::Kind::kill};
    native.calls[6].one_shot = true;
    native.calls[7] = {{{holds({.argument = 1, .bits = 32, .value = 0x5412}), eperm}}, allow};
    return {{native}, true, true};
}

const EmitOptions with_key{0x1122334455667788u, true};

Program emitted(const FilterModel& model) {
    auto program = emit(model, with_key);
    EXPECT_TRUE(program);
    return program.value_or(Program{});
}

TEST(Proof, WhatTheGeneratorEmitsIsProved) {
    const FilterModel model = small_model();
    const auto disproof = disprove(emitted(model), model, with_key);
    EXPECT_FALSE(disproof) << disproof->reason;
}

TEST(Proof, AnotherKeyIsAnotherProgram) {
    const FilterModel model = small_model();
    const auto disproof = disprove(emitted(model), model, {0x1122334455667789u, true});
    ASSERT_TRUE(disproof && disproof->call);
    EXPECT_EQ(disproof->call->number, 6u);
}

TEST(Proof, OneCallMoreGivesThatCall) {
    FilterModel model = small_model();
    const Program program = emitted(model);
    model.abis[0].calls[9] = model.abis[0].calls[0];
    const auto disproof = disprove(program, model, with_key);
    ASSERT_TRUE(disproof && disproof->call);
    EXPECT_EQ(disproof->call->arch, AUDIT_ARCH_X86_64);
    EXPECT_EQ(disproof->call->number, 9u);
    EXPECT_EQ(disproof->call->expected, SECCOMP_RET_ALLOW);
    EXPECT_EQ(disproof->call->actual, SECCOMP_RET_ERRNO | EPERM);
}

TEST(Proof, ACounterexampleIsARealCall) {
    FilterModel model = small_model();
    const Program program = emitted(model);
    model.abis[0].calls[7].answers[0].when = holds({.argument = 1, .bits = 32, .value = 0x5413});
    const auto disproof = disprove(program, model, with_key);
    ASSERT_TRUE(disproof && disproof->call);
    const Counterexample& call = *disproof->call;
    seccomp_data data{};
    data.nr = static_cast<int>(call.number);
    data.arch = call.arch;
    for (std::size_t i = 0; i < 6; ++i) data.args[i] = call.arguments[i];
    EXPECT_EQ(test::interpret(program, data), call.actual);
    EXPECT_NE(call.actual, call.expected);
}

TEST(Proof, AProgramWithoutAnAbiCheckIsNotProved) {
    const Program allow_all = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    EXPECT_TRUE(disprove(allow_all, small_model(), with_key));
}

struct Unfollowed {
    const char* reason;
    Program program;
};

class NotFollowed : public testing::TestWithParam<Unfollowed> {};

TEST_P(NotFollowed, IsRefused) {
    const auto disproof = disprove(GetParam().program, small_model(), with_key);
    ASSERT_TRUE(disproof);
    EXPECT_FALSE(disproof->call);
    EXPECT_EQ(disproof->reason, GetParam().reason);
}

constexpr std::uint32_t argument_0 = offsetof(seccomp_data, args);

INSTANTIATE_TEST_SUITE_P(
    Programs, NotFollowed,
    testing::Values(Unfollowed{"instruction 1: an arithmetic operation that is not bitwise",
                               {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument_0), BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1),
                                BPF_STMT(BPF_RET | BPF_K, 0)}},
                    Unfollowed{"instruction 0: a load from outside the number, the ABI and the arguments",
                               {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 8), BPF_STMT(BPF_RET | BPF_K, 0)}},
                    Unfollowed{"instruction 0: a load from outside the number, the ABI and the arguments",
                               {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), BPF_STMT(BPF_RET | BPF_K, 0)}},
                    Unfollowed{"instruction 0: a return of a computed value", {BPF_STMT(BPF_RET | BPF_A, 0)}},
                    Unfollowed{"instruction 0: the opcode 0x02 is not followed",
                               {BPF_STMT(BPF_ST, 0), BPF_STMT(BPF_RET | BPF_K, 0)}},
                    Unfollowed{"instruction 1: a jump behind the end",
                               {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 7, 7)}},
                    Unfollowed{"instruction 1: a test of the number that does not split its range in two",
                               {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 0, 0),
                                BPF_STMT(BPF_RET | BPF_K, 0)}},
                    Unfollowed{"instruction 0: the program ends without a return", {}}));

}  // namespace
}  // namespace ward::compiler
