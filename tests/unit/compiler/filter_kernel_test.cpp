// The real kernel: a forked child loads the filter and makes calls. What is allowed gives what it gives
// without a filter, what is refused gives the errno of the policy.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>

#include "compiler/syscall_table.hpp"
#include "tests/unit/compiler/call_policies.hpp"
#include "tests/unit/compiler/model_oracle.hpp"

namespace ward::compiler {
namespace {

using Program = std::vector<sock_filter>;
using test::Arguments;

constexpr std::uint64_t key = 0x1122334455667788u;

Program program_of(const std::string& calls) {
    return *emit(test::lower(calls).jail.filter, {key, false});
}

// An empty program loads nothing.
bool load(const Program& program) {
    if (program.empty()) return true;
    const sock_fprog loaded{static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &loaded) == 0;
}

// The wait status of a child that runs `what` under the program. 99: the filter could not be loaded.
int status_under(const Program& program, const std::function<void()>& what) {
    const pid_t child = fork();
    if (child == 0) {
        if (!load(program)) _exit(99);
        what();
        syscall(SYS_exit_group, 0);  // _exit(3) makes calls of its own below a sanitizer
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return status;
}

long raw(std::uint32_t number, const Arguments& a) {
    const long result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    return result < 0 ? -errno : result;
}

// What each call gives in a child under the program.
std::vector<long> results(const Program& program, const std::vector<std::pair<std::uint32_t, Arguments>>& calls) {
    const std::size_t size = calls.size() * sizeof(long);
    void* const shared = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    EXPECT_NE(shared, MAP_FAILED);
    long* const values = static_cast<long*>(shared);
    const int status = status_under(program, [&] {
        for (std::size_t i = 0; i < calls.size(); ++i) values[i] = raw(calls[i].first, calls[i].second);
    });
    EXPECT_EQ(status, 0);
    std::vector<long> copy(values, values + calls.size());
    munmap(shared, size);
    return copy;
}

std::uint32_t number(std::string_view call) {
    return *syscall_number(call);
}

// Calls that are harmless on any machine: most name a file or descriptor that is not there.
std::vector<std::pair<std::uint32_t, Arguments>> sample() {
    static const char missing[] = "/nonexistent/ward/test";
    const auto path = reinterpret_cast<std::uint64_t>(missing);
    const std::uint64_t bad = ~std::uint64_t{0};  // as a descriptor: -1
    constexpr std::uint64_t garbage = 0x1234567800000000u;
    return {
        {number("getppid"), {}},
        {number("close"), {bad}},
        {number("read"), {bad}},
        {number("chmod"), {path, 0755}},
        {number("chmod"), {path, 04755}},
        {number("fchmodat"), {bad, path, 02755 | garbage}},
        {number("mknod"), {path, 04644}},
        {number("open"), {path, O_RDONLY, 04755}},
        {number("open"), {path, O_CREAT | O_WRONLY, 04755}},
        {number("openat"), {bad, path, O_TMPFILE | O_RDWR, 02755}},
        {number("openat"), {bad, path, O_CREAT | O_WRONLY, 0755}},
        {number("openat2"), {bad, path, 0, 0}},
        {number("ioctl"), {bad, TIOCSTI}},
        {number("ioctl"), {bad, TIOCSTI | garbage}},
        {number("ioctl"), {bad, TIOCGWINSZ}},
        {number("clone"), {CLONE_NEWUSER | CLONE_FS}},
        {number("clone"), {CLONE_THREAD}},
        {number("clone3"), {}},
        {number("socket"), {AF_UNIX, SOCK_STREAM}},
        {number("socket"), {AF_INET, SOCK_STREAM, 9999}},
        {number("socket"), {AF_NETLINK, SOCK_RAW, 9}},
        {number("socket"), {AF_PACKET | garbage, SOCK_RAW}},
        {number("ptrace"), {bad}},
        {number("mount"), {0, 0, 0, 0, 0}},
        {number("execve"), {path, 0, 0}},
        {number("execveat"), {bad, path, 0, 0, 0, 0}},
        {number("execveat"), {bad, path, 0, 0, 0, key}},
        {number("execveat"), {bad, path, 0, 0, 0, key ^ 1}},
        {number("file_setattr"), {bad, path, 0, 0, bad}},
        {337, {}},
        {470, {}},
        {511, {}},
        {600, {}},
    };
}

class InTheKernel : public testing::TestWithParam<const char*> {};

TEST_P(InTheKernel, AnswersAreThoseOfTheModel) {
    const auto calls = sample();
    const auto model = test::lower(GetParam()).jail.filter;
    const std::vector<long> plain = results({}, calls);
    const std::vector<long> filtered = results(*emit(model, {key, false}), calls);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const std::uint32_t value =
            test::expected(model, {key, false}, test::native_call(calls[i].first, calls[i].second));
        const bool is_allowed = value == SECCOMP_RET_ALLOW;
        ASSERT_TRUE(is_allowed || (value & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO);
        EXPECT_EQ(filtered[i], is_allowed ? plain[i] : -static_cast<long>(value & SECCOMP_RET_DATA))
            << syscall_name(calls[i].first) << ", call " << i;
    }
}

INSTANTIATE_TEST_SUITE_P(Policies, InTheKernel,
                         testing::Values("allow @known", "allow @known except execve, execveat",
                                         "allow exit_group, read, ioctl, open, socket\nrefuse with EXDEV",
                                         "allow @system-service\nrefuse @mount with ENODEV\nrefuse ptrace with 4000"));

bool is_killed(int status) {
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

TEST(Kernel, ForeignAbisAreKilled) {
    const Program program = program_of("allow @known");
    EXPECT_EQ(status_under(program, [] { (void)syscall(SYS_getppid); }), 0);
    EXPECT_TRUE(is_killed(status_under(program, [] { (void)syscall(0x40000000 | SYS_getppid); }))) << "x32";
    const auto call_i386 = [] {
        int result = 64;  // getppid
        __asm__ volatile("int $0x80" : "+a"(result) : : "memory");
    };
    if (status_under({}, call_i386) != 0) GTEST_SKIP() << "this kernel has no 32-bit calls (CONFIG_IA32_EMULATION)";
    EXPECT_TRUE(is_killed(status_under(program, call_i386))) << "i386";
}

TEST(Kernel, KillAndTrap) {
    const Program program =
        program_of("allow @known except getppid, getpgrp\nrefuse getppid with kill\nrefuse getpgrp with trap");
    EXPECT_TRUE(is_killed(status_under(program, [] { (void)syscall(SYS_getppid); })));
    const auto trapped = [] {
        struct sigaction action {};
        action.sa_handler = [](int) { _exit(42); };
        sigaction(SIGSYS, &action, nullptr);
        (void)syscall(SYS_getpgrp);
    };
    EXPECT_EQ(status_under(program, trapped), 42 << 8);
}

TEST(Kernel, OnlyTheLauncherExecutes) {
    const Program program = program_of("allow @known except execve, execveat");
    const auto execute_with = [](std::uint64_t guess) {
        return [guess] {
            const char* const argv[] = {"/bin/true", nullptr};
            syscall(SYS_execveat, AT_FDCWD, "/bin/true", argv, argv + 1, 0, guess);
            _exit(errno == EPERM ? 77 : 78);
        };
    };
    EXPECT_EQ(status_under(program, execute_with(key)), 0);
    for (const std::uint64_t wrong : {std::uint64_t{0}, key ^ 1, key ^ (std::uint64_t{1} << 63), key >> 32, key << 32})
        EXPECT_EQ(status_under(program, execute_with(wrong)), 77 << 8) << std::hex << wrong;
    EXPECT_EQ(status_under(program_of("allow @known"), execute_with(0)), 0) << "no key where exec is allowed";
}

}  // namespace
}  // namespace ward::compiler
