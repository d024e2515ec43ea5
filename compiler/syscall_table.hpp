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

namespace ward::compiler {

inline constexpr std::string_view syscall_table_version = "Linux 6.18";

// The number of a call on x86_64. People's names are accepted (`stat` is newer than `newstat`).
[[nodiscard]] std::optional<std::uint32_t> syscall_number(std::string_view name);
// Empty if the table has no such number.
[[nodiscard]] std::string_view syscall_name(std::uint32_t number);
// One past the greatest number of the table.
[[nodiscard]] std::uint32_t syscall_count();
// Every name, in the order of the numbers.
[[nodiscard]] std::span<const std::string_view> syscall_names();
// The architectures that have a call of this name although x86_64 has not (`mmap2`: x86, arm);
// empty if nobody has. Asks libseccomp.
[[nodiscard]] std::vector<std::string> foreign_architectures(std::string_view name);

}  // namespace ward::compiler
