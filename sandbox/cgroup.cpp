#include "sandbox/cgroup.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "sandbox/cgroup_settings.hpp"
#include "sandbox/host.hpp"
#include "sandbox/setup_failure.hpp"
#include "sandbox/systemd_scope.hpp"

namespace ward::sandbox {
namespace {

constexpr int second_version = 2;

std::optional<std::uint64_t> number_at(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    return number;
}

// The number behind `key ` at the start of a line; 0 if there is no such line.
std::uint64_t count_of(std::string_view text, std::string_view key) {
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.size() > key.size() && line.substr(0, key.size()) == key && line[key.size()] == ' ') {
            return number_at(line.substr(key.size() + 1)).value_or(0);
        }
    }
    return 0;
}

// The kernel ends a process if not even 8 pages more can be had (PAGE_ALLOC_COSTLY_ORDER): those may be above.
bool came_to_limit(const ReadFile& read, const std::string& name_start) {
    constexpr std::uint64_t largest_step = 8UL * 4096;
    const auto peak = number_at(read(name_start + "max_usage_in_bytes"));
    const auto limit = number_at(read(name_start + "limit_in_bytes"));
    return peak && limit && *peak + largest_step >= *limit;
}

// The controllers that the limits need, in an order that does not matter.
std::vector<std::string> needed_controllers(const CgroupLimits& limits) {
    std::vector<std::string> names;
    if (limits.memory || limits.swap) names.emplace_back("memory");
    if (limits.tasks) names.emplace_back("pids");
    if (limits.cpu) names.emplace_back("cpu");
    if (!limits.processors.empty()) names.emplace_back("cpuset");
    if (limits.limits_disks()) names.emplace_back("io");
    return names;
}

const CgroupParent& parent_of(const std::string& controller, const std::map<std::string, CgroupParent>& parents) {
    const auto found = parents.find(controller);
    if (found != parents.end()) return found->second;
    throw SetupFailure(policy::slug::cgroup_failed, "no cgroup for the controller `" + controller + "`",
                       "run ward as root, or where a cgroup is delegated to this user");
}

// Where none of the processors can be had, version 2 gives all of the parent's instead (cgroup-v2.rst of the
// kernel's Documentation/admin-guide, cpuset.cpus.effective).
void check_processors(const CgroupFolder& folder, const std::string& wanted) {
    std::string found = folder.read("cpuset.cpus.effective");
    if (!found.empty() && found == folder.read("cpuset.cpus")) return;
    while (!found.empty() && found.back() == '\n') found.pop_back();
    throw SetupFailure(policy::slug::cgroup_failed,
                       "the jail would run on the processors " + found + ", not on " + wanted,
                       "name some of the first in `cpu-set`");
}

}  // namespace

// `oom_kill` counts the victims of every shortage: of this cgroup, of one around it, of the machine. Only the
// first is also an `oom` of this cgroup (cgroup-v2.rst of the kernel's Documentation/admin-guide). Version 1 has no
// such count, and memory.failcnt is 0 on some kernels (seen on Linux 6.18); but a cgroup that never came near its
// limit was not the one that was short.
MemoryKills memory_kills(int version, const ReadFile& read) {
    const bool second = version == second_version;
    const std::string events = read(second ? "memory.events" : "memory.oom_control");
    const bool is_own =
        second ? count_of(events, "oom") != 0 : came_to_limit(read, "memory.") || came_to_limit(read, "memory.memsw.");
    const std::uint64_t kills = count_of(events, "oom_kill");
    return is_own ? MemoryKills{kills, 0} : MemoryKills{0, kills};
}

// ---- the own cgroup as a parent

// Only the root of all cgroups has no type, and there processes may stay beside children.
OwnCgroup::OwnCgroup(std::string folder, const std::vector<std::string>& controllers) : folder_(std::move(folder)) {
    try {
        if (::access((folder_ + "/cgroup.type").c_str(), F_OK) == 0) {
            aside_.emplace(folder_);
            aside_->enter(::getpid());
        }
        for (const std::string& controller : controllers) {
            write_cgroup_file(folder_ + "/cgroup.subtree_control", "+" + controller);
            handed_down_.push_back(controller);
        }
    } catch (...) {
        restore();
        throw;
    }
}

