// The cgroups of the machine that the tests look at and put launchers into.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/kernel/support/process.hpp"

namespace ward::test {

// The folder of version 2 that the tests' ordinary user was given; empty where nobody has made one.
[[nodiscard]] std::string given_folder();
// The cgroups that launchers with these ids have made.
[[nodiscard]] std::vector<std::string> groups_of(const std::vector<pid_t>& launchers);
// The cgroups that any launcher has made in a folder.
[[nodiscard]] std::vector<std::string> groups_below(const std::string& folder);
[[nodiscard]] std::string first_line(const std::string& path);

// What is started, in the cgroup `folder`: root enters it and then becomes the user, by setpriv(1).
[[nodiscard]] Invocation below_cgroup(const std::string& folder, Invocation invocation);

}  // namespace ward::test
