// The cgroups of one jail: limits, membership, and what they counted. cgroups(7), version 1 and 2.
//
// Makes and removes only folders named ward-PID-N, below the parents that it is given.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/plan.hpp"

namespace ward::sandbox {

struct CgroupUsage {
    std::optional<std::uint64_t> peak_memory;  // bytes; absent without a memory cgroup
    std::uint64_t out_of_memory_kills = 0;
    std::uint64_t refused_forks = 0;
};

class Cgroups {
public:
    // Makes the folders that the limits need and writes the limits. Throws SetupFailure; then nothing
    // is left behind. Groups of launchers that died without a clean-up are removed on the way.
    Cgroups(const CgroupLimits& limits, const std::map<std::string, CgroupParent>& parents);
    Cgroups(const Cgroups&) = delete;
    Cgroups& operator=(const Cgroups&) = delete;
    // Removes the folders. All their processes must be dead.
    ~Cgroups();

    // Throws SetupFailure.
    void enter(pid_t process) const;
    [[nodiscard]] CgroupUsage usage() const;

private:
    struct Group {
        CgroupParent parent;
        std::string folder;
    };

    void make(const CgroupLimits& limits, const std::map<std::string, CgroupParent>& parents);
    const Group& group_below(const CgroupParent& parent);
    void remove();

    std::vector<Group> groups_;
    const Group* memory_ = nullptr;
    const Group* tasks_ = nullptr;
};

}  // namespace ward::sandbox
