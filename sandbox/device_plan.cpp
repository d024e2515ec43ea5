#include "sandbox/device_plan.hpp"

#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "policy/similar_name.hpp"
#include "sandbox/mount_checks.hpp"
#include "sandbox/path_walk.hpp"

namespace ward::sandbox {
namespace {

// Memory and the caller's own terminal: admin-guide/devices.txt of the kernel. On some hosts `random` is made as
// `urandom`, so that it never waits.
struct KnownDevice {
    std::string_view name;
    unsigned major, minor, or_minor;
};
constexpr std::array known_devices{KnownDevice{"null", 1, 3, 3},    KnownDevice{"zero", 1, 5, 5},
                                   KnownDevice{"full", 1, 7, 7},    KnownDevice{"random", 1, 8, 9},
                                   KnownDevice{"urandom", 1, 9, 8}, KnownDevice{"tty", 5, 0, 0}};

const KnownDevice* known_device(std::string_view name) {
    const auto* const found = std::ranges::find(known_devices, name, &KnownDevice::name);
    return found == known_devices.end() ? nullptr : found;
}

std::optional<policy::Span> place_of(const compiler::Stated<std::string>& device) {
    if (device.origins.empty()) return {};
    return device.origins.front();
}

void report_missing(const compiler::Stated<std::string>& device, const Host& host, policy::Diagnostics& diagnostics) {
    auto& error = diagnostics.add(policy::slug::device_not_found, place_of(device),
                                  "this host has no character device `/dev/" + device.value + '`');
    const std::vector<std::string> names = host.files->entries("/dev");
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    const auto similar = policy::similar_names(device.value, candidates);
    error.help(similar.empty() ? "remove the name" : "a similar name exists: " + policy::quoted_list(similar));
}

}  // namespace

std::vector<DevicePlace> find_devices(const compiler::Jail& jail, const Host& host, policy::Diagnostics& diagnostics) {
    std::vector<DevicePlace> places;
    for (const auto& device : jail.devices) {
        const std::string path = join("/dev", device.value);
        if (const KnownDevice* known = known_device(device.value)) {
            const unsigned major = known->major;
            places.push_back({&device, path, makedev(major, known->minor), makedev(major, known->or_minor)});
            continue;
        }
        const auto inode = host.files->inspect(path);
        if (!inode || !S_ISCHR(inode->mode)) {
            report_missing(device, host, diagnostics);
            continue;
        }
        const Mount* mount = host.mounts.restricting(inode->mount, path);
        if (mount != nullptr && mount->no_devices) {
            diagnostics
                .add(policy::slug::mount_forbids, place_of(device),
                     "`/dev/" + device.value + "` lies on `" + mount->path + "`, which is mounted `nodev`")
                .help("remove the name, or mount `" + mount->path + "` with devices");
            continue;
        }
        places.push_back({&device, path, inode->device_number, inode->device_number});
    }
    return places;
}

}  // namespace ward::sandbox
