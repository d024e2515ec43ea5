// The AppArmor profile that lets ward make user namespaces on a host that keeps them from ordinary users.
#pragma once

#include <string>

namespace ward::sandbox {

// For the program at `path`, of which no part is a symbolic link. What it starts has no more rights in a user
// namespace than without ward: neither capabilities nor namespaces of its own.
[[nodiscard]] std::string apparmor_profile(const std::string& path);

// Who but root can put another program at `path`: the file or a folder above it that somebody else owns or may
// write. Empty if nobody can.
[[nodiscard]] std::string changeable_part(const std::string& path);

}  // namespace ward::sandbox
