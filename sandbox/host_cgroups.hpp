// Where a jail's cgroups can be made. Pure, given a look at the host.
#pragma once

#include <string>
#include <string_view>

namespace ward::sandbox {

// The path of a process in one hierarchy, out of its /proc/PID/cgroup: of the version 1 controller with this
// name, or of version 2 if there is no name. Empty if it is in none.
[[nodiscard]] std::string own_cgroup(std::string_view text, std::string_view controller);

}  // namespace ward::sandbox
