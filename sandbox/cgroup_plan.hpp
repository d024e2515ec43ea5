// Where the cgroups of a jail are made on this host, and how init comes into them.
#pragma once

#include "compiler/jail.hpp"
#include "sandbox/host.hpp"
#include "sandbox/plan_writer.hpp"

namespace ward::sandbox {

// After plan_limits(): fills cgroup_parents, cgroup_slots and other_cgroup_folders, and adds to `init` the ways into
// cgroups of version 1 and the cgroup namespace.
void plan_cgroups(const compiler::Jail& jail, const Host& host, PlanWriter& writer);

}  // namespace ward::sandbox
