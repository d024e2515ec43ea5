// The limits of a jail as values of cgroup files. Pure; which files there are is in cgroup-v1(7) of the
// kernel's Documentation/admin-guide and in its cgroup-v2.rst.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/plan.hpp"

namespace ward::sandbox {

struct CgroupSetting {
    std::string file, value;  // the file's name in the cgroup's folder
};

// What has to be written for one controller ("memory", "pids", "cpu", "cpuset", "io"), in this order;
// empty if the limits do not need it. `memory_nodes`: those that version 1 wants to be told.
[[nodiscard]] std::vector<CgroupSetting> cgroup_settings(std::string_view controller, const CgroupLimits& limits,
                                                         int version, const std::string& memory_nodes = {});

}  // namespace ward::sandbox
