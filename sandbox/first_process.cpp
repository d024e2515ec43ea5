#include "sandbox/first_process.hpp"

#include <linux/sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "sandbox/raw_syscall.hpp"
#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {
namespace {

static_assert(cloned_namespaces == (CLONE_NEWUSER | CLONE_NEWPID));

void* const early_piece = std::malloc(1);

}  // namespace

Channel open_channel() {
    int ends[2];
    must(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, &ends[0]), "make a channel into the jail");
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// From a piece that malloc(3) gave before main() to the end of the data segment (sbrk(2)): nothing but heap
// lies between. Where malloc has taken memory elsewhere there is nothing to share.
HeapPages heap_pages() {
    constexpr std::uintptr_t page = 4096;
    const auto end = reinterpret_cast<std::uintptr_t>(::sbrk(0)) / page * page;
    const std::uintptr_t begin = (reinterpret_cast<std::uintptr_t>(early_piece) + page - 1) / page * page;
    if (begin >= end) return {};
    return {reinterpret_cast<void*>(begin), end - begin};  // NOLINT(performance-no-int-to-ptr): pages have numbers
}

Clone clone_init(std::uint64_t namespaces, int cgroup, Inside& inside) {
    int handle = -1;
    clone_args how{};
    how.flags = namespaces | CLONE_PIDFD;
    how.pidfd = reinterpret_cast<std::uint64_t>(&handle);
    how.exit_signal = SIGCHLD;
    if (cgroup >= 0) {
        how.flags |= CLONE_INTO_CGROUP;
        how.cgroup = static_cast<__u64>(cgroup);
    }
    const pid_t own = ::getpid();
    const long result = raw_syscall(SYS_clone3, &how, sizeof how);
    if (result == 0 && ::getpid() != own) run_init(inside);
    if (result == 0) return {-EPROTO, {}};  // a kernel that answers and does nothing
    return {result, Descriptor(handle)};
}

}  // namespace ward::sandbox
