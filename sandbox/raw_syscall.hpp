// System calls without libc: no errno, no cancellation, no wrapper that knows better.
//
// For code that runs in the jail before exec, and for calls that glibc does not offer. Never
// retries. The result is the kernel's own: negative errno on failure.
#pragma once

#include <linux/sched.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <type_traits>

namespace ward::sandbox {

#ifndef __x86_64__
#error "the launcher knows the system-call convention of x86_64 only"
#endif

inline long raw_syscall_6(long number, const long* argument) {
    long result = 0;
    register long r10 __asm__("r10") = argument[3];  // NOLINT(readability-identifier-naming): the register's name
    register long r8 __asm__("r8") = argument[4];    // NOLINT
    register long r9 __asm__("r9") = argument[5];    // NOLINT
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(argument[0]), "S"(argument[1]), "d"(argument[2]), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

template <typename T>
long raw_argument(T value) {
    if constexpr (std::is_null_pointer_v<T>) {
        return 0;
    } else if constexpr (std::is_pointer_v<T>) {
        return reinterpret_cast<long>(value);
    } else {
        return static_cast<long>(value);
    }
}

// Integers are sign-extended or zero-extended as their type says.
template <typename... Arguments>
long raw_syscall(long number, Arguments... arguments) {
    static_assert(sizeof...(Arguments) <= 6);
    const long all[6] = {raw_argument(arguments)...};
    return raw_syscall_6(number, all);
}

// clone3(2) onto the stack that `how` names: the child has nothing of this frame. It begins in `entry`, which must not
// return. A kernel that answers 0 on the stack of before has made no process: -EPROTO.
inline long raw_clone(const clone_args& how, void (*entry)(void*), void* argument) {
    long result = SYS_clone3;
    // NOLINTBEGIN(readability-identifier-naming): the registers' names
    register long r12 __asm__("r12") = raw_argument(argument);
    register void (*r13)(void*) __asm__("r13") = entry;
    register auto r14 __asm__("r14") = how.stack + how.stack_size;
    // NOLINTEND(readability-identifier-naming)
    __asm__ volatile(
        "syscall\n\t"
        "test %%rax, %%rax\n\t"
        "jnz 1f\n\t"
        "cmp %%rsp, %%r14\n\t"
        "mov %[nothing_made], %%rax\n\t"
        "jne 1f\n\t"
        "xor %%ebp, %%ebp\n\t"
        "mov %%r12, %%rdi\n\t"
        "call *%%r13\n\t"
        "hlt\n"
        "1:"
        : "+a"(result)
        : "D"(&how), "S"(sizeof how), "r"(r12), "r"(r13), "r"(r14), [nothing_made] "i"(-EPROTO)
        : "rcx", "r11", "cc", "memory");
    return result;
}

}  // namespace ward::sandbox
