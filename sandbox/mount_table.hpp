// The mounts of a host, looked up only where somebody asks: to list them all costs a start more than most jails need
// to know of them. Nothing here changes a mount.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ward::sandbox {

// One line of /proc/self/mountinfo.
struct Mount {
    std::uint64_t id = 0;      // as statx(2) names it
    std::uint64_t device = 0;  // as st_dev of its files
    std::string path{};        // the mount point
    std::string type{};        // ext4, tmpfs, ...
    std::string options{};     // of the file system; for cgroup v1 its controllers
    bool read_only = false;
    bool no_exec = false;
    bool no_devices = false;
    bool no_setuid = false;
    bool id_mapped = false;
    bool propagates = false;  // in a peer group: mounts appear on both sides (mount_namespaces(7))
    std::string root{};       // what of the file system is shown here
};

// The mounts of a mountinfo text, in its order. Absent if a line is not understood.
[[nodiscard]] std::optional<std::vector<Mount>> parse_mounts(std::string_view mountinfo);

class MountTable {
public:
    MountTable() = default;
    MountTable(std::initializer_list<Mount> stated) : all_(stated) {}
    // The mounts of this process, read when they are asked for.
    [[nodiscard]] static MountTable of_this_process();

    [[nodiscard]] const std::vector<Mount>& all() const;
    // By the number that statx(2) gives; null if there is none.
    [[nodiscard]] const Mount* find(std::uint64_t id) const;
    // The mount of the file `path`, if it may not be written, not be executed from, or has no devices: only then is
    // there something to know of it.
    [[nodiscard]] const Mount* restricting(std::uint64_t id, const std::string& path) const;
    // A table that was asked for and could not be read: what was said of it is a guess.
    [[nodiscard]] bool is_unreadable() const { return is_unreadable_; }

private:
    bool is_own_ = false;
    mutable bool is_unreadable_ = false;
    mutable std::optional<std::vector<Mount>> all_;
    mutable std::map<std::uint64_t, bool> restricted_;  // by number
};

}  // namespace ward::sandbox
