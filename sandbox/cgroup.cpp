#include "sandbox/cgroup.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <initializer_list>
#include <memory>
#include <string_view>

#include "sandbox/descriptor.hpp"
#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {
namespace {

constexpr std::uint64_t cpu_period = 100'000;  // microseconds, the kernel's default
constexpr std::string_view name_start = "ward-";

[[noreturn]] void give_up(const std::string& what, int error) {
    throw SetupFailure(policy::slug::cgroup_failed, "cannot " + what + ": " + error_words(error),
                       error == EACCES || error == EPERM || error == EROFS
                           ? "run ward as root, or where a cgroup is delegated to this user"
                           : "remove the limit, or add `?` behind its name to accept a weaker form");
}

void write_value(const std::string& file, const std::string& value) {
    const Descriptor opened(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (!opened) give_up("open " + file, errno);
    const ssize_t written = ::write(opened.number(), value.data(), value.size());
    if (written < 0) give_up("write `" + value + "` to " + file, errno);
    if (static_cast<std::size_t>(written) != value.size()) give_up("write `" + value + "` to " + file, EIO);
}

// Empty if it cannot be read.
std::string read_small(const std::string& file) {
    const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    char text[4096];
    const ssize_t size = opened ? ::read(opened.number(), text, sizeof text) : -1;
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

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

// ---- limits, for both versions

struct Setting {
    std::string file, value;
};

std::vector<Setting> memory_settings(const CgroupLimits& limits, const CgroupParent& parent) {
    std::vector<Setting> settings;
    const std::string memory = limits.memory ? std::to_string(*limits.memory) : "";
    if (parent.version == 2) {
        if (limits.memory) settings.push_back({"memory.max", memory});
        if (limits.swap) settings.push_back({"memory.swap.max", std::to_string(*limits.swap)});
        return settings;
    }
    if (limits.memory) settings.push_back({"memory.limit_in_bytes", memory});
    // Version 1 counts memory and swap together, and wants the sum to be no less than the first.
    if (limits.memory && limits.swap) {
        settings.push_back({"memory.memsw.limit_in_bytes", std::to_string(*limits.memory + *limits.swap)});
    }
    return settings;
}

std::vector<Setting> task_settings(const CgroupLimits& limits, const CgroupParent& /*parent*/) {
    return {{"pids.max", std::to_string(*limits.tasks + 1)}};  // init is one more
}

std::vector<Setting> cpu_settings(const CgroupLimits& limits, const CgroupParent& parent) {
    const std::string quota = std::to_string(*limits.cpu * cpu_period / 1000);
    const std::string period = std::to_string(cpu_period);
    if (parent.version == 2) return {{"cpu.max", quota + " " + period}};
    return {{"cpu.cfs_period_us", period}, {"cpu.cfs_quota_us", quota}};
}

// Version 1 takes no process before it has memory nodes as well (cpuset(7)): all that there are.
std::vector<Setting> processor_settings(const CgroupLimits& limits, const CgroupParent& parent) {
    if (parent.version == 2) return {{"cpuset.cpus", limits.processors}};
    return {{"cpuset.mems", read_small(parent.folder + "/cpuset.mems")}, {"cpuset.cpus", limits.processors}};
}

std::vector<Setting> disk_settings(const CgroupLimits& limits, const CgroupParent& parent) {
    std::vector<Setting> settings;
    const std::string bytes = std::to_string(*limits.io);
    const auto line = [&bytes](std::string disk, std::initializer_list<const char*> before) {
        for (const char* each : before) disk.append(each).append(bytes);
        return disk;
    };
    for (const std::string& disk : limits.disks) {
        if (parent.version == 2) {
            settings.push_back({"io.max", line(disk, {" rbps=", " wbps="})});
        } else {
            settings.push_back({"blkio.throttle.read_bps_device", line(disk, {" "})});
            settings.push_back({"blkio.throttle.write_bps_device", line(disk, {" "})});
        }
    }
    return settings;
}

// ---- left-overs

std::optional<pid_t> owner_of(std::string_view name) {
    if (name.substr(0, name_start.size()) != name_start) return std::nullopt;
    const auto owner = number_at(name.substr(name_start.size()));
    if (!owner || *owner == 0) return std::nullopt;
    return static_cast<pid_t>(*owner);
}

// A folder with a process in it stays: rmdir(2) refuses it.
void remove_orphans(const std::string& parent) {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(parent.c_str()), ::closedir);
    if (!folder) return;
    while (const dirent* entry = ::readdir(folder.get())) {
        const auto owner = owner_of(entry->d_name);
        if (!owner || ::kill(*owner, 0) == 0 || errno != ESRCH) continue;
        ::rmdir((parent + "/" + entry->d_name).c_str());
    }
}

void sleep_milliseconds(long milliseconds) {
    const timespec pause{0, milliseconds * 1'000'000};
    ::nanosleep(&pause, nullptr);
}

}  // namespace

Cgroups::Cgroups(const CgroupLimits& limits, const std::map<std::string, CgroupParent>& parents) {
    groups_.reserve(controller_count);  // groups are pointed to
    try {
        make(limits, parents);
    } catch (...) {
        remove();
        throw;
    }
}

Cgroups::~Cgroups() {
    remove();
}

void Cgroups::make(const CgroupLimits& limits, const std::map<std::string, CgroupParent>& parents) {
    const auto limit = [&](const char* controller, auto settings_for) -> const Group* {
        const auto parent = parents.find(controller);
        if (parent == parents.end()) {
            throw SetupFailure(policy::slug::cgroup_failed,
                               std::string("no cgroup for the controller `") + controller + "`",
                               "run ward as root, or where a cgroup is delegated to this user");
        }
        const Group& group = group_below(parent->second);
        for (const Setting& setting : settings_for(limits, group.parent)) {
            write_value(group.folder + "/" + setting.file, setting.value);
        }
        return &group;
    };
    if (limits.memory || limits.swap) memory_ = limit("memory", memory_settings);
    if (limits.tasks) tasks_ = limit("pids", task_settings);
    if (limits.cpu) limit("cpu", cpu_settings);
    if (!limits.processors.empty()) limit("cpuset", processor_settings);
    if (limits.limits_disks()) limit("io", disk_settings);
}

// Version 2 has one folder for all controllers.
const Cgroups::Group& Cgroups::group_below(const CgroupParent& parent) {
    for (const Group& group : groups_) {
        if (group.parent.folder == parent.folder) return group;
    }
    remove_orphans(parent.folder);
    for (unsigned n = 0;; ++n) {
        const std::string name = std::string(name_start) + std::to_string(::getpid()) + "-" + std::to_string(n);
        const std::string folder = parent.folder + "/" + name;
        if (::mkdir(folder.c_str(), 0755) == 0) return groups_.emplace_back(Group{parent, folder});
        if (errno != EEXIST) give_up("make the cgroup " + folder, errno);
    }
}

void Cgroups::enter(pid_t process) const {
    for (const Group& group : groups_) write_value(group.folder + "/cgroup.procs", std::to_string(process));
}

CgroupUsage Cgroups::usage() const {
    CgroupUsage usage;
    if (memory_ != nullptr) {
        const bool second = memory_->parent.version == 2;
        const std::string peak = second ? "memory.peak" : "memory.max_usage_in_bytes";  // memory.peak: 5.19
        const std::string events = second ? "memory.events" : "memory.oom_control";
        usage.peak_memory = number_at(read_small(memory_->folder + "/" + peak));
        usage.out_of_memory_kills = count_of(read_small(memory_->folder + "/" + events), "oom_kill");
    }
    if (tasks_ != nullptr) usage.refused_forks = count_of(read_small(tasks_->folder + "/pids.events"), "max");
    return usage;
}

// The last process may count as a member for a moment after it was waited for.
void Cgroups::remove() {
    constexpr int attempts = 500;
    for (const Group& group : groups_) {
        for (int attempt = 0; attempt < attempts; ++attempt) {
            if (::rmdir(group.folder.c_str()) == 0 || errno != EBUSY) break;
            sleep_milliseconds(2);
        }
    }
    groups_.clear();
}

}  // namespace ward::sandbox
