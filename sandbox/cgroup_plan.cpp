#include "sandbox/cgroup_plan.hpp"

#include <linux/sched.h>

#include <set>
#include <string>
#include <vector>

#include "sandbox/limits_plan.hpp"

namespace ward::sandbox {
namespace {

struct Need {
    std::string controller, purpose;
    const compiler::Origins& origins;
};

std::vector<Need> needs_of(const CgroupLimits& limits, const compiler::Jail& jail) {
    using enum compiler::LimitName;
    static const compiler::Origins none;
    const auto origins = [&](compiler::LimitName name) -> const compiler::Origins& {
        return jail.limit(name) ? jail.limit(name)->origins : none;
    };
    std::vector<Need> all;
    if (limits.memory || limits.swap) all.push_back({"memory", "`memory`", origins(memory)});
    if (limits.tasks) all.push_back({"pids", "`tasks`", origins(tasks)});
    if (limits.cpu) all.push_back({"cpu", "`cpu`", origins(cpu)});
    if (!limits.processors.empty()) all.push_back({"cpuset", "`cpu-set`", jail.cpu_set ? jail.cpu_set->origins : none});
    if (limits.limits_disks()) all.push_back({"io", "`io`", origins(io)});
    return all;
}

// Hierarchies that this jail needs nothing of.
void add_other_folders(Plan& plan, const Host& host) {
    std::set<std::string> used;
    for (const auto& [controller, parent] : plan.cgroup_parents) used.insert(parent.folder);
    for (const auto& [controller, parent] : host.cgroups)
        if (parent.way == CgroupParent::Way::below && !used.contains(parent.folder))
            plan.other_cgroup_folders.insert(parent.folder);
}

}  // namespace

// The cgroup namespace begins where init is by then.
void plan_cgroups(const compiler::Jail& jail, const Host& host, PlanWriter& writer) {
    Plan& plan = writer.plan;
    for (const Need& need : needs_of(plan.cgroup, jail)) {
        const CgroupParent& parent = host.cgroups.at(need.controller);
        plan.cgroup_parents.emplace(need.controller, parent);
        if (parent.version != 1 || plan.cgroup_slots.contains(parent.folder)) continue;
        plan.cgroup_slots.emplace(parent.folder, writer.new_slot());
        writer.because(need.origins, need.purpose);
        writer.add(plan.init, Operation::enter_cgroup, {.slot = plan.cgroup_slots.at(parent.folder)});
    }
    if (plan.cgroup.any()) add_other_folders(plan, host);
    writer.because_always();
    if (limits_anything(jail) && jail.process.share_cgroup.empty())
        writer.add(plan.init, Operation::unshare, CLONE_NEWCGROUP);
}

}  // namespace ward::sandbox
