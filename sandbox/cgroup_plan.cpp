#include "sandbox/cgroup_plan.hpp"

#include <linux/sched.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sandbox/limits_plan.hpp"

namespace ward::sandbox {
namespace {

std::vector<std::string> controllers_of(const CgroupLimits& limits) {
    std::vector<std::string> all;
    if (limits.memory || limits.swap) all.emplace_back("memory");
    if (limits.tasks) all.emplace_back("pids");
    if (limits.cpu) all.emplace_back("cpu");
    if (!limits.processors.empty()) all.emplace_back("cpuset");
    if (limits.limits_disks()) all.emplace_back("io");
    return all;
}

void insert_after_ids(std::vector<Step>& init, const Step& step) {
    const auto mounts = std::find_if(init.begin(), init.end(),
                                     [](const Step& each) { return each.operation == Operation::private_propagation; });
    init.insert(mounts, step);
}

void enter_those_of_version_1(PlanWriter& writer) {
    Plan& plan = writer.plan;
    for (const auto& [controller, parent] : plan.cgroup_parents) {
        if (parent.version != 1 || plan.cgroup_slots.contains(parent.folder)) continue;
        const Slot slot = writer.new_slot();
        plan.cgroup_slots.emplace(parent.folder, slot);
        insert_after_ids(plan.init, {.operation = Operation::enter_cgroup, .slot = slot});
    }
}

}  // namespace

// The cgroup namespace begins where init is by then. A policy that may take a cgroup has it apart in any case, so that
// an early init (early_init.hpp) need not know what this host has.
void plan_cgroups(const compiler::Jail& jail, const Host& host, PlanWriter& writer) {
    Plan& plan = writer.plan;
    for (const std::string& controller : controllers_of(plan.cgroup))
        plan.cgroup_parents.emplace(controller, host.cgroups.at(controller));
    for (const auto& [controller, parent] : host.cgroups)
        if (plan.cgroup.any() && parent.way == CgroupParent::Way::below && !plan.cgroup_parents.contains(controller))
            plan.other_cgroup_folders.insert(parent.folder);
    const bool is_apart = plan.cgroup.any() || may_take_cgroup(jail);
    const bool has_own = jail.process.share_cgroup.empty();
    if (has_own && !is_apart) plan.init.front().number[0] |= CLONE_NEWCGROUP;
    enter_those_of_version_1(writer);
    if (has_own && is_apart)
        insert_after_ids(plan.init, {.operation = Operation::unshare, .number = {CLONE_NEWCGROUP}});
}

}  // namespace ward::sandbox
