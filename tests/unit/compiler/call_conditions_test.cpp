// What a condition about a call means: which calls hold it, in the model and in the emitted program.
#include "compiler/call_conditions.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "compiler/syscall_table.hpp"
#include "tests/unit/compiler/bpf_interpreter.hpp"
#include "tests/unit/compiler/call_policies.hpp"
#include "tests/unit/compiler/model_oracle.hpp"

namespace ward::compiler {
namespace {

constexpr std::uint64_t garbage = 0xfeedface00000000u;

std::uint64_t value_of(std::int64_t value) {
    return static_cast<std::uint64_t>(value);
}

// Policies of one call, asked about its arguments.
class CallConditions : public testing::Test {
protected:
    // Everything is lifted that a policy can lift: only the statements decide.
    static void lift(Jail& jail) {
        jail.may_set_setuid = true;
        jail.process.nested = jail.process.debug = {{}};
        jail.network.unix_sockets = true;
    }

    void compile(std::string_view call, const std::string& statements) {
        call_ = *syscall_number(call);
        lowered_ = test::lower(statements, lift);
        ASSERT_EQ(lowered_.diagnostics.errors(), 0u) << statements << "\n" << lowered_.text();
        program_ = emit(lowered_.jail.filter, {1, true}).value();
    }

    // Allowed, by the model and by the program alike.
    bool allows(test::Arguments arguments) const {
        const Response response = test::answer(lowered_.native().calls[call_], arguments);
        const bool in_model = response.kind == Response::Kind::allow;
        const auto in_program = test::interpret(program_, test::native_call(call_, arguments)) == SECCOMP_RET_ALLOW;
        EXPECT_EQ(in_model, in_program);
        return in_model;
    }

