// A cgroup of our own from systemd, where the tree of cgroups is systemd's: a transient scope.
//
// systemd wants to be the only one that changes what it has not delegated (systemd.io/CGROUP_DELEGATION): it
// may take controllers away there, and the limits with them.
#pragma once

#include <string>

namespace ward::sandbox {

// The program that is run to ask systemd; a part of its package.
inline constexpr const char* bus_client = "/usr/bin/busctl";
inline constexpr const char* systemd_client = "/usr/bin/systemctl";

// The name of this process's scope.
[[nodiscard]] std::string own_scope();

// Moves this process into a scope of its own with delegated controllers, made by the caller's systemd (root:
// the system's), which ends with the last process in it. The path of its cgroup, as /proc/self/cgroup has it.
// Throws SetupFailure.
[[nodiscard]] std::string enter_scope();

// Whether the systemd of the caller's session has given away the cgroup of one of its units.
[[nodiscard]] bool says_delegated(const std::string& unit);

}  // namespace ward::sandbox
