// The prover: right programs pass, each wrong one is caught, and what it cannot follow is refused.
#include "compiler/proof.hpp"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <random>
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
    FilterModel model;
    Decisions& decide = model.decisions;
    const NodeId yes = decide.respond(allow);
    const NodeId no = decide.respond(eperm);
    model.calls.assign(10, no);
    for (const unsigned number : {0u, 1u, 2u, 3u}) model.calls[number] = yes;
    model.calls[4] = decide.test({1, false, 06000, 0}, yes, no);
    model.calls[5] = decide.respond({Response::Kind::kill, 0});
    model.calls[6] = decide.exec_key(yes, no);
    model.calls[7] = decide.test({1, false, ~0u, 0x5412}, no, yes);
    model.beyond = decide.respond(enosys);
    model.needs_exec_key = true;
    model.may_kill = true;
    return model;
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
    model.calls[9] = model.calls[0];
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
    model.calls[7] =
        model.decisions.test({1, false, ~0u, 0x5413}, model.decisions.respond(eperm), model.decisions.respond(allow));
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
                    Unfollowed{"instruction 0: an instruction that is not followed",
                               {BPF_STMT(BPF_ST, 0), BPF_STMT(BPF_RET | BPF_K, 0)}},
                    Unfollowed{"instruction 1: a jump behind the end",
                               {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 7, 7)}},
                    Unfollowed{"instruction 1: a test of the number that does not split its range in two",
                               {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 0, 0),
                                BPF_STMT(BPF_RET | BPF_K, 0)}},
                    Unfollowed{"instruction 0: the program ends without a return", {}}));

// ---- mutation: does the prover have teeth?

std::vector<std::uint64_t> interesting_values() {
    return {0,
            1,
            0x5411,
            0x5412,
            0x5413,
            0x100005412u,
            04000,
            02000,
            06000,
            0755,
            01000,
            0x55667788u,
            0x1122334400000000u,
            with_key.exec_key,
            with_key.exec_key ^ 1,
            with_key.exec_key ^ (1ull << 40),
            ~0ull};
}

// Every number of interest with every value in the arguments that the model looks at.
bool behaves_alike(const Program& a, const Program& b) {
    for (const std::uint32_t arch : std::initializer_list<std::uint32_t>{AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, 0}) {
        for (const std::uint32_t number :
             {0u, 1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 9u, 10u, 11u, 500u, 0x3fffffffu, 0x40000000u, 0x40000001u, ~0u}) {
            for (const std::uint64_t value : interesting_values()) {
                seccomp_data data{};
                data.nr = static_cast<int>(number);
                data.arch = arch;
                data.args[1] = data.args[5] = value;
                if (test::interpret(a, data) != test::interpret(b, data)) return false;
            }
        }
    }
    return true;
}

// The kernel checks jumps and operations when it loads a program; so does this.
bool loadable(const Program& program) {
    for (std::size_t at = 0; at < program.size(); ++at) {
        if (BPF_CLASS(program[at].code) != BPF_JMP) continue;
        const bool plain = BPF_OP(program[at].code) == BPF_JA;
        const std::size_t furthest = plain ? program[at].k : std::max(program[at].jt, program[at].jf);
        if (at + 1 + furthest >= program.size()) return false;
    }
    return true;
}

std::vector<Program> mutants(const Program& program) {
    std::vector<Program> all;
    const auto add = [&](std::size_t at, auto change) {
        Program mutant = program;
        change(mutant[at]);
        if (loadable(mutant)) all.push_back(std::move(mutant));
    };
    for (std::size_t at = 0; at < program.size(); ++at) {
        for (const std::uint32_t bit : {0u, 1u, 3u, 8u, 12u, 16u, 30u, 31u})
            add(at, [&](sock_filter& i) { i.k ^= 1u << bit; });
        add(at, [](sock_filter& i) { ++i.k; });
        add(at, [](sock_filter& i) { --i.k; });
        if (BPF_CLASS(program[at].code) == BPF_JMP) {
            add(at, [](sock_filter& i) { ++i.jt; });
            add(at, [](sock_filter& i) { ++i.jf; });
            add(at, [](sock_filter& i) { std::swap(i.jt, i.jf); });
            add(at, [](sock_filter& i) {
                if (i.jt) --i.jt;
            });
            add(at, [](sock_filter& i) {
                if (i.jf) --i.jf;
            });
            for (const int op : {BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET})
                add(at, [&](sock_filter& i) { i.code = static_cast<std::uint16_t>(BPF_JMP | op | BPF_K); });
        }
        if (BPF_CLASS(program[at].code) == BPF_ALU)
            for (const int op : {BPF_AND, BPF_OR, BPF_XOR})
                add(at, [&](sock_filter& i) { i.code = static_cast<std::uint16_t>((i.code & ~0xf0) | op); });
    }
    return all;
}

TEST(Proof, KillsEveryMutantThatBehavesOtherwise) {
    const FilterModel model = small_model();
    const Program program = emitted(model);
    std::size_t different = 0, caught = 0, proved_equal = 0;
    for (const Program& mutant : mutants(program)) {
        const bool disproved = disprove(mutant, model, with_key).has_value();
        if (!behaves_alike(program, mutant)) {
            ++different;
            caught += disproved;
        } else {
            proved_equal += !disproved;
        }
    }
    std::printf("%zu mutants behave otherwise, %zu caught; %zu others proved equal\n", different, caught, proved_equal);
    EXPECT_GT(different, 100u);
    EXPECT_EQ(caught, different);
}

}  // namespace
}  // namespace ward::compiler
