// The real kernel, by the calls of other ABIs that a 64-bit process can make: `int $0x80` is i386 for
// seccomp, and a bit of the number is x32.
#include <gtest/gtest.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <thread>

#include "tests/unit/compiler/call_policies.hpp"

namespace ward::compiler {
namespace {

using Program = std::vector<sock_filter>;

Program program_of(const std::string& calls) {
    const auto lowered = test::lower(calls);
    EXPECT_FALSE(lowered.diagnostics.has_errors()) << lowered.text();
    return *emit(lowered.jail.filter, {0, false});
}

// ---- calls

// Numbers of i386 (arch/x86/entry/syscalls/syscall_32.tbl).
enum I386 : int {
    i386_close = 6,
    i386_getppid = 64,
    i386_getpgrp = 65,
    i386_socketcall = 102,
    i386_ipc = 117,
    i386_socket = 359
};

// -errno, or the result. The kernel clears or keeps r8 to r11, by its version.
long by_i386(I386 number, int first = 0, int second = 0, int third = 0) {
    long result = number;
    __asm__ volatile("int $0x80"
                     : "+a"(result)
                     : "b"(first), "c"(second), "d"(third)
                     : "memory", "cc", "r8", "r9", "r10", "r11");
    return static_cast<int>(result);
}

long by_x32(long number, long first = 0, long second = 0) {
    const long result = syscall(0x40000000 | number, first, second, 0);
    return result < 0 ? -errno : result;
}

// ---- children

bool load(const Program& program) {
    const sock_fprog loaded{static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &loaded) == 0;
}

// The wait status of a child that runs `what` in a second thread. 99: the filter could not be loaded.
int status_of_thread_under(const Program& program, const std::function<void()>& what) {
    const pid_t child = fork();
    if (child == 0) {
        if (!load(program)) _exit(99);
        std::thread(what).join();
        _exit(0);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return status;
}

// A call and what it must give in the child.
struct Expected {
    const char* what;
    std::function<long()> call;
    long result;
};

// The child tells by its status which of them was the first to give something else.
void expect_results(const Program& program, const std::vector<Expected>& calls) {
    const int status = status_of_thread_under(program, [&] {
        for (std::size_t i = 0; i < calls.size(); ++i)
            if (calls[i].call() != calls[i].result) _exit(static_cast<int>(i) + 1);
    });
    ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
    ASSERT_NE(WEXITSTATUS(status), 99);
    if (WEXITSTATUS(status) != 0) ADD_FAILURE() << calls[static_cast<std::size_t>(WEXITSTATUS(status)) - 1].what;
}

bool is_killed(int status) {
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

// ---- tests

constexpr const char* limited =
    "allow @known except getpgrp, socket\n"
    "allow socket(domain, type) if domain == AF_UNIX and type has SOCK_STREAM\n"
    "refuse getpgrp, socket with EXDEV\n";

bool have_i386() {
    const int status = status_of_thread_under({BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)},
                                              [] { _exit(by_i386(i386_getppid) == getppid() ? 0 : 1); });
    return status == 0;
}

TEST(AbisInTheKernel, CallsOfI386AreAnsweredByTheirOwnTable) {
    if (!have_i386()) GTEST_SKIP() << "this kernel has no 32-bit calls (CONFIG_IA32_EMULATION)";
    const auto unix_sockets = [](Jail& jail) { jail.network.unix_sockets = true; };
    const auto lowered = test::lower("abi native, i386\n" + std::string(limited) +
                                         "\nforbid accept, semtimedop\nrefuse accept, semtimedop with EXDEV",
                                     unix_sockets);
    ASSERT_FALSE(lowered.diagnostics.has_errors()) << lowered.text();
    const Program program = *emit(lowered.jail.filter, {0, false});
    const pid_t parent = getpid();
    expect_results(
        program,
        {{"getppid, allowed", [] { return by_i386(i386_getppid); }, parent},
         {"close, allowed", [] { return by_i386(i386_close, -1); }, -EBADF},
         {"getpgrp, refused", [] { return by_i386(i386_getpgrp); }, -EXDEV},
         {"a Unix socket", [] { return by_i386(i386_close, static_cast<int>(by_i386(i386_socket, AF_UNIX, 1))); }, 0},
         {"a Unix socket of datagrams", [] { return by_i386(i386_socket, AF_UNIX, 2); }, -EXDEV},
         {"an Internet socket", [] { return by_i386(i386_socket, AF_INET, 1); }, -EXDEV},
         {"socketcall, whose arguments are in memory", [] { return by_i386(i386_socketcall, 1); }, -ENOSYS},
         {"SYS_ACCEPT, refused by its name", [] { return by_i386(i386_socketcall, 5); }, -EXDEV},
         {"SYS_ACCEPT4, which reads its arguments", [] { return by_i386(i386_socketcall, 18); }, -EFAULT},
         {"SEMTIMEDOP, refused by its name", [] { return by_i386(i386_ipc, 4); }, -EXDEV},
         {"SEMOP of no operations", [] { return by_i386(i386_ipc, 1); }, -EINVAL},
         {"a number that no table has", [] { return by_i386(static_cast<I386>(5000)); }, -ENOSYS},
         {"getppid of x86_64", [] { return syscall(SYS_getppid); }, parent}});
}

// x32: the filter answers before the kernel looks whether it has such calls.
TEST(AbisInTheKernel, CallsOfX32AreAnsweredByTheirOwnTable) {
    const Program program = program_of("abi native, x32\nallow @known except getpgrp\nrefuse getpgrp with EXDEV");
    expect_results(program, {{"getpgrp, refused", [] { return by_x32(SYS_getpgrp); }, -EXDEV},
                             {"a namespace", [] { return by_x32(SYS_clone, 0x10000000); }, -EPERM},
                             {"a number that no table has", [] { return by_x32(5000); }, -ENOSYS}});
    const long without_filter = by_x32(SYS_getppid);
    if (without_filter == -ENOSYS)
        GTEST_SKIP()
            << "what is refused was tested; what is allowed cannot be: this kernel has no x32 (CONFIG_X86_X32_ABI)";
    expect_results(program, {{"getppid, allowed", [] { return by_x32(SYS_getppid); }, getpid()}});
}

// The end of one thread would leave a program whose other threads wait for it for ever, or go on.
TEST(AbisInTheKernel, WhatIsNotListedEndsTheProcessNotTheThread) {
    if (!have_i386()) GTEST_SKIP() << "this kernel has no 32-bit calls (CONFIG_IA32_EMULATION)";
    const auto call_i386 = [] { (void)by_i386(i386_getppid); };
    const auto call_x32 = [] { (void)by_x32(SYS_getppid); };
    const Program native_only = program_of("allow @known");
    EXPECT_TRUE(is_killed(status_of_thread_under(native_only, call_i386)));
    EXPECT_TRUE(is_killed(status_of_thread_under(native_only, call_x32)));
    EXPECT_TRUE(is_killed(status_of_thread_under(program_of("abi native, i386\nallow @known"), call_x32)));
    EXPECT_TRUE(is_killed(status_of_thread_under(program_of("abi native, x32\nallow @known"), call_i386)));

    Program by_thread = native_only;  // the test must see the difference
    for (sock_filter& instruction : by_thread)
        if (instruction.code == (BPF_RET | BPF_K) && instruction.k == SECCOMP_RET_KILL_PROCESS)
            instruction.k = SECCOMP_RET_KILL_THREAD;
    EXPECT_EQ(status_of_thread_under(by_thread, call_i386), 0) << "the other thread goes on";
}

}  // namespace
}  // namespace ward::compiler
