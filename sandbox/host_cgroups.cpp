// Never below the launcher's own v1 cgroup: limits that somebody else set there would count for the jail as
// well, and its folder may vanish.
#include "sandbox/host_cgroups.hpp"

#include <algorithm>
#include <array>

#include "sandbox/host.hpp"

namespace ward::sandbox {
namespace {

using Way = CgroupParent::Way;
using Parents = std::map<std::string, CgroupParent>;

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

std::string joined(const std::string& mount_point, const std::string& path) {
    return path.empty() || path == "/" ? mount_point : mount_point + path;
}

std::string_view last_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

std::string parent_of(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

// ---- version 1

// The top of the hierarchy, or for a user to whom a subtree was given, the own folder.
void look_in_v1(const Mount& mount, const CgroupSight& sight, Parents& found) {
    for (const auto& [name, name_in_v1] : controllers) {
        if (!has_word(mount.options, name_in_v1, ',') || found.contains(std::string(name))) continue;
        const std::string own = joined(mount.path, own_cgroup(sight.own, name_in_v1));
        for (const std::string& folder : {mount.path, own}) {
            if (!sight.writable(folder)) continue;
            found.emplace(name, CgroupParent{folder, 1});
            break;
        }
    }
}

// ---- version 2

class SecondVersion {
public:
    SecondVersion(const Mount& mount, const CgroupSight& sight)
        : mount_(&mount), sight_(&sight), own_(own_cgroup(sight.own, "")), highest_(find_highest()) {}

    // A process is in one cgroup of version 2, so one parent is for all controllers: the one with the most of
    // them; of several, the one that needs the least to be done.
    [[nodiscard]] Parents look() const {
        Parents best = below_an_ancestor();
        for (Parents& other : std::array{aside(), in_a_scope()})
            if (other.size() > best.size()) best = std::move(other);
        return best;
    }

private:
    [[nodiscard]] std::string folder(const std::string& path) const { return joined(mount_->path, path); }

    [[nodiscard]] static Parents with(const std::string& words, const std::string& folder, Way way) {
        Parents found;
        for (const Controller& each : controllers)
            if (has_word(words, each.name, ' ')) found.emplace(each.name, CgroupParent{folder, 2, way});
        return found;
    }

    // Only the root has no type. In a threaded subtree a new cgroup takes no process (cgroups(7), Thread mode).
    [[nodiscard]] bool takes_children(const std::string& folder) const {
        const std::string type = sight_->read(folder + "/cgroup.type");
        return (type.empty() || type == "domain\n") && sight_->writable(folder) &&
               sight_->writable(folder + "/cgroup.procs");
    }

    // The highest path whose folder is for us to change: all, or where systemd has the tree, a unit that is
    // delegated to us. Absent if there is none.
    [[nodiscard]] std::optional<std::string> find_highest() const {
        if (!sight_->systemd) return "/";
        std::string path = own_;
        const auto is_unit = [](std::string_view name) {
            return name.ends_with(".scope") || name.ends_with(".service");
        };
        while (!path.empty() && path != "/" && !is_unit(last_name(path))) path = parent_of(path);
        if (path.empty() || path == "/") return std::nullopt;
        const bool is_given = sight_->delegated(folder(path)) || (is_of_the_session(path) && is_used_as_given(path) &&
                                                                  sight_->asked(std::string(last_name(path))));
        return is_given ? std::optional(path) : std::nullopt;
    }

    // Below the user's own systemd, which marks what it has given away since version 253 only.
    [[nodiscard]] bool is_of_the_session(const std::string& path) const {
        return sight_->manager && sight_->manager != "/" && path.starts_with(*sight_->manager + "/");
    }

    // To ask costs a process, and a unit with a shell in it is none that ward could use anyway.
    [[nodiscard]] bool is_used_as_given(const std::string& unit) const { return own_ != unit || is_alone(); }

    [[nodiscard]] bool is_alone() const {
        const std::string members = sight_->read(folder(own_) + "/cgroup.procs");
        return std::count(members.begin(), members.end(), '\n') == 1;
    }

    // A folder that hands controllers to its children already. The own one does so only at the root, since a
    // cgroup with processes cannot.
    [[nodiscard]] Parents below_an_ancestor() const {
        Parents best;
        if (!highest_) return best;
        for (std::string path = own_;; path = parent_of(path)) {
            const std::string here = folder(path);
            if (takes_children(here)) {
                Parents found = with(sight_->read(here + "/cgroup.subtree_control"), here, Way::below);
                if (found.size() > best.size()) best = std::move(found);
            }
            if (path.empty() || path == *highest_) return best;
        }
    }

    // The own folder, if this process is the only one in it, or if it is the root, where processes and
    // children may be side by side.
    [[nodiscard]] Parents aside() const {
        const std::string here = folder(own_);
        if (own_.empty() || !highest_) return {};
        Parents found = with(sight_->read(here + "/cgroup.controllers"), here, Way::aside);
        if (found.empty() || !takes_children(here) || !sight_->writable(here + "/cgroup.subtree_control")) return {};
        if (sight_->read(here + "/cgroup.type").empty()) return found;
        return is_alone() ? found : Parents();
    }

    [[nodiscard]] Parents in_a_scope() const {
        if (!sight_->systemd || !sight_->manager) return {};
        return with(sight_->read(folder(*sight_->manager) + "/cgroup.controllers"), mount_->path, Way::scope);
    }

    const Mount* mount_;
    const CgroupSight* sight_;
    std::string own_;
    std::optional<std::string> highest_;
};

}  // namespace

// The line `0::PATH` (v2) or `N:CONTROLLERS:PATH` (v1).
std::string own_cgroup(std::string_view text, std::string_view controller) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const auto first = line.find(':');
        const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
        if (second == std::string_view::npos) continue;
        const std::string_view names = line.substr(first + 1, second - first - 1);
        const bool matches = controller.empty() ? names.empty() : has_word(names, controller, ',');
        if (matches) return std::string(line.substr(second + 1));
    }
    return {};
}

std::map<std::string, CgroupParent> find_cgroups(const std::vector<Mount>& mounts, const CgroupSight& sight) {
    Parents found;
    for (const Mount& mount : mounts)
        if (mount.type == "cgroup2" && found.empty()) found = SecondVersion(mount, sight).look();
    for (const Mount& mount : mounts)
        if (mount.type == "cgroup") look_in_v1(mount, sight, found);
    return found;
}

}  // namespace ward::sandbox