    test::Lowered lowered_;
    std::vector<sock_filter> program_;
    std::uint32_t call_ = 0;
};

// ---- widths

TEST_F(CallConditions, ADescriptorHas32BitsAndASign) {
    compile("openat", "allow openat(dirfd) if dirfd == AT_FDCWD");
    EXPECT_TRUE(allows({value_of(AT_FDCWD)})) << "sign-extended";
    EXPECT_TRUE(allows({0xffffff9c})) << "zero-extended";
    EXPECT_TRUE(allows({0xffffff9c | garbage}));
    EXPECT_FALSE(allows({0xffffff9d}));
    EXPECT_FALSE(allows({3}));
}

TEST_F(CallConditions, AModeHas16Bits) {
    compile("fchmod", "allow fchmod if mode == 0755");
    EXPECT_TRUE(allows({0, 0755}));
    EXPECT_TRUE(allows({0, 0755 | garbage | 0x10000})) << "umode_t: the kernel drops the rest";
    EXPECT_FALSE(allows({0, 0100755}));
}

TEST_F(CallConditions, ASizeHasTheWholeRegister) {
    compile("read", "allow read(fd, _, count) if count < 4096");
    EXPECT_TRUE(allows({0, 0, 4095}));
    EXPECT_FALSE(allows({0, 0, 4096}));
    EXPECT_FALSE(allows({0, 0, std::uint64_t{1} << 32}));
    EXPECT_FALSE(allows({0, 0, ~std::uint64_t{0}}));
}

TEST_F(CallConditions, AnOrderIsThatOfTheSign) {
    compile("kill", "allow kill if pid > 1");
    EXPECT_TRUE(allows({2}));
    EXPECT_TRUE(allows({0x7fffffff}));
    EXPECT_FALSE(allows({1}));
    EXPECT_FALSE(allows({value_of(-1)}));
    EXPECT_FALSE(allows({0x80000000}));
    EXPECT_TRUE(allows({2 | garbage}));
}

TEST_F(CallConditions, AnUnsignedNumberIsNeverNegative) {
    compile("setuid", "allow setuid if uid >= 1000");
    EXPECT_TRUE(allows({0xffffffff}));
    EXPECT_TRUE(allows({1000}));
    EXPECT_FALSE(allows({999}));
    EXPECT_FALSE(allows({999 | garbage}));
}

TEST_F(CallConditions, ASignedNumberOf64Bits) {
    compile("lseek", "allow lseek if offset <= -2");
    EXPECT_TRUE(allows({0, value_of(-2)}));
    EXPECT_TRUE(allows({0, std::uint64_t{1} << 63}));
    EXPECT_FALSE(allows({0, value_of(-1)}));
    EXPECT_FALSE(allows({0, 0xfffffffe}));
    EXPECT_FALSE(allows({0, 0}));
}

// ---- relations

TEST_F(CallConditions, HasIsEveryFlagAndField) {
    compile("socket", "allow socket(domain, type) if domain == AF_UNIX and type has SOCK_STREAM|SOCK_CLOEXEC");
    EXPECT_TRUE(allows({AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC}));
    EXPECT_TRUE(allows({AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK}));
    EXPECT_FALSE(allows({AF_UNIX, SOCK_STREAM}));
    EXPECT_FALSE(allows({AF_UNIX, SOCK_RAW | SOCK_CLOEXEC})) << "3 has the bit of 1 and is another type";
    EXPECT_FALSE(allows({AF_INET, SOCK_STREAM | SOCK_CLOEXEC}));
}

TEST_F(CallConditions, ReadOnlyIsAFieldAndNotNothing) {
    compile("open", "allow open if flags has O_RDONLY");
    EXPECT_TRUE(allows({0, O_RDONLY | O_CLOEXEC}));
    EXPECT_FALSE(allows({0, O_WRONLY}));
    EXPECT_FALSE(allows({0, O_RDWR | O_CREAT}));
}

TEST_F(CallConditions, LacksIsNoneOfThem) {
    compile("mmap", "allow mmap if prot lacks PROT_WRITE|PROT_EXEC");
    EXPECT_TRUE(allows({0, 0, PROT_READ}));
    EXPECT_TRUE(allows({0, 0, PROT_NONE}));
    EXPECT_FALSE(allows({0, 0, PROT_WRITE}));
    EXPECT_FALSE(allows({0, 0, PROT_EXEC}));
    EXPECT_FALSE(allows({0, 0, PROT_READ | PROT_WRITE | PROT_EXEC}));
}

TEST_F(CallConditions, LackingANameForSeveralFlagsIsLackingEachOfThem) {
    compile("fchmod", "allow fchmod if mode lacks S_IRWXO");
    EXPECT_TRUE(allows({0, 0770}));
    for (const std::uint64_t mode : {0774u, 0772u, 0771u, 0777u}) EXPECT_FALSE(allows({0, mode})) << mode;
}

TEST_F(CallConditions, AFlagWithABitOfAnotherOneIsAFlagForItself) {
    compile("open", "allow open if flags lacks O_TMPFILE");
    EXPECT_TRUE(allows({0, O_DIRECTORY}));
    EXPECT_FALSE(allows({0, O_TMPFILE | O_RDWR}));
}

TEST_F(CallConditions, WithinIsNoOtherBits) {
    compile("open", "allow open if flags within O_RDONLY|O_CLOEXEC|O_DIRECTORY");
    EXPECT_TRUE(allows({0, O_RDONLY}));
    EXPECT_TRUE(allows({0, O_CLOEXEC}));
    EXPECT_TRUE(allows({0, (O_CLOEXEC | O_DIRECTORY) | garbage}));
    EXPECT_FALSE(allows({0, O_WRONLY}));
    EXPECT_FALSE(allows({0, O_TMPFILE}));
    EXPECT_FALSE(allows({0, O_NOFOLLOW}));
}

TEST_F(CallConditions, WithinTakesOneOfTheNamedValuesOfAField) {
    compile("socket", "allow socket if type within (SOCK_STREAM, SOCK_DGRAM, SOCK_CLOEXEC) and domain == AF_INET");
    EXPECT_TRUE(allows({AF_INET, SOCK_STREAM}));
    EXPECT_TRUE(allows({AF_INET, SOCK_DGRAM | SOCK_CLOEXEC}));
    EXPECT_FALSE(allows({AF_INET, SOCK_RAW}));
    EXPECT_FALSE(allows({AF_INET, SOCK_STREAM | SOCK_NONBLOCK}));
    EXPECT_FALSE(allows({AF_INET, 0}));
}

TEST_F(CallConditions, OperationsWithAndWithoutAClockBit) {
    compile("futex", "allow futex if op within FUTEX_WAIT|FUTEX_WAKE|FUTEX_PRIVATE_FLAG");
    EXPECT_TRUE(allows({0, FUTEX_WAIT}));
    EXPECT_TRUE(allows({0, FUTEX_WAKE | FUTEX_PRIVATE_FLAG}));
    EXPECT_FALSE(allows({0, FUTEX_FD}));
    EXPECT_FALSE(allows({0, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG}));
}

TEST_F(CallConditions, AMaskTakesBitsOut) {
    compile("open", "allow open if flags & O_ACCMODE|O_CREAT == O_RDWR");
    EXPECT_TRUE(allows({0, O_RDWR | O_CLOEXEC}));
    EXPECT_FALSE(allows({0, O_RDWR | O_CREAT}));
    EXPECT_FALSE(allows({0, O_RDONLY}));
}

TEST_F(CallConditions, ListsAndTheirOpposite) {
    compile("fcntl", "allow fcntl if cmd in (F_GETFL, F_GETFD, 0)");
    EXPECT_TRUE(allows({0, F_GETFL}));
    EXPECT_TRUE(allows({0, F_DUPFD}));
    EXPECT_FALSE(allows({0, F_SETFL}));
    compile("fcntl", "allow fcntl if cmd not in (F_GETFL, F_GETFD, 0)");
    EXPECT_FALSE(allows({0, F_GETFL | garbage}));
    EXPECT_TRUE(allows({0, F_SETFL}));
}

TEST_F(CallConditions, JoinedAndNegated) {
    compile("mmap", "allow mmap if not (prot has PROT_EXEC and (fd != -1 or flags lacks MAP_PRIVATE))");
    EXPECT_TRUE(allows({0, 0, PROT_READ, MAP_SHARED, 3}));
    EXPECT_FALSE(allows({0, 0, PROT_EXEC, MAP_PRIVATE, 3}));
    EXPECT_FALSE(allows({0, 0, PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS, 0xffffffff}));
    EXPECT_TRUE(allows({0, 0, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, 0xffffffff}));
}

TEST_F(CallConditions, NumbersAsCWritesThem) {
    compile("ioctl", "allow ioctl if request in (0x5401, 21519, 052023)");
    EXPECT_TRUE(allows({0, 0x5401}));
    EXPECT_TRUE(allows({0, 21519}));
    EXPECT_TRUE(allows({0, 0x5413}));
    EXPECT_FALSE(allows({0, 0x5402}));
}

// ---- arguments whose width depends on another one

TEST_F(CallConditions, AnAllowHoldsInBothWidths) {
    compile("prctl", "allow prctl if option == PR_SET_DUMPABLE and arg2 != 1");
    EXPECT_TRUE(allows({PR_SET_DUMPABLE, 0}));
    EXPECT_FALSE(allows({PR_SET_DUMPABLE, 1}));
    EXPECT_FALSE(allows({PR_SET_DUMPABLE, 1 | garbage})) << "the kernel may look at the low half alone";
}

TEST_F(CallConditions, AForbidHoldsInEitherWidth) {
    compile("fcntl", "allow fcntl\nforbid fcntl if cmd == F_SETFL and arg == 0x2000");
    EXPECT_FALSE(allows({0, F_SETFL, 0x2000}));
    EXPECT_FALSE(allows({0, F_SETFL, 0x2000 | garbage})) << "fcntl cuts the flags to an int since Linux 6.3";
    EXPECT_TRUE(allows({0, F_SETFL, 0x2001}));
    compile("fcntl", "allow fcntl\nforbid fcntl if arg < 2");
    EXPECT_FALSE(allows({0, 0, 1 | garbage}));
    EXPECT_TRUE(allows({0, 0, 2 | garbage}));
    compile("fcntl", "allow fcntl if arg < 2");
    EXPECT_FALSE(allows({0, 0, 1 | garbage}));
    EXPECT_TRUE(allows({0, 0, 1}));
}

// ---- several statements

TEST_F(CallConditions, SeveralConditionsOfOneCallAddUp) {
    compile("socket",
            "allow socket if domain == AF_UNIX\nallow socket if domain == AF_INET and type has SOCK_STREAM\n"
            "allow socket if domain == AF_NETLINK and protocol == 0");
    EXPECT_TRUE(allows({AF_UNIX, SOCK_DGRAM}));
    EXPECT_TRUE(allows({AF_INET, SOCK_STREAM}));
    EXPECT_FALSE(allows({AF_INET, SOCK_DGRAM}));
    EXPECT_TRUE(allows({AF_NETLINK, SOCK_RAW, 0}));
    EXPECT_FALSE(allows({AF_NETLINK, SOCK_RAW, 9}));
    EXPECT_FALSE(allows({AF_INET6, SOCK_STREAM}));
    EXPECT_EQ(lowered_.rule("socket").verdict, CallRule::Verdict::conditional);
    EXPECT_EQ(lowered_.rule("socket").clauses.count, 3u);
}

TEST_F(CallConditions, AForbidWinsOverEveryAllow) {
    compile("mprotect", "forbid mprotect if prot has PROT_EXEC\nallow mprotect\nrefuse mprotect with EACCES");
    EXPECT_FALSE(allows({0, 0, PROT_READ | PROT_EXEC}));
    EXPECT_TRUE(allows({0, 0, PROT_READ | PROT_WRITE}));
    EXPECT_EQ(test::answer(lowered_.native().calls[call_], {0, 0, PROT_EXEC}), test::refusal(EACCES));
    EXPECT_EQ(lowered_.origins("mprotect").size(), 1u) << "the allow without a condition";
    compile("mprotect", "forbid mprotect if prot has PROT_EXEC\nallow mprotect if prot has PROT_READ");
    EXPECT_FALSE(allows({0, 0, PROT_READ | PROT_EXEC}));
    EXPECT_FALSE(allows({0, 0, PROT_WRITE}));
    EXPECT_TRUE(allows({0, 0, PROT_READ}));
}

TEST_F(CallConditions, AForbidOfWhatNothingAllowsChangesNothing) {
    compile("mprotect", "allow read\nforbid mprotect if prot has PROT_EXEC");
    EXPECT_FALSE(allows({}));
    EXPECT_EQ(lowered_.rule("mprotect").verdict, CallRule::Verdict::denied);
    EXPECT_EQ(lowered_.rule("mprotect").clauses.count, 1u);
}

TEST_F(CallConditions, AListOfCallsWithOneCondition) {
    compile("dup3", "allow pipe2, dup3 if flags == O_CLOEXEC");
    EXPECT_TRUE(allows({0, 0, O_CLOEXEC}));
    EXPECT_FALSE(allows({0, O_CLOEXEC, 0}));
    call_ = *syscall_number("pipe2");
    EXPECT_TRUE(allows({0, O_CLOEXEC}));
    EXPECT_FALSE(allows({0, 0, O_CLOEXEC}));
}

TEST_F(CallConditions, GuardsComeAfterConditions) {
    call_ = *syscall_number("fchmod");
    lowered_ = test::lower("allow fchmod if fd == 3");
    program_ = emit(lowered_.jail.filter, {1, true}).value();
    EXPECT_TRUE(allows({3, 0755}));
    EXPECT_FALSE(allows({3, 04755}));
    EXPECT_FALSE(allows({4, 0755}));
}

// ---- exec, kill

TEST_F(CallConditions, TheLauncherMayExecuteWhereAConditionDoesNotAllowIt) {
    compile("execveat", "allow execveat if flags has AT_EMPTY_PATH");
    EXPECT_TRUE(lowered_.jail.filter.needs_exec_key);
    EXPECT_TRUE(lowered_.native().calls[call_].one_shot);
    EXPECT_TRUE(allows({0, 0, 0, 0, AT_EMPTY_PATH, 0}));
    EXPECT_FALSE(allows({0, 0, 0, 0, 0, 0}));
    EXPECT_EQ(test::interpret(program_, test::native_call(call_, test::Arguments{0, 0, 0, 0, 0, 1})),
              SECCOMP_RET_ALLOW);
}

TEST_F(CallConditions, WhatAConditionDoesNotAllowMayKill) {
    compile("socket", "allow socket if domain == AF_UNIX\nrefuse socket with kill");
    EXPECT_TRUE(lowered_.jail.filter.may_kill);
    EXPECT_EQ(test::answer(lowered_.native().calls[call_], {AF_INET}), Response{Response::Kind::kill});
}

TEST_F(CallConditions, VariablesAreValues) {
    lowered_ = test::lower({{"allow read if count <= $most\nallow mmap if prot == $way", 0, "variables",
                             "let most = 4096\nlet way = PROT_READ"}},
                           lift);
    ASSERT_EQ(lowered_.text(), "");
    program_ = emit(lowered_.jail.filter, {1, true}).value();
    call_ = *syscall_number("read");
    EXPECT_TRUE(allows({0, 0, 4096}));
    EXPECT_FALSE(allows({0, 0, 4097}));
    call_ = *syscall_number("mmap");
    EXPECT_TRUE(allows({0, 0, PROT_READ}));
    EXPECT_FALSE(allows({0, 0, PROT_WRITE}));
}

}  // namespace
}  // namespace ward::compiler
