// What other tools for seccomp get wrong, one test each: the emitted program, run for the call in question.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <sys/ioctl.h>

#include <cerrno>

#include "compiler/proof.hpp"
#include "tests/unit/compiler/bpf_interpreter.hpp"
#include "tests/unit/compiler/model_oracle.hpp"

namespace ward::compiler {
namespace {

constexpr Response allow{Response::Kind::allow};
constexpr Response eperm{Response::Kind::refuse, EPERM};
constexpr Response enosys{Response::Kind::refuse, ENOSYS};
constexpr std::uint32_t refused = SECCOMP_RET_ERRNO | EPERM;

// One call, number 1, and what is answered to it.
class OneCall {
public:
    explicit OneCall(CallModel call, Abi abi = Abi::x86_64) : OneCall(FilterModel{{AbiModel{abi, {}, enosys}}}, call) {}

    std::uint32_t operator()(std::initializer_list<std::uint64_t> arguments) const {
        return test::interpret(program_, test::native_call(1, {arguments.begin(), arguments.size()}));
    }
    std::uint32_t at(std::uint32_t arch, std::uint32_t number) const {
        seccomp_data data = test::native_call(number);
        data.arch = arch;
        return test::interpret(program_, data);
    }

private:
    OneCall(FilterModel model, const CallModel& call) {
        model.abis[0].calls = {{{}, eperm}, call};
        program_ = *emit(model, {});
        EXPECT_FALSE(disprove(program_, model, {}));
        EXPECT_EQ(test::disagreement(program_, model, {}), "");
    }