OwnCgroup::~OwnCgroup() {
    restore();
}

// What cannot be put back goes with systemd's scope, or is a left-over that the next start removes.
void OwnCgroup::restore() {
    if (!aside_) return;
    for (const std::string& controller : handed_down_)
        (void)try_cgroup_file(folder_ + "/cgroup.subtree_control", "-" + controller);
    if (try_cgroup_file(folder_ + "/cgroup.procs", std::to_string(::getpid())) != 0) aside_->leave_behind();
}

// ---- the jail's

Cgroups::Cgroups(const CgroupLimits& limits, const std::map<std::string, CgroupParent>& parents) {
    groups_.reserve(controller_count);  // groups are pointed to
    for (const std::string& controller : needed_controllers(limits)) {
        const Group& group = group_below(usable(parent_of(controller, parents), parents));
        limit(controller, group, limits);
        if (controller == "memory") memory_ = &group;
        if (controller == "pids") tasks_ = &group;
    }
}

// The parent as it is when ward has stepped aside, if it must.
CgroupParent Cgroups::usable(const CgroupParent& parent, const std::map<std::string, CgroupParent>& parents) {
    if (parent.way == CgroupParent::Way::below) return parent;
    if (!own_) {
        std::vector<std::string> controllers;
        for (const auto& [controller, each] : parents)
            if (each.version == second_version) controllers.push_back(controller);
        const bool asks = parent.way == CgroupParent::Way::scope;
        own_.emplace(asks ? parent.folder + enter_scope() : parent.folder, controllers);
    }
    return {own_->folder(), parent.version};
}

// Version 2 has one folder for all controllers.
const Cgroups::Group& Cgroups::group_below(const CgroupParent& parent) {
    for (const Group& group : groups_)
        if (group.parent.folder == parent.folder) return group;
    return groups_.emplace_back(Group{parent, CgroupFolder(parent.folder)});
}

void Cgroups::limit(const std::string& controller, const Group& group, const CgroupLimits& limits) {
    const int version = group.parent.version;
    const std::string nodes = controller == "cpuset" ? read_record(group.parent.folder + "/cpuset.mems") : "";
    for (const auto& [file, value] : cgroup_settings(controller, limits, version, nodes)) {
        group.folder.write(file, value);
        limits_.push_back({group.folder.path() + "/" + file, value});
    }
    if (controller == "cpuset" && version == second_version) check_processors(group.folder, limits.processors);
}

int Cgroups::descriptor() const {
    for (const Group& group : groups_)
        if (group.parent.version == second_version) return group.folder.descriptor();
    return -1;
}

Descriptor Cgroups::tasks_below(const std::string& parent) const {
    const auto group =
        std::find_if(groups_.begin(), groups_.end(), [&](const Group& each) { return each.parent.folder == parent; });
    return group == groups_.end() ? Descriptor() : group->folder.open_tasks();
}

std::vector<std::string> Cgroups::folders() const {
    std::vector<std::string> all;
    for (const Group& group : groups_) all.push_back(group.folder.path());
    return all;
}

CgroupUsage Cgroups::usage() const {
    CgroupUsage usage;
    if (memory_ != nullptr) {
        const bool second = memory_->parent.version == second_version;
        const std::string peak = second ? "memory.peak" : "memory.max_usage_in_bytes";  // memory.peak: 5.19
        usage.peak_memory = number_at(memory_->folder.read(peak));
        const auto read = [this](const std::string& file) { return memory_->folder.read(file); };
        const MemoryKills kills = memory_kills(memory_->parent.version, read);
        usage.out_of_memory_kills = kills.own;
        usage.outside_memory_kills = kills.outside;
    }
    if (tasks_ != nullptr) {
        usage.refused_forks = count_of(tasks_->folder.read("pids.events"), "max");
        usage.peak_tasks = number_at(tasks_->folder.read("pids.peak"));
    }
    for (const Group& group : groups_) {
        if (group.parent.version != second_version) continue;
        for (const char* resource : {"memory", "cpu", "io"})
            if (const auto pressure = parse_pressure(group.folder.read(std::string(resource) + ".pressure")))
                usage.pressure.emplace(resource, *pressure);
    }
    return usage;
}

}  // namespace ward::sandbox
