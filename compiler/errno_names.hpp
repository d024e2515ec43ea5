// The names of error numbers: `EPERM` and 1.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ward::compiler {

// The greatest error number that a system call can give (MAX_ERRNO of the kernel).
inline constexpr std::uint16_t greatest_errno = 4095;

// 1 .. greatest_errno. Second names of the same number are accepted: EWOULDBLOCK, EDEADLOCK, ENOTSUP.
[[nodiscard]] std::optional<std::uint16_t> errno_number(std::string_view name);
// Empty if the number has no name.
[[nodiscard]] std::string_view errno_name(std::uint16_t number);
// Every name once, in the order of the numbers.
[[nodiscard]] std::span<const std::string_view> errno_names();

}  // namespace ward::compiler
