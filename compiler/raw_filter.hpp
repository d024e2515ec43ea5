// Filters that leave ward, or come from elsewhere: bytes without a policy.
#pragma once

#include <linux/filter.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/jail.hpp"

namespace ward::compiler {

// The same filter for a launcher that knows no one-time key: where the policy forbids exec, there is no
// exec, not even the one that starts the program. `kill` is left to the kernel.
[[nodiscard]] FilterModel for_other_launchers(FilterModel model);

// As seccomp(2) takes them: `struct sock_filter` one after the other, in this machine's byte order.
[[nodiscard]] std::string bytes_of(const std::vector<sock_filter>& program);
// Absent if the bytes are no whole number of instructions, none, or more than the kernel takes.
[[nodiscard]] std::optional<std::vector<sock_filter>> read_raw_filter(std::string_view bytes);

// The statements that decide about a call of any ABI, those with a condition first; empty if none does.
[[nodiscard]] Origins origins_of_call(const Jail& jail, Abi abi, std::uint32_t number);

}  // namespace ward::compiler
