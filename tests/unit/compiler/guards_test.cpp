// The rules of guards.cpp as attacks: what an allowed call may not do, seen in the emitted program.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <csignal>
#include <initializer_list>
#include <span>

#include "compiler/syscall_table.hpp"
#include "tests/unit/compiler/bpf_interpreter.hpp"
#include "tests/unit/compiler/call_policies.hpp"
#include "tests/unit/compiler/model_oracle.hpp"

namespace ward::compiler {
namespace {

using Values = std::initializer_list<std::uint64_t>;

constexpr std::uint64_t garbage = 0xfeedface00000000u;  // in the half that the kernel ignores

// The jail that allows every guarded call.
class Guards : public testing::Test {
protected:
    explicit Guards(void (*prepare)(Jail&) = nullptr)
        : lowered_(test::lower("allow @known", prepare)), program_(*emit(lowered_.jail.filter, {1, true})) {}

    std::uint32_t run(std::string_view call, Values arguments) const {
        return test::interpret(
            program_, test::native_call(*syscall_number(call), std::span(arguments.begin(), arguments.size())));
    }
    bool passes(std::string_view call, Values arguments) const { return run(call, arguments) == SECCOMP_RET_ALLOW; }
    bool fails(std::string_view call, Values arguments, std::uint32_t error) const {
        return run(call, arguments) == (SECCOMP_RET_ERRNO | error);
    }

