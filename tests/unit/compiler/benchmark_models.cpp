#include "tests/unit/compiler/benchmark_models.hpp"

#include <cerrno>
#include <initializer_list>
#include <sstream>
#include <string>

#include "compiler/syscall_table.hpp"

namespace ward::compiler::test {
namespace {

constexpr Response allow{Response::Kind::allow};
constexpr Response kill{Response::Kind::kill_process};

constexpr const char* docker_names =
#include "tests/unit/compiler/docker_default.inc"
    ;

constexpr const char* judge_names =
    "read write close stat fstat lstat poll lseek munmap brk rt_sigaction rt_sigprocmask rt_sigreturn pread64 "
    "pwrite64 readv writev access select sched_yield mremap madvise dup dup2 nanosleep getpid connect sendto "
    "recvfrom sendmsg recvmsg shutdown getsockname getpeername execve exit wait4 uname fsync ftruncate getcwd "
    "readlink umask gettimeofday getrusage sysinfo times getuid getgid geteuid getegid getppid sigaltstack "
    "arch_prctl gettid futex sched_getaffinity getdents64 set_tid_address clock_gettime clock_getres clock_nanosleep "
    "exit_group epoll_wait epoll_ctl tgkill openat mkdirat newfstatat unlinkat readlinkat pselect6 ppoll "
    "set_robust_list eventfd2 epoll_create1 dup3 pipe2 prlimit64 renameat2 getrandom copy_file_range statx rseq "
    "faccessat2";

// Every argument here has 32 bits or less in the kernel.
Condition masked(std::uint8_t argument, std::uint32_t mask, std::uint32_t value) {
    return holds({argument, 32, false, Comparison::Relation::equal, mask, value});
}

Condition is_one_of(std::uint8_t argument, std::initializer_list<std::uint32_t> values) {
    Condition any = never();
    for (const std::uint32_t value : values) any = either(std::move(any), masked(argument, ~0u, value));
    return any;
}

class Maker {
public:
    explicit Maker(const char* names) : native_{Abi::x86_64, {}, kill} {
        native_.calls.assign(syscall_count(), {{}, kill});
        std::istringstream list(names);
        for (std::string name; list >> name;) call(name).otherwise = allow;
        call("clone3").otherwise = {Response::Kind::refuse, ENOSYS};
    }

    Maker& allow_if(std::string_view name, Condition when) {
        call(name) = {{{std::move(when), allow}}, kill};
        return *this;
    }

    FilterModel model() { return {{native_}}; }

private:
    CallModel& call(std::string_view name) { return native_.calls.at(syscall_number(name).value()); }

    AbiModel native_;
};

}  // namespace

const char* docker_allows() {
    return docker_names;
}

FilterModel docker_default() {
    return Maker(docker_names)
        .allow_if("clone", masked(0, 0x7e020000, 0))
        .allow_if("socket", negated(is_one_of(0, {38, 40})))
        .allow_if("personality", is_one_of(0, {0, 8, 0x20000, 0x20008, ~0u}))
        .model();
}

FilterModel judge_like() {
    return Maker(judge_names)
        .allow_if("ioctl", is_one_of(1, {0x5401, 0x5402, 0x5403, 0x540f, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451}))
        .allow_if("socket", both(is_one_of(0, {1, 2, 10}), is_one_of(1, {1, 2, 0x80001, 0x80002})))
        .allow_if("clone", masked(0, 0x7e020000, 0))
        .allow_if("prctl", is_one_of(0, {1, 3, 4, 15, 16, 23, 0x53564d41}))
        .allow_if("fcntl", is_one_of(1, {0, 1, 2, 3, 4, 5, 6, 7, 1030}))
        .allow_if("mprotect", masked(2, 4, 0))
        .allow_if("mmap", negated(masked(2, 6, 6)))
        .allow_if("setsockopt", is_one_of(1, {1, 6, 41}))
        .model();
}

}  // namespace ward::compiler::test
