// Named sets of system calls, with the names and members that people know from systemd.
#pragma once

#include <span>
#include <string_view>

namespace ward::compiler {

struct CallGroup {
    std::string_view name;         // with the `@`
    std::string_view description;  // a sentence
    // Call names, and `@groups` for what it takes in. Names that x86_64 does not have are part of
    // the group and without effect there.
    std::span<const std::string_view> members;
};

[[nodiscard]] std::span<const CallGroup> call_groups();
// Null if there is no group of this name.
[[nodiscard]] const CallGroup* find_group(std::string_view name);

}  // namespace ward::compiler
