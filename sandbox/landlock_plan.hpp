// What a Landlock ruleset adds to a jail, where nothing else can enforce it: TCP ports, abstract sockets of a
// shared network, and files of the caller's that reach the program as standard streams.
//
// Not everywhere: with a ruleset about files each open(2) costs more.
#pragma once

#include "sandbox/device_plan.hpp"
#include "sandbox/file_view.hpp"
#include "sandbox/plan_writer.hpp"

namespace ward::sandbox {

struct LandlockRequest {
    const compiler::Jail& jail;
    const Host& host;
    const FileView& view;
    const std::vector<DevicePlace>& devices;
};

// Adds the ruleset to `init` and returns its slot, for `enter_ruleset`; no_slot if nothing needs one.
[[nodiscard]] Slot plan_landlock(const LandlockRequest& request, PlanWriter& writer);

}  // namespace ward::sandbox
