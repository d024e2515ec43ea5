// The system calls of x86_64, by name and number, up to a stated kernel version.
//
// The rows are in syscall_table.inc. Nothing here says what is allowed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/abi.hpp"

namespace ward::compiler {

inline constexpr std::string_view syscall_table_version = "Linux 6.18";
// Greater than every number of the table; numbers from here on belong to x32.
inline constexpr std::uint32_t syscall_capacity = 512;

// The number of a call on x86_64. Other names of the same call are accepted: the kernel's own
// (`newstat` for `stat`, `umount` for `umount2`) and people's (`fstatat` for `newfstatat`).
[[nodiscard]] std::optional<std::uint32_t> syscall_number(std::string_view name);
// Empty if the table has no such number.
[[nodiscard]] std::string_view syscall_name(std::uint32_t number);
// One past the greatest number of the table.
[[nodiscard]] std::uint32_t syscall_count();
// Every name, in the order of the numbers.
[[nodiscard]] std::span<const std::string_view> syscall_names();
// The architectures that have a call of this name although x86_64 has not (`mmap2`: arm, x86, ...),
// sorted; empty if nobody has. Asks libseccomp.
[[nodiscard]] std::vector<std::string> foreign_architectures(std::string_view name);

// What libseccomp makes of a name on an ABI: the number, or a negative one if it knows the name from other
// ABIs only. Absent if it does not know the name. Its table ends with its own release.
[[nodiscard]] std::optional<std::int32_t> libseccomp_number(Abi abi, std::string_view name);

}  // namespace ward::compiler
