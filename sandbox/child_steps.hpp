// One function for each row of operations.inc, and what they share.
//
// Only child*.cpp and init.cpp include this: raw system calls, no allocation, no libc.
#pragma once

#include <cerrno>
#include <cstddef>

#include "sandbox/child.hpp"
#include "sandbox/raw_syscall.hpp"

namespace ward::sandbox {

namespace steps {
// 0, or a positive errno.
#define WARD_OPERATION(id, words) [[nodiscard]] int id(const Step& step, Inside& inside);
#include "sandbox/operations.inc"
#undef WARD_OPERATION
}  // namespace steps

// A call that only succeeds or fails: anything but 0 and an errno is a kernel that lies.
inline int outcome(long result) {
    if (result == 0) return 0;
    return result < 0 ? static_cast<int>(-result) : EPROTO;
}

// A call that makes a descriptor: one below 3 would be a standard stream (a call that was skipped
// but answered 0, or a closed stream of the caller).
inline int new_descriptor(long result, int& place) {
    if (result < 0) return static_cast<int>(-result);
    if (result < 3) return EBADF;
    place = static_cast<int>(result);
    return 0;
}

inline int move_descriptor(int from, int to) {
    const long moved = raw_syscall(SYS_dup2, from, to);
    if (moved < 0) return static_cast<int>(-moved);
    return moved == to ? 0 : EPROTO;
}

inline std::size_t text_length(const char* text) {
    std::size_t length = 0;
    // The barrier: g++ makes a call of strlen(3) out of a loop that looks like one.
    while (text[length] != '\0') {
        ++length;
        __asm__ volatile("" : "+r"(length));
    }
    return length;
}

// A descriptor that ends with its scope.
class ScopedDescriptor {
public:
    ScopedDescriptor() = default;
    ScopedDescriptor(const ScopedDescriptor&) = delete;
    ScopedDescriptor& operator=(const ScopedDescriptor&) = delete;
    ~ScopedDescriptor();

    int number = -1;
};

// Waits for the supervisor's Order::go. 0, or a positive errno: ESRCH if it is gone.
[[nodiscard]] int await_go(const Inside& inside);
// The whole text in one write, as the files of /proc want it.
[[nodiscard]] int write_whole(int descriptor, const char* text);
// Makes `descriptor` the content of a slot; what the slot held is closed.
[[nodiscard]] int fill_slot(Inside& inside, Slot slot, long descriptor);
// The descriptor in a slot, or -1, which every call refuses.
[[nodiscard]] int in_slot(const Inside& inside, Slot slot);

}  // namespace ward::sandbox
