// A FileView as steps: how the new root is built.
//
// The order is the same on every kernel since 5.14: clone every source, make every new file system,
// attach the new root, build in it from the top downwards.
#pragma once

#include <vector>

#include "sandbox/device_plan.hpp"
#include "sandbox/file_view.hpp"
#include "sandbox/identity.hpp"
#include "sandbox/plan_writer.hpp"

namespace ward::sandbox {

struct MountRequest {
    const FileView& view;
    const std::vector<DevicePlace>& devices;
    const Identity& identity;
    // The program could write sysctls of the jail's own namespaces: as their root, or by a capability.
    bool seals_sysctls = false;
};

// Root: sources go to `prepare`, id maps to `mapped`. The rest goes to `init`, up to and with the pivot
// and the seal of the root.
void plan_mounts(const MountRequest& request, PlanWriter& writer);

}  // namespace ward::sandbox
