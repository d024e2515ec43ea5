// The program against the model: interpreted for every number and for arguments at every border.
#include "compiler/filter.hpp"

#include <gtest/gtest.h>
#include <linux/audit.h>

#include <cerrno>

#include "compiler/proof.hpp"
#include "tests/unit/compiler/bpf_interpreter.hpp"
#include "tests/unit/compiler/model_oracle.hpp"
#include "tests/unit/compiler/random_models.hpp"

namespace ward::compiler {
namespace {

constexpr Response allow{Response::Kind::allow};
constexpr Response eperm{Response::Kind::refuse, EPERM};
constexpr Response enosys{Response::Kind::refuse, ENOSYS};
const EmitOptions options{0x1122334455667788u, true};

// `count` calls that are allowed or not by `is_allowed(number)`.
template <typename Predicate>
FilterModel model_of(std::uint32_t count, Predicate is_allowed) {
    AbiModel native{Abi::x86_64, {}, enosys};
    for (std::uint32_t number = 0; number < count; ++number)
        native.calls.push_back({{}, is_allowed(number) ? allow : eperm});
    return {{native}};
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
    AbiModel native{Abi::x86_64, {}, enosys};
    const Response responses[] = {
        allow, eperm, {Response::Kind::trap}, {Response::Kind::kill}, {Response::Kind::kill_process}};
    for (const Response response : responses) native.calls.push_back({{}, response});
    const FilterModel model{{native}};
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
    model.abis[0].calls[1].one_shot = true;
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
    model.abis[0].calls[0].one_shot = true;
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

FilterModel of_three_abis(unsigned seed) {
    FilterModel model;
    for (const Abi abi : {Abi::x86_64, Abi::i386, Abi::x32}) {
        AbiModel each = test::RandomModel(seed * 10 + static_cast<unsigned>(abi)).make(30 + seed % 20, 20).abis.front();
        each.abi = abi;
        model.abis.push_back(std::move(each));
    }
    return model;
}

TEST(Filter, SeveralAbisAgree) {
    for (unsigned seed = 0; seed < 6; ++seed) {
        SCOPED_TRACE(seed);
        FilterModel model = of_three_abis(seed);
        expect_agreement(model);
        model.abis.erase(model.abis.begin());
        expect_agreement(model);
        model.abis.resize(1);
        model.abis[0].abi = Abi::aarch64;
        expect_agreement(model);
        model.abis[0].abi = Abi::x32;
        expect_agreement(model);
    }
}

TEST(Filter, SeveralAbisShareTheirChecks) {
    FilterModel model = test::RandomModel(3).make(300, 20);
    const std::size_t one = emit(model, options)->size();
    model.abis.push_back(model.abis.front());
    model.abis.back().abi = Abi::x32;
    std::size_t constant = 0;
    for (const CallModel& call : model.abis.front().calls) constant += call.answers.empty();
    EXPECT_LT(emit(model, options)->size(), one + 300) << "the searches twice, the checks once";
    EXPECT_GT(constant, 200u);
    expect_agreement(model);
}

TEST(Filter, RandomModelsAgree) {
    for (unsigned seed = 0; seed < 12; ++seed) {
        SCOPED_TRACE(seed);
        expect_agreement(test::RandomModel(seed).make(40, 20));
    }
}

// Long enough that jumps must step over more than 255 instructions.
TEST(Filter, LongProgramsAgree) {
    for (unsigned seed = 100; seed < 103; ++seed) {
        const FilterModel model = test::RandomModel(seed).make(470, 25);
        SCOPED_TRACE(seed);
        EXPECT_GT(emit(model, options)->size(), 600u);
        expect_agreement(model);
    }
}

TEST(Filter, TheSameModelGivesTheSameBytes) {
    const auto bytes = [](unsigned seed) {
        const auto program = *emit(test::RandomModel(seed).make(300, 20), options);
        return std::string(reinterpret_cast<const char*>(program.data()), program.size() * sizeof(sock_filter));
    };
    EXPECT_EQ(bytes(1), bytes(1));
    EXPECT_NE(bytes(1), bytes(2));
}

// A model whose program has a block of three instructions for each call and little else.
FilterModel many_arguments(std::uint32_t count) {
    AbiModel native{Abi::x86_64, {}, enosys};
    for (std::uint32_t i = 0; i < count; ++i) {
        const Comparison is_i{.argument = 0, .bits = 32, .value = i};
        native.calls.push_back({{{holds(is_i), allow}}, enosys});
    }
    return {{native}};
}

// `if level == 1 and option == 7` or ...: of two or three arguments, with single values and ranges.
Condition pair(std::uint32_t i, bool with_range, bool with_third) {
    std::vector<Condition> parts{holds({.argument = 1, .bits = 32, .value = i * 37 + 11})};
    const Comparison below{.argument = 2, .bits = 32, .relation = Comparison::Relation::less, .value = i * 100 + 50};
    parts.push_back(with_range ? holds(below) : holds({.argument = 2, .bits = 32, .value = i * 51 + 3}));
    if (with_third) parts.push_back(holds({.argument = 4, .bits = 32, .value = i ^ 0x5a5a}));
    Condition all = parts.front();
    for (std::size_t part = 1; part < parts.size(); ++part) all = both(all, parts[part]);
    return all;
}

TEST(Filter, ConditionsThatSharePlacesGrowByTheirNumber) {
    for (const bool with_range : {false, true})
        for (const bool with_third : {false, true}) {
            CallModel call{{}, enosys};
            for (std::uint32_t i = 0; i < 100; ++i) call.answers.push_back({pair(i, with_range, with_third), allow});
            const FilterModel model{{{Abi::x86_64, {call}, enosys}}};
            const auto program = emit(model, options);
            ASSERT_TRUE(program) << with_range << with_third;
            EXPECT_LT(program->size(), 1000U) << with_range << with_third;
            const auto disproof = disprove(*program, model, options);
            EXPECT_FALSE(disproof) << disproof->reason;
            expect_agreement(model);
        }
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
