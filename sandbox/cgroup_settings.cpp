#include "sandbox/cgroup_settings.hpp"

#include <array>
#include <initializer_list>

namespace ward::sandbox {
namespace {

using Settings = std::vector<CgroupSetting>;

constexpr std::uint64_t cpu_period = 100'000;  // microseconds, the kernel's default
constexpr int second_version = 2;

// Version 1 counts memory and swap together, and wants the sum to be no less than the first.
Settings memory_in_v1(const CgroupLimits& limits) {
    Settings settings;
    if (!limits.memory) return settings;
    settings.push_back({"memory.limit_in_bytes", std::to_string(*limits.memory)});
    if (limits.swap) settings.push_back({"memory.memsw.limit_in_bytes", std::to_string(*limits.memory + *limits.swap)});
    return settings;
}

// With memory.oom.group (Linux 4.19) the jail ends as a whole: a program that has lost a part of itself is
// one that nobody has planned for.
Settings memory_settings(const CgroupLimits& limits, int version) {
    if (version != second_version) return memory_in_v1(limits);
    Settings settings;
    if (limits.memory) settings.push_back({"memory.max", std::to_string(*limits.memory)});
    if (limits.swap) settings.push_back({"memory.swap.max", std::to_string(*limits.swap)});
    if (limits.memory) settings.push_back({"memory.oom.group", "1"});
    return settings;
}

Settings task_settings(const CgroupLimits& limits) {
    if (!limits.tasks) return {};
    return {{"pids.max", std::to_string(*limits.tasks + 1)}};  // init is one more
}

Settings cpu_settings(const CgroupLimits& limits, int version) {
    if (!limits.cpu) return {};
    const std::string quota = std::to_string(*limits.cpu * cpu_period / 1000);
    const std::string period = std::to_string(cpu_period);
    if (version == second_version) return {{"cpu.max", quota + " " + period}};
    return {{"cpu.cfs_period_us", period}, {"cpu.cfs_quota_us", quota}};
}

// Version 1 takes no process before it has memory nodes as well (cpuset(7)).
Settings processor_settings(const CgroupLimits& limits, int version, const std::string& memory_nodes) {
    if (limits.processors.empty()) return {};
    if (version == second_version) return {{"cpuset.cpus", limits.processors}};
    return {{"cpuset.mems", memory_nodes}, {"cpuset.cpus", limits.processors}};
}

Settings disk_settings(const CgroupLimits& limits, int version) {
    Settings settings;
    if (!limits.limits_disks()) return settings;
    const std::string bytes = std::to_string(*limits.io);
    const auto line = [&bytes](std::string disk, std::initializer_list<const char*> before) {
        for (const char* each : before) disk.append(each).append(bytes);
        return disk;
    };
    for (const std::string& disk : limits.disks) {
        if (version == second_version) {
            settings.push_back({"io.max", line(disk, {" rbps=", " wbps="})});
        } else {
            settings.push_back({"blkio.throttle.read_bps_device", line(disk, {" "})});
            settings.push_back({"blkio.throttle.write_bps_device", line(disk, {" "})});
        }
    }
    return settings;
}

}  // namespace

std::vector<CgroupSetting> cgroup_settings(std::string_view controller, const CgroupLimits& limits, int version,
                                           const std::string& memory_nodes) {
    if (controller == "memory") return memory_settings(limits, version);
    if (controller == "pids") return task_settings(limits);
    if (controller == "cpu") return cpu_settings(limits, version);
    if (controller == "cpuset") return processor_settings(limits, version, memory_nodes);
    return disk_settings(limits, version);
}

}  // namespace ward::sandbox
