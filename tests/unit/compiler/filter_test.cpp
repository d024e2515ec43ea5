// The program against the model: interpreted for every number and for arguments at every border.
#include "compiler/filter.hpp"

#include <gtest/gtest.h>
#include <linux/audit.h>

#include <cerrno>
#include <random>

#include "compiler/proof.hpp"
#include "tests/unit/compiler/bpf_interpreter.hpp"
#include "tests/unit/compiler/model_oracle.hpp"

namespace ward::compiler {
namespace {

constexpr Response allow{Response::Kind::allow};
constexpr Response eperm{Response::Kind::refuse, EPERM};
constexpr Response enosys{Response::Kind::refuse, ENOSYS};
const EmitOptions options{0x1122334455667788u, true};

// `count` calls that are allowed or not by `is_allowed(number)`.
template <typename Predicate>
FilterModel model_of(std::uint32_t count, Predicate is_allowed) {
    FilterModel model;
    model.beyond = model.decisions.respond(enosys);
    for (std::uint32_t number = 0; number < count; ++number)
        model.calls.push_back(model.decisions.respond(is_allowed(number) ? allow : eperm));
    return model;
}

void expect_agreement(const FilterModel& model) {
    for (const bool supervised : {true, false}) {
        const EmitOptions how{options.exec_key, supervised};
        const auto program = emit(model, how);
        ASSERT_TRUE(program);
        EXPECT_EQ(test::disagreement(*program, model, how), "");
        const auto disproof = disprove(*program, model, how);
        EXPECT_FALSE(disproof) << disproof->reason;
    }
}

TEST(Decisions, WhatIsBuiltAlikeIsTheSame) {
    Decisions decisions;
    const NodeId yes = decisions.respond(allow);
    const NodeId no = decisions.respond(eperm);
    EXPECT_EQ(decisions.respond({Response::Kind::allow, 7}), yes) << "only a refusal has an errno";
    EXPECT_NE(decisions.respond(enosys), no);
    EXPECT_EQ(decisions.test({0, false, ~0u, 1}, yes, no), decisions.test({0, false, ~0u, 1}, yes, no));
    EXPECT_NE(decisions.test({0, false, ~0u, 1}, yes, no), decisions.test({0, true, ~0u, 1}, yes, no));
    EXPECT_NE(decisions.test({0, false, ~0u, 1}, yes, no), decisions.test({0, false, ~0u, 1}, no, yes));
    EXPECT_EQ(decisions.exec_key(yes, no), decisions.exec_key(yes, no));
}

TEST(Decisions, TestsWithoutAnEffectAreNotMade) {
    Decisions decisions;
    const NodeId yes = decisions.respond(allow);
    const NodeId no = decisions.respond(eperm);
    EXPECT_EQ(decisions.test({0, false, ~0u, 1}, yes, yes), yes);
    EXPECT_EQ(decisions.test({0, false, 6, 1}, yes, no), no) << "the mask clears the bit";
    EXPECT_EQ(decisions.test({0, false, 0, 0}, yes, no), yes);
    EXPECT_EQ(decisions.exec_key(no, no), no);
}

TEST(Filter, NoCallsAtAll) {
    expect_agreement(model_of(0, [](auto) { return true; }));
}

TEST(Filter, EveryCallAllowed) {
    const FilterModel model = model_of(470, [](auto) { return true; });
    expect_agreement(model);
    EXPECT_EQ(emit(model, options)->size(), 8u) << "two loads, ABI, two borders, three returns";
}

TEST(Filter, EveryOtherCallAllowed) {
    expect_agreement(model_of(470, [](auto n) { return n % 2 == 0; }));
}

TEST(Filter, KernelValuesOfResponses) {
    FilterModel model;
    const Response responses[] = {
        allow, eperm, {Response::Kind::trap}, {Response::Kind::kill}, {Response::Kind::kill_process}};
    for (const Response response : responses) model.calls.push_back(model.decisions.respond(response));
    model.beyond = model.decisions.respond(enosys);
    const auto supervised = emit(model, {0, true});
    const auto alone = emit(model, {0, false});
    const auto result = [](const auto& program, std::uint32_t number) {
        return test::interpret(*program, test::native_call(number));
    };
    EXPECT_EQ(result(supervised, 0), 0x7fff0000u);
    EXPECT_EQ(result(supervised, 1), 0x00050001u);
    EXPECT_EQ(result(supervised, 2), 0x00030000u);
    EXPECT_EQ(result(supervised, 3), 0x7fc00000u) << "user notification";
    EXPECT_EQ(result(alone, 3), 0x80000000u);
    EXPECT_EQ(result(supervised, 4), 0x80000000u);
    EXPECT_EQ(result(supervised, 5), 0x00050000u + ENOSYS);
}

TEST(Filter, ForeignAbisAreKilled) {
    const auto program = *emit(model_of(470, [](auto) { return true; }), options);
    seccomp_data data = test::native_call(1);
    EXPECT_EQ(test::interpret(program, data), SECCOMP_RET_ALLOW);
    data.arch = AUDIT_ARCH_I386;
    EXPECT_EQ(test::interpret(program, data), SECCOMP_RET_KILL_PROCESS);
    EXPECT_EQ(test::interpret(program, test::native_call(0x40000001)), SECCOMP_RET_KILL_PROCESS) << "x32 write";
    EXPECT_EQ(test::interpret(program, test::native_call(0x3fffffff)), SECCOMP_RET_ERRNO | ENOSYS);
    EXPECT_EQ(test::interpret(program, test::native_call(~0u)), SECCOMP_RET_KILL_PROCESS);
}

TEST(Filter, TheExecKeyNeedsBothHalves) {
    FilterModel model = model_of(3, [](auto) { return false; });
    model.calls[1] = model.decisions.exec_key(model.decisions.respond(allow), model.decisions.respond(eperm));
    model.needs_exec_key = true;
    expect_agreement(model);
    const auto program = *emit(model, options);
    const auto with = [&](std::uint64_t key) {
        seccomp_data data = test::native_call(1);
        data.args[5] = key;
        return test::interpret(program, data);
    };
    EXPECT_EQ(with(options.exec_key), SECCOMP_RET_ALLOW);
    for (const std::uint64_t wrong :
         {std::uint64_t{0}, options.exec_key ^ 1, options.exec_key ^ (std::uint64_t{1} << 32),
          options.exec_key & 0xffffffffu, options.exec_key & ~std::uint64_t{0xffffffff}, options.exec_key << 32,
          (options.exec_key << 32) | (options.exec_key >> 32), ~options.exec_key})
        EXPECT_EQ(with(wrong), SECCOMP_RET_ERRNO | EPERM) << std::hex << wrong;
}

// A right half must not be visible in the number of instructions that run.
TEST(Filter, TheExecKeyTakesEquallyLongForEveryGuess) {
    FilterModel model = model_of(1, [](auto) { return false; });
    model.calls[0] = model.decisions.exec_key(model.decisions.respond(allow), model.decisions.respond(eperm));
    const auto program = *emit(model, options);
    std::vector<std::size_t> lengths;
    for (const std::uint64_t guess :
         {std::uint64_t{1}, options.exec_key ^ 1, options.exec_key ^ (std::uint64_t{1} << 32)}) {
        seccomp_data data = test::native_call(0);
        data.args[5] = guess;
        lengths.push_back(test::executed(program, data).size());
    }
    EXPECT_EQ(lengths[0], lengths[1]);
    EXPECT_EQ(lengths[0], lengths[2]);
}

// ---- random models

class RandomModel {
public:
    explicit RandomModel(unsigned seed) : random_(seed) {}

