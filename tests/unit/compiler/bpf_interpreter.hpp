// Executes seccomp programs as the kernel does, one input at a time. For tests only.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ward::compiler::test {

// What the program returns: a SECCOMP_RET_* value. SECCOMP_RET_KILL_PROCESS where the kernel would
// not have loaded the program.
[[nodiscard]] std::uint32_t interpret(std::span<const sock_filter> program, const seccomp_data& data);

// The indexes of the instructions that are executed for one input, in order.
[[nodiscard]] std::vector<std::size_t> executed(std::span<const sock_filter> program, const seccomp_data& data);

// True if the kernel learns, when it loads the filter, that this call is allowed whatever its arguments
// are, and never runs the filter for it: seccomp_is_const_allow() of Linux 6.18, written again.
[[nodiscard]] bool is_constant_allow(std::span<const sock_filter> program, std::uint32_t arch, std::uint32_t number);

}  // namespace ward::compiler::test
