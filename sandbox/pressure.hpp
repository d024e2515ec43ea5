// How long processes of a cgroup waited for memory, processors or disks: PSI, Documentation/accounting/psi.rst of
// the kernel (4.20). What it says about a jail that was too small for its program.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ward::sandbox {

struct Pressure {
    std::uint64_t some_microseconds = 0;               // at least one process waited
    std::optional<std::uint64_t> full_microseconds{};  // all of them did; `cpu` may have none
};

// Of the text of `memory.pressure`. Absent if it says nothing: PSI can be off (`psi=0`).
[[nodiscard]] std::optional<Pressure> parse_pressure(std::string_view text);

}  // namespace ward::sandbox
