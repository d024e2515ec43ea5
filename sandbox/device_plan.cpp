#include "sandbox/device_plan.hpp"

#include "policy/similar_name.hpp"
#include "sandbox/mount_checks.hpp"
#include "sandbox/path_walk.hpp"

namespace ward::sandbox {
namespace {

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
        places.push_back({&device, path, *inode});
    }
    return places;
}

}  // namespace ward::sandbox
