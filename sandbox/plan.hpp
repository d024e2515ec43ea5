// What will be done to build one jail on this host for one command line: a flat list of steps.
//
// All decisions are made when a Plan exists. It owns every text that its steps point to, and must
// outlive them. Three processes run it: the supervisor, init, the program.
#pragma once

#include <linux/filter.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <forward_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/jail.hpp"
#include "policy/diagnostic.hpp"
#include "policy/source.hpp"
#include "sandbox/degradable.hpp"
#include "sandbox/host.hpp"
#include "sandbox/step.hpp"

namespace ward::sandbox {

// Why a step is there: where in the policy, and what it means to the reader of an error.
struct Reason {
    std::optional<policy::Span> origin;  // absent: every jail has this step
    std::string purpose;                 // "`read /usr/share/poppler`"
};

// One id map line: `count` ids from `inside` on are the host's from `outside` on.
struct IdRange {
    std::uint32_t inside = 0;
    std::uint32_t outside = 0;
    std::uint32_t count = 1;
};

// Limits that a cgroup enforces. Absent values are not limited.
struct CgroupLimits {
    std::optional<std::uint64_t> memory;  // bytes
    std::optional<std::uint64_t> swap;    // bytes on top of memory
    std::optional<std::uint64_t> tasks;   // of the program; init comes on top
    std::optional<std::uint64_t> cpu;     // thousandths of one processor
    std::string processors;               // "0-1,3": those that may be used; empty: all
    std::optional<std::uint64_t> io;      // bytes a second of each of `disks`, read and written apart
    std::vector<std::string> disks;       // "254:0"

    [[nodiscard]] bool limits_disks() const { return io && !disks.empty(); }
    [[nodiscard]] bool any() const { return memory || swap || tasks || cpu || !processors.empty() || limits_disks(); }
};

// A limit in the weaker form that its `?` permits.
struct Weaker {
    std::string words;
    std::optional<policy::Span> asked_by;
};

// An argument that names a file which is not there, in a folder where the program cannot leave one.
struct LostOutput {
    std::string path;         // as it was written
    std::string folder;       // of the host, that it would be in
    bool is_private = false;  // the jail has a folder of its own there, which goes with it
};

struct Plan {
    // In the order of execution.
    std::vector<Step> prepare;  // supervisor, before init exists (root only: clones the sources)
    std::vector<Step> mapped;   // supervisor, when the user namespace has its id maps (root only)
    std::vector<Step> init;     // process 1 of the jail
    std::vector<Step> program;  // the process that becomes the program; ends with `execute`, until that runs

    std::uint64_t namespaces = 0;      // CLONE_NEW* of the clone that makes init; the others are its first step
    bool supervisor_maps_ids = false;  // root: the supervisor writes uid_maps and gid_maps
    bool helpers_map_ids = false;      // an ordinary user with subordinate ids: newuidmap(1) writes them
    std::vector<IdRange> uid_map, gid_map;
    // Root: the map of granted trees (file's id -> jail's id as the kernel sees it), if it is not uid_map.
    std::vector<IdRange> tree_uid_map, tree_gid_map;
    Slot map_namespace = no_slot;  // filled by the supervisor before `mapped` runs

    std::vector<std::string> arguments;    // argv of the program, argv[0] included
    std::vector<std::string> environment;  // NAME=value, sorted
    std::vector<sock_filter> filter;       // empty until add_filter(), which goes on while init builds the jail
    bool supervised_kill = false;          // the filter notifies; the supervisor holds the listener
    bool verify = false;                   // the exec waits until the supervisor has compared the jail with this

    CgroupLimits cgroup;
    // Where the cgroups are made: "memory" for memory and swap, "pids" for tasks, "cpu", "cpuset" for
    // processors, "io"; all that the limits need, as Host::cgroups has them.
    std::map<std::string, CgroupParent> cgroup_parents;
    // Where this host would have the others: what killed launchers have left there is removed as well.
    std::set<std::string> other_cgroup_folders;
    // By the parent's folder, for those of version 1, which init enters by itself: a process that moves another one
    // waits for all processors (cgroup_threadgroup_rwsem), milliseconds; one that moves itself alone does not
    // (Linux 5.5).
    std::map<std::string, Slot> cgroup_slots;  // filled by the supervisor with their `tasks`
    std::optional<std::uint64_t> time_limit;   // milliseconds of wall clock
    compiler::Terminal terminal = compiler::Terminal::none;
    std::array<Stream, 3> streams{};    // the caller's standard streams
    std::uint64_t ignored_signals = 0;  // by the caller; bit 0: signal 1
    mode_t umask = 0;                   // of the caller, and of the program
    std::vector<std::string> enforced;  // features, for the report: "user-namespace", "seccomp", "memory: cgroup"
    std::vector<std::string> notes;     // weaker forms that `?` permitted, for stderr and the report
    std::vector<Weaker> weaker;         // likewise, of limits
    std::vector<LostOutput> lost;       // for stderr
    std::vector<Degraded> degraded;     // what `--allow-degraded` gave up, for the same

    std::vector<Reason> reasons;           // [0]: no reason in the policy
    std::forward_list<std::string> texts;  // what steps point to

    // Whether init begins its life in a cgroup: of version 2. Those of version 1 it enters.
    [[nodiscard]] bool begins_in_cgroup() const {
        return std::any_of(cgroup_parents.begin(), cgroup_parents.end(),
                           [](const auto& parent) { return parent.second.version == 2; });
    }

    // Keeps a text for as long as the steps.
    const char* keep(std::string text) { return texts.emplace_front(std::move(text)).c_str(); }
};

// Order rules that hold for every plan, whatever the policy: ids, mounts, pivot, limits,
// capabilities, no new privileges, filter, execute; and execute is last, once. Empty if they hold,
// else the first broken rule in words.
[[nodiscard]] std::string broken_rule(const Plan& plan);
// Reports one. A plan that breaks a rule is a mistake of the planner's; `policy` is what it was made of.
void check_rules(const Plan& plan, policy::Span policy, policy::Diagnostics& diagnostics);

// One line per step with the place in the policy that asked for it (`--dry-run`).
[[nodiscard]] std::string describe(const Plan& plan, const policy::Sources& sources);
[[nodiscard]] std::string describe(const Step& step, const Plan& plan);

}  // namespace ward::sandbox
