#include "sandbox/first_process.hpp"

#include <linux/sched.h>
#include <sys/auxv.h>
#include <sys/mman.h>
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

constexpr std::uintptr_t page = 4096;

Pages pages_between(std::uintptr_t begin, std::uintptr_t end) {
    if (begin >= end) return {};
    return {reinterpret_cast<void*>(begin), end - begin};  // NOLINT(performance-no-int-to-ptr): pages have numbers
}

// What exec maps of a process's stack (setup_arg_pages() of the kernel), up to what it puts there itself: that stays,
// since ps(1) shows the arguments of init, too.
struct FirstStack {
    std::uintptr_t end = ::getauxval(AT_RANDOM) / page * page;
    std::uintptr_t begin = end - (std::uintptr_t{128} << 10);
    std::uintptr_t here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));

    // Not on that of another thread, nor deeper: then other things may lie between.
    [[nodiscard]] bool is_in_use() const { return begin < here && here < end; }
};

[[noreturn]] void begin_init(void* inside) {
    run_init(*static_cast<Inside*>(inside));
}

}  // namespace

// From a piece that malloc(3) gave before main() to the end of the data segment (sbrk(2)): nothing but heap
// lies between. Where malloc has taken memory elsewhere there is nothing to share.
Pages heap_pages() {
    const auto end = reinterpret_cast<std::uintptr_t>(::sbrk(0)) / page * page;
    return pages_between((reinterpret_cast<std::uintptr_t>(early_piece) + page - 1) / page * page, end);
}

Pages stack_pages() {
    const FirstStack stack;
    return stack.is_in_use() ? pages_between(stack.begin, stack.end) : Pages();
}

void leave_out_of_copies() {
    for (const Pages& pages : {heap_pages(), stack_pages()})
        static_cast<void>(::madvise(pages.begin, pages.size, MADV_DONTFORK));
}

void copy_again() {
    for (const Pages& pages : {heap_pages(), stack_pages()})
        static_cast<void>(::madvise(pages.begin, pages.size, MADV_DOFORK));
}

// In a frame of its own: one with its callers' would be larger than what is left for it.
[[gnu::noinline]] Pages unused_stack_pages() {
    constexpr std::uintptr_t room = 512;  // for the frames of this function and of the caller's next one
    const FirstStack stack;
    return stack.is_in_use() ? pages_between(stack.begin, (stack.here - room) / page * page) : Pages();
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
    how.stack = reinterpret_cast<std::uint64_t>(&init_memory.stack[0]);
    how.stack_size = sizeof init_memory.stack;
    const long result = raw_clone(how, begin_init, &inside);
    return {result, Descriptor(handle)};
}

}  // namespace ward::sandbox