    FilterModel make(std::uint32_t count, unsigned percent_with_arguments) {
        FilterModel model;
        model.beyond = model.decisions.respond(enosys);
        NodeId run = response(model.decisions);
        for (std::uint32_t number = 0; number < count; ++number) {
            if (below(3) == 0) run = response(model.decisions);
            const bool looks_at_arguments = below(100) < percent_with_arguments;
            model.calls.push_back(looks_at_arguments ? tree(model.decisions, 3) : run);
        }
        return model;
    }

private:
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_()) % limit; }

    NodeId response(Decisions& decisions) {
        const Response all[] = {allow, allow, eperm, enosys, {Response::Kind::trap}, {Response::Kind::kill}};
        return decisions.respond(all[below(6)]);
    }

    // At most two arguments, so that all combinations of values can be tried.
    NodeId tree(Decisions& decisions, unsigned depth) {
        if (depth == 0) return response(decisions);
        const std::uint32_t masks[] = {~0u, 06000, 4, 0xff00, 0x80000000u, 0x80000001u};
        const std::uint32_t mask = masks[below(6)];
        const std::uint32_t values[] = {0, mask, mask & 0x5412, 1};
        const Test test{static_cast<std::uint8_t>(below(2)), below(4) == 0, mask, values[below(4)]};
        const NodeId yes = tree(decisions, depth - 1 - below(depth));
        const NodeId no = tree(decisions, depth - 1);
        return decisions.test(test, yes, no);
    }

    std::mt19937 random_;
};

TEST(Filter, RandomModelsAgree) {
    for (unsigned seed = 0; seed < 12; ++seed) {
        SCOPED_TRACE(seed);
        expect_agreement(RandomModel(seed).make(40, 20));
    }
}

// Long enough that jumps must step over more than 255 instructions.
TEST(Filter, LongProgramsAgree) {
    for (unsigned seed = 100; seed < 103; ++seed) {
        const FilterModel model = RandomModel(seed).make(470, 25);
        SCOPED_TRACE(seed);
        EXPECT_GT(emit(model, options)->size(), 600u);
        expect_agreement(model);
    }
}

TEST(Filter, TheSameModelGivesTheSameBytes) {
    const auto bytes = [](unsigned seed) {
        const auto program = *emit(RandomModel(seed).make(300, 20), options);
        return std::string(reinterpret_cast<const char*>(program.data()), program.size() * sizeof(sock_filter));
    };
    EXPECT_EQ(bytes(1), bytes(1));
    EXPECT_NE(bytes(1), bytes(2));
}

// A model whose program has a block of three instructions for each call and little else.
FilterModel many_arguments(std::uint32_t count) {
    FilterModel model;
    model.beyond = model.decisions.respond(enosys);
    for (std::uint32_t i = 0; i < count; ++i)
        model.calls.push_back(model.decisions.test({0, false, ~0u, i}, model.decisions.respond(allow), model.beyond));
    return model;
}

TEST(Filter, MoreThanTheKernelTakesIsNoProgram) {
    std::uint32_t count = 1000;
    auto greatest = emit(many_arguments(count), options);
    while (auto next = emit(many_arguments(count + 1), options)) {
        greatest = std::move(next);
        ++count;
    }
    ASSERT_TRUE(greatest);
    EXPECT_GT(greatest->size(), 4080u);
    EXPECT_LE(greatest->size(), 4096u);
    const auto disproof = disprove(*greatest, many_arguments(count), options);
    EXPECT_FALSE(disproof) << disproof->reason;
}

}  // namespace
}  // namespace ward::compiler
