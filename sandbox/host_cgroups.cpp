// Where a jail's cgroups can be made. Never below the launcher's own v1 cgroup: limits that somebody
// else set there would count for the jail as well, and its folder may vanish.
#include <array>

#include "sandbox/host.hpp"

namespace ward::sandbox {
namespace {

struct Controller {
    std::string_view name, name_in_v1;
};
constexpr std::array<Controller, controller_count> controllers{
    {{"memory", "memory"}, {"pids", "pids"}, {"cpu", "cpu"}, {"cpuset", "cpuset"}, {"io", "blkio"}}};

bool has_word(std::string_view words, std::string_view wanted, char separator) {
    while (!words.empty()) {
        const auto end = words.find_first_of(std::string{separator, '\n'});
        if (words.substr(0, end) == wanted) return true;
        words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
    }
    return false;
}

// The path of this process in one hierarchy: the line `0::PATH` (v2) or `N:CONTROLLERS:PATH` (v1).
std::string own_path(std::string_view own, std::string_view controller) {
    while (!own.empty()) {
        const auto end = own.find('\n');
        const std::string_view line = own.substr(0, end);
        own.remove_prefix(end == std::string_view::npos ? own.size() : end + 1);
        const auto first = line.find(':');
        const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
        if (second == std::string_view::npos) continue;
        const std::string_view names = line.substr(first + 1, second - first - 1);
        const bool matches = controller.empty() ? names.empty() : has_word(names, controller, ',');
        if (matches) return std::string(line.substr(second + 1));
    }
    return {};
}

std::string joined(const std::string& mount_point, const std::string& path) {
    return path.empty() || path == "/" ? mount_point : mount_point + path;
}

// v1: the top of the hierarchy, or for a user to whom a subtree was given, the own folder.
void look_in_v1(const Mount& mount, const CgroupSight& sight, std::map<std::string, CgroupParent>& found) {
    for (const auto& [name, name_in_v1] : controllers) {
        if (!has_word(mount.options, name_in_v1, ',') || found.contains(std::string(name))) continue;
        const std::string own = joined(mount.path, own_path(sight.own, name_in_v1));
        for (const std::string& folder : {mount.path, own}) {
            if (!sight.writable(folder)) continue;
            found.emplace(name, CgroupParent{folder, 1});
            break;
        }
    }
}

// v2: the nearest folder from the own one upwards that hands controllers to its children. The own
// folder itself does so only at the root, since a cgroup with processes cannot (cgroups(7)).
void look_in_v2(const Mount& mount, const CgroupSight& sight, std::map<std::string, CgroupParent>& found) {
    std::string path = own_path(sight.own, "");
    while (true) {
        const std::string folder = joined(mount.path, path);
        if (sight.writable(folder) && sight.writable(folder + "/cgroup.procs")) {
            const std::string given = sight.read(folder + "/cgroup.subtree_control");
            for (const Controller& each : controllers)
                if (has_word(given, each.name, ' ')) found.emplace(each.name, CgroupParent{folder, 2});
        }
        if (path.empty() || path == "/") return;
        path.resize(path.rfind('/'));
    }
}

}  // namespace

std::map<std::string, CgroupParent> find_cgroups(const std::vector<Mount>& mounts, const CgroupSight& sight) {
    std::map<std::string, CgroupParent> found;
    for (const Mount& mount : mounts)
        if (mount.type == "cgroup2") look_in_v2(mount, sight, found);
    for (const Mount& mount : mounts)
        if (mount.type == "cgroup") look_in_v1(mount, sight, found);
    return found;
}

}  // namespace ward::sandbox
