// The ids that the machine gives to an ordinary user besides the user's own: subuid(5), subgid(5). They are
// mapped by newuidmap(1) and newgidmap(1), which are setuid and check the files themselves.
//
// Pure, given a Host. Runs nothing.
#pragma once

#include <optional>

#include "sandbox/host.hpp"

namespace ward::sandbox {

inline constexpr const char* user_map_helper = "/usr/bin/newuidmap";
inline constexpr const char* group_map_helper = "/usr/bin/newgidmap";

struct SubordinateIds {
    std::uint32_t first_user = 0, first_group = 0;
};

// The first ranges of at least `count` ids in both files. Absent if a file has none for the caller, or a
// helper is not there.
[[nodiscard]] std::optional<SubordinateIds> find_subordinate_ids(const Host& host, std::uint32_t count);

}  // namespace ward::sandbox