    std::vector<sock_filter> program_;
};

Condition is(std::uint8_t argument, std::uint8_t bits, std::uint64_t value) {
    return holds({.argument = argument, .bits = bits, .value = value});
}
CallModel allow_if(Condition when) {
    return {{{std::move(when), allow}}, eperm};
}

// CVE-2016-7545, CVE-2017-5226, CVE-2023-28339: the kernel reads the low 32 bits of the request.
TEST(FilterSemantics, TheUpperHalfOf32BitArgumentsIsIgnored) {
    const OneCall ioctl(CallModel{{{is(1, 32, TIOCSTI), eperm}}, allow});
    EXPECT_EQ(ioctl({0, TIOCSTI}), refused);
    EXPECT_EQ(ioctl({0, 0x100005412}), refused) << "TIOCSTI with a bit above";
    EXPECT_EQ(ioctl({0, 0xffffffff00005412}), refused);
    EXPECT_EQ(ioctl({0, TIOCSTI + 1}), SECCOMP_RET_ALLOW);
}

TEST(FilterSemantics, ADescriptorIsAtFdcwdHoweverItIsExtended) {
    const OneCall openat(allow_if(is(0, 32, static_cast<std::uint32_t>(AT_FDCWD))));
    EXPECT_EQ(openat({0xffffffffffffff9c}), SECCOMP_RET_ALLOW) << "sign-extended, as C does it";
    EXPECT_EQ(openat({0x00000000ffffff9c}), SECCOMP_RET_ALLOW) << "zero-extended, as 32-bit code does it";
    EXPECT_EQ(openat({0x12345678ffffff9c}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(openat({0xffffffffffffff9d}), refused);
    EXPECT_EQ(openat({100}), refused);
}

TEST(FilterSemantics, A64BitArgumentIsComparedWhole) {
    const OneCall call(allow_if(is(0, 64, 0x100000001)));
    EXPECT_EQ(call({0x100000001}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(call({1}), refused);
    EXPECT_EQ(call({0x200000001}), refused);
}

TEST(FilterSemantics, A16BitModeIgnoresWhatIsAbove) {
    const OneCall mode(allow_if(holds({.argument = 1, .bits = 16, .mask = 06000, .value = 0})));
    EXPECT_EQ(mode({0, 0xffff0000 | 0755}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(mode({0, 04755}), refused);
}

TEST(FilterSemantics, SignedComparisonsKnowNegativeValues) {
    const OneCall call(allow_if(
        holds({.argument = 0, .bits = 32, .is_signed = true, .relation = Comparison::Relation::less, .value = 1})));
    EXPECT_EQ(call({0}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(call({0xffffffff}), SECCOMP_RET_ALLOW) << "-1";
    EXPECT_EQ(call({0x80000000}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(call({1}), refused);
    EXPECT_EQ(call({0x7fffffff}), refused);
    EXPECT_EQ(call({0x100000001}), refused) << "the upper half is no part of it";
}

TEST(FilterSemantics, DisjointConditionsOfOneCallAddUp) {
    CallModel call{{}, eperm};
    call.answers = {{both(is(0, 32, 1), is(1, 32, 10)), allow},
                    {both(is(0, 32, 2), is(2, 32, 20)), allow},
                    {is(3, 32, 7), enosys},
                    {is(0, 32, 3), allow}};
    const OneCall program(call);
    EXPECT_EQ(program({1, 10}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(program({2, 10}), refused);
    EXPECT_EQ(program({2, 0, 20}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(program({3}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(program({3, 0, 0, 7}), SECCOMP_RET_ERRNO | ENOSYS) << "the first answer that holds";
    EXPECT_EQ(program({1, 10, 0, 7}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(program({2, 0, 20, 7}), SECCOMP_RET_ALLOW);
}

TEST(FilterSemantics, X32IsKilledByItsBit) {
    const OneCall call(CallModel{{}, allow});
    EXPECT_EQ(call.at(AUDIT_ARCH_X86_64, 1), SECCOMP_RET_ALLOW);
    EXPECT_EQ(call.at(AUDIT_ARCH_X86_64, 0x40000001), SECCOMP_RET_KILL_PROCESS);
}

TEST(FilterSemantics, X32HasItsOwnNumbersBehindItsBit) {
    const OneCall call(CallModel{{}, allow}, Abi::x32);
    EXPECT_EQ(call.at(AUDIT_ARCH_X86_64, 0x40000001), SECCOMP_RET_ALLOW);
    EXPECT_EQ(call.at(AUDIT_ARCH_X86_64, 0x40000000), refused);
    EXPECT_EQ(call.at(AUDIT_ARCH_X86_64, 1), SECCOMP_RET_KILL_PROCESS) << "x86_64 is not in this model";
    EXPECT_EQ(call.at(AUDIT_ARCH_X86_64, 0x40000002), SECCOMP_RET_ERRNO | ENOSYS);
}

// SECCOMP_RET_KILL_THREAD would leave the other threads running (SECCOMP_RET_KILL is the same value).
TEST(FilterSemantics, ForeignAbisKillTheProcessNotTheThread) {
    constexpr std::pair<Abi, std::uint32_t> pairs[] = {{Abi::x86_64, AUDIT_ARCH_I386},
                                                       {Abi::i386, AUDIT_ARCH_X86_64},
                                                       {Abi::aarch64, AUDIT_ARCH_ARM},
                                                       {Abi::x86_64, AUDIT_ARCH_AARCH64}};
    for (const auto& [own, foreign] : pairs) {
        const OneCall call(CallModel{{}, allow}, own);
        EXPECT_EQ(call.at(foreign, 1), 0x80000000u) << foreign;
        EXPECT_EQ(call.at(foreign, 0x40000001), 0x80000000u) << foreign;
        EXPECT_EQ(call.at(0, 1), 0x80000000u);
    }
}

TEST(FilterSemantics, UnknownAndFutureNumbersAreEnosys) {
    const OneCall call(CallModel{{}, allow});
    for (const std::uint32_t number : {2u, 500u, 1000u, 0x3fffffffu})
        EXPECT_EQ(call.at(AUDIT_ARCH_X86_64, number), SECCOMP_RET_ERRNO | ENOSYS) << number;
    const OneCall i386(CallModel{{}, allow}, Abi::i386);
    for (const std::uint32_t number : {2u, 500u, 0x40000001u, ~0u})
        EXPECT_EQ(i386.at(AUDIT_ARCH_I386, number), SECCOMP_RET_ERRNO | ENOSYS) << number;
}

TEST(FilterSemantics, TheSameNumberOfAnotherAbiIsAnotherCall) {
    FilterModel model{{AbiModel{Abi::x86_64, {{{}, allow}, {{}, eperm}}, enosys},
                       AbiModel{Abi::i386, {{{}, eperm}, {{}, allow}}, enosys}}};
    const auto program = *emit(model, {});
    EXPECT_FALSE(disprove(program, model, {}));
    seccomp_data data = test::native_call(1);
    EXPECT_EQ(test::interpret(program, data), refused);
    data.arch = AUDIT_ARCH_I386;
    EXPECT_EQ(test::interpret(program, data), SECCOMP_RET_ALLOW);
}

TEST(FilterSemantics, AnErrnoIsNeverCutByTheKernel) {
    const OneCall call(CallModel{{}, {Response::Kind::refuse, 4095}});
    EXPECT_EQ(call({}), SECCOMP_RET_ERRNO | 4095u) << "MAX_ERRNO; the language refuses greater ones";
}

}  // namespace
}  // namespace ward::compiler
