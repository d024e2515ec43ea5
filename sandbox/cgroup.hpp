// The cgroups of one jail: limits, membership, and what they counted. cgroups(7), version 1 and 2.
//
// Changes nothing above the parents that it is given.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/cgroup_folder.hpp"
#include "sandbox/plan.hpp"
#include "sandbox/pressure.hpp"

namespace ward::sandbox {

struct CgroupUsage {
    std::optional<std::uint64_t> peak_memory;  // bytes; absent without a memory cgroup
    std::uint64_t out_of_memory_kills = 0;     // since the jail's own limit was reached
    std::uint64_t outside_memory_kills = 0;    // since memory was short outside of the jail
    std::uint64_t refused_forks = 0;
    std::optional<std::uint64_t> peak_tasks;   // absent without a pids cgroup, and before Linux 6.1
    std::map<std::string, Pressure> pressure;  // "memory", "cpu", "io"; empty without a cgroup of version 2
};

// This process's own cgroup of version 2, made into a parent: the process is in a child of it, and it hands
// controllers to its children. As it was when this ends, as far as the kernel lets it.
class OwnCgroup {
public:
    // Throws SetupFailure.
    OwnCgroup(std::string folder, const std::vector<std::string>& controllers);
    OwnCgroup(const OwnCgroup&) = delete;
    OwnCgroup& operator=(const OwnCgroup&) = delete;
    ~OwnCgroup();

    [[nodiscard]] const std::string& folder() const { return folder_; }

private:
    void restore();

    std::string folder_;
    std::optional<CgroupFolder> aside_;
    std::vector<std::string> handed_down_;
};

// Processes of a cgroup that the kernel ended for want of memory, by whose want it was.
struct MemoryKills {
    std::uint64_t own = 0, outside = 0;
};
// The text of a file of the cgroup; empty if there is none of that name.
using ReadFile = std::function<std::string(const std::string&)>;
[[nodiscard]] MemoryKills memory_kills(int version, const ReadFile& read);

class Cgroups {
public:
    // Makes the folders that the limits need and writes the limits. Throws SetupFailure; then nothing
    // is left behind. Groups of launchers that died without a clean-up are removed on the way.
    Cgroups(const CgroupLimits& limits, const std::map<std::string, CgroupParent>& parents);
    Cgroups(const Cgroups&) = delete;
    Cgroups& operator=(const Cgroups&) = delete;
    // Removes the folders. All their processes must be dead.
    ~Cgroups() = default;

    // For CLONE_INTO_CGROUP: the folder of version 2; -1 if there is none.
    [[nodiscard]] int descriptor() const;
    // `tasks` of the one below that folder, which is of version 1. Throws SetupFailure.
    [[nodiscard]] Descriptor tasks_below(const std::string& parent) const;
    [[nodiscard]] CgroupUsage usage() const;

    struct Value {
        std::string file, text;
    };
    // What was written to limit it, and the folders.
    [[nodiscard]] const std::vector<Value>& limits() const { return limits_; }
    [[nodiscard]] std::vector<std::string> folders() const;

private:
    struct Group {
        CgroupParent parent;
        CgroupFolder folder;
    };

    [[nodiscard]] CgroupParent usable(const CgroupParent& parent, const std::map<std::string, CgroupParent>& parents);
    [[nodiscard]] const Group& group_below(const CgroupParent& parent);
    void limit(const std::string& controller, const Group& group, const CgroupLimits& limits);

    std::optional<OwnCgroup> own_;  // outlives the groups below it
    std::vector<Group> groups_;
    std::vector<Value> limits_;
    const Group* memory_ = nullptr;
    const Group* tasks_ = nullptr;
};

}  // namespace ward::sandbox
