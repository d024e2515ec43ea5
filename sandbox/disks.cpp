#include "sandbox/disks.hpp"

#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <set>

#include "sandbox/mount_checks.hpp"
#include "sandbox/path_walk.hpp"

namespace ward::sandbox {
namespace {

// File systems that live in memory.
constexpr std::array<std::string_view, 14> without_disk{"binfmt_misc", "bpf",      "cgroup",    "cgroup2", "debugfs",
                                                        "devpts",      "devtmpfs", "hugetlbfs", "mqueue",  "proc",
                                                        "securityfs",  "sysfs",    "tmpfs",     "tracefs"};

// Those that tell the kernel's writers whose page it is (SB_I_CGROUPWB; Documentation/admin-guide/cgroup-v2.rst,
// Writeback).
constexpr std::array<std::string_view, 5> accounted{"ext2", "ext3", "ext4", "f2fs", "xfs"};

template <std::size_t Count>
bool contains(const std::array<std::string_view, Count>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string number_of(std::uint64_t device) {
    return std::to_string(major(device)) + ':' + std::to_string(minor(device));
}

// Throttling knows whole disks alone. In sysfs a partition's folder is in that of its disk.
std::string disk_of(std::uint64_t device, const Host& host) {
    const std::string folder = "/sys/dev/block/" + number_of(device);
    if (host.read_text(folder + "/partition").empty()) return number_of(device);
    std::string disk = host.read_text(folder + "/../dev");
    while (!disk.empty() && disk.back() == '\n') disk.pop_back();
    return disk;
}

bool is_granted(const Mount& mount, const FileView& view) {
    return std::any_of(view.entries.begin(), view.entries.end(), [&](const auto& item) {
        const ViewEntry& entry = item.second;
        if (entry.source.empty()) return false;
        const bool keeps = !entry.layer.empty() && entry.layer_inode.mount == mount.id;
        return keeps || entry.inode.mount == mount.id || is_within(mount.path, entry.source);
    });
}

}  // namespace

Disks find_disks(const FileView& view, const Host& host) {
    Disks disks;
    std::set<std::string> numbers;
    for (const Mount& mount : host.mounts.all()) {
        if (contains(without_disk, mount.type) || !is_granted(mount, view)) continue;
        // Number 0 is not a device's (Documentation/admin-guide/devices.txt).
        const std::string disk = major(mount.device) == 0 ? "" : disk_of(mount.device, host);
        if (disk.empty()) {
            disks.unknown.push_back(&mount);
            continue;
        }
        numbers.insert(disk);
        if (!contains(accounted, mount.type)) disks.unaccounted.push_back(&mount);
    }
    disks.numbers.assign(numbers.begin(), numbers.end());
    return disks;
}

}  // namespace ward::sandbox