    test::Lowered lowered_;
    std::vector<sock_filter> program_;
};

TEST_F(Guards, SetuidBitsAreRefusedToEveryCallThatSetsAMode) {
    for (const std::uint64_t bits : Values{04000, 02000, 06000, 04755, 02755, 07777}) {
        for (const std::uint64_t mode : Values{bits, bits | garbage}) {
            EXPECT_TRUE(fails("chmod", {0, mode}, EPERM));
            EXPECT_TRUE(fails("fchmod", {3, mode}, EPERM));
            EXPECT_TRUE(fails("fchmodat", {0, 0, mode}, EPERM));
            EXPECT_TRUE(fails("fchmodat2", {0, 0, mode}, EPERM));
            EXPECT_TRUE(fails("mknod", {0, mode}, EPERM));
            EXPECT_TRUE(fails("mknodat", {0, 0, mode}, EPERM));
            EXPECT_TRUE(fails("creat", {0, mode}, EPERM));
        }
    }
}

TEST_F(Guards, OtherModesPass) {
    for (const std::uint64_t mode : Values{0u, 0755u, 01777u, 0777u}) {
        EXPECT_TRUE(passes("chmod", {04000, mode, 04000}));
        EXPECT_TRUE(passes("chmod", {0, mode | garbage}));
        EXPECT_TRUE(passes("fchmodat", {0, 04000, mode, 04000}));
        EXPECT_TRUE(passes("mknodat", {0, 0, mode}));
    }
}

TEST_F(Guards, AnOpenThatMakesAFileIsRefusedSetuidBits) {
    for (const std::uint64_t flags : Values{O_CREAT, O_CREAT | O_WRONLY | O_EXCL, O_TMPFILE, O_TMPFILE | O_RDWR}) {
        EXPECT_TRUE(fails("open", {0, flags, 04755}, EPERM));
        EXPECT_TRUE(fails("open", {0, flags | garbage, 02755 | garbage}, EPERM));
        EXPECT_TRUE(fails("openat", {0, 0, flags, 04755}, EPERM));
        EXPECT_TRUE(passes("open", {0, flags, 0755}));
        EXPECT_TRUE(passes("openat", {0, 04000, flags, 0755, 04000}));
    }
}

// Without O_CREAT the kernel ignores the mode, and callers leave anything in the register.
TEST_F(Guards, AnOpenThatMakesNothingMayHaveAnyMode) {
    for (const std::uint64_t flags : Values{O_RDONLY, O_RDWR | O_CLOEXEC, O_DIRECTORY, O_PATH | O_NOFOLLOW}) {
        EXPECT_TRUE(passes("open", {0, flags, 04755}));
        EXPECT_TRUE(passes("openat", {0, 0, flags, ~std::uint64_t{0}}));
    }
}

TEST_F(Guards, CallsWithTheirFlagsInMemoryAreEnosys) {
    EXPECT_TRUE(fails("openat2", {}, ENOSYS));
    EXPECT_TRUE(fails("clone3", {}, ENOSYS));
    EXPECT_TRUE(fails("clone3", {~std::uint64_t{0}, ~std::uint64_t{0}}, ENOSYS));
}

// CVE-2016-7545 and others: the kernel takes the low half, a filter that compares 64 bits sees another number.
TEST_F(Guards, TypingIntoTheTerminalIsRefusedWithAnyUpperHalf) {
    for (const std::uint64_t request : Values{0x5412u, 0x541Cu}) {
        EXPECT_TRUE(fails("ioctl", {0, request}, EPERM));
        EXPECT_TRUE(fails("ioctl", {0, request | garbage}, EPERM));
        EXPECT_TRUE(fails("ioctl", {0, request | (std::uint64_t{1} << 32)}, EPERM));
        EXPECT_TRUE(passes("ioctl", {0, request + 1}));
        EXPECT_TRUE(passes("ioctl", {request, request << 32, request}));
    }
    EXPECT_TRUE(passes("ioctl", {0, TIOCGWINSZ}));
}

TEST_F(Guards, NewNamespacesAreRefused) {
    for (const std::uint64_t flag :
         Values{CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET}) {
        EXPECT_TRUE(fails("clone", {flag}, EPERM));
        EXPECT_TRUE(fails("unshare", {flag | garbage}, EPERM));
        EXPECT_TRUE(fails("clone", {flag | SIGCHLD | garbage}, EPERM));
        EXPECT_TRUE(passes("clone", {flag << 32, flag}));
    }
    EXPECT_TRUE(fails("unshare", {CLONE_NEWTIME}, EPERM));
    EXPECT_TRUE(passes("unshare", {CLONE_FILES | CLONE_FS}));
    EXPECT_TRUE(passes("clone", {SIGCHLD}));
    EXPECT_TRUE(passes("clone", {CLONE_VM | CLONE_VFORK | SIGCHLD}));
    EXPECT_TRUE(passes("clone", {CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                                 CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID}));
}

TEST_F(Guards, SocketFamilies) {
    EXPECT_TRUE(passes("socket", {AF_INET, SOCK_STREAM}));
    EXPECT_TRUE(passes("socket", {AF_INET6, SOCK_DGRAM, 17}));
    EXPECT_TRUE(passes("socket", {AF_INET | garbage, SOCK_STREAM | garbage}));
    EXPECT_TRUE(passes("socket", {AF_NETLINK, SOCK_RAW, 0}));
    for (std::uint64_t protocol = 1; protocol < 32; ++protocol)
        EXPECT_TRUE(fails("socket", {AF_NETLINK, SOCK_RAW, protocol}, EAFNOSUPPORT));
    EXPECT_TRUE(fails("socket", {AF_UNIX, SOCK_STREAM}, EAFNOSUPPORT));
    EXPECT_TRUE(fails("socket", {AF_UNIX | garbage, SOCK_STREAM}, EAFNOSUPPORT));
    for (const std::uint64_t family :
         Values{AF_UNSPEC, AF_PACKET, AF_ALG, AF_VSOCK, AF_BLUETOOTH, AF_XDP, 46, ~std::uint64_t{0}})
        EXPECT_TRUE(fails("socket", {family}, EAFNOSUPPORT)) << family;
    EXPECT_TRUE(passes("socketpair", {AF_UNIX, SOCK_STREAM}));
    EXPECT_TRUE(passes("socketpair", {AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC}));
    EXPECT_TRUE(fails("socketpair", {AF_UNIX, SOCK_DGRAM}, EAFNOSUPPORT)) << "it could be connected to a named one";
    EXPECT_TRUE(fails("socketpair", {AF_UNIX, SOCK_RAW}, EAFNOSUPPORT)) << "the same: unix(7)";
    EXPECT_TRUE(fails("socketpair", {AF_TIPC, SOCK_STREAM}, EAFNOSUPPORT));
}

TEST_F(Guards, AllowedWithoutAGuardIsConstantAndNeverRunsTheFilter) {
    std::size_t constant = 0;
    for (const CallRule& rule : lowered_.jail.calls) {
        if (rule.verdict != CallRule::Verdict::allowed || !rule.guard.empty()) continue;
        EXPECT_TRUE(test::is_constant_allow(program_, AUDIT_ARCH_X86_64, rule.number)) << syscall_name(rule.number);
        ++constant;
    }
    EXPECT_GT(constant, 350u);
    EXPECT_FALSE(test::is_constant_allow(program_, AUDIT_ARCH_X86_64, *syscall_number("ioctl")));
    EXPECT_FALSE(test::is_constant_allow(program_, AUDIT_ARCH_I386, 3));
}

class LiftedGuards : public Guards {
protected:
    LiftedGuards() : Guards([](Jail& jail) { jail.may_set_setuid = jail.network.unix_sockets = true; }) {}
};

TEST_F(LiftedGuards, WhatThePolicySaysInWordsPasses) {
    EXPECT_TRUE(passes("chmod", {0, 04755}));
    EXPECT_TRUE(passes("open", {0, O_CREAT, 06755}));
    EXPECT_TRUE(passes("openat2", {}));
    EXPECT_TRUE(passes("socket", {AF_UNIX, SOCK_STREAM}));
}

TEST_F(LiftedGuards, TheOthersStay) {
    EXPECT_TRUE(fails("clone3", {}, ENOSYS));
    EXPECT_TRUE(fails("clone", {CLONE_NEWUSER}, EPERM));
    EXPECT_TRUE(fails("ioctl", {0, TIOCSTI}, EPERM));
    EXPECT_TRUE(fails("socket", {AF_PACKET}, EAFNOSUPPORT));
}

TEST_F(Guards, SignalsToItsGroupPass) {
    EXPECT_TRUE(passes("kill", {0, SIGTERM}));
}

class GuardsOnTheCallersTerminal : public Guards {
protected:
    GuardsOnTheCallersTerminal() : Guards([](Jail& jail) { jail.process.terminal.value = Terminal::inherit; }) {}
};

TEST_F(GuardsOnTheCallersTerminal, SignalsToTheCallersGroupAreRefused) {
    EXPECT_TRUE(fails("kill", {0, SIGTERM}, EPERM));
    EXPECT_TRUE(fails("kill", {garbage, SIGTERM}, EPERM));
    EXPECT_TRUE(passes("kill", {1, SIGTERM}));
    EXPECT_TRUE(passes("kill", {static_cast<std::uint64_t>(-1), SIGTERM}));
}

}  // namespace
}  // namespace ward::compiler
