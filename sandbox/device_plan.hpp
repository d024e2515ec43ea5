// The jail's own /dev: the devices that the policy names, and the usual links.
#pragma once

#include <string>
#include <vector>

#include "compiler/jail.hpp"
#include "policy/diagnostic.hpp"
#include "sandbox/host.hpp"

namespace ward::sandbox {

struct DevicePlace {
    const compiler::Stated<std::string>* device = nullptr;
    std::string path;             // below /dev, the same inside and outside
    std::uint64_t number = 0;     // which device it is, as st_rdev
    std::uint64_t or_number = 0;  // or this one
};

// Every device that is missing, is no character device, or lies on a mount without devices is an error. Those that
// every Linux has are not looked at: they are known by their numbers, and cloning another one fails.
[[nodiscard]] std::vector<DevicePlace> find_devices(const compiler::Jail& jail, const Host& host,
                                                    policy::Diagnostics& diagnostics);

}  // namespace ward::sandbox
