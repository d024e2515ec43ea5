// A plan that builds less than a jail, or in another order, is refused.
#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <utility>

#include "policy/render.hpp"
#include "sandbox/plan.hpp"

namespace ward::sandbox {
namespace {

Step step(Operation operation, Slot slot = no_slot, Slot into = no_slot) {
    Step made;
    made.operation = operation;
    made.slot = slot;
    made.into = into;
    return made;
}

Plan whole_plan() {
    using enum Operation;
    Plan plan;
    plan.arguments = {"prog"};
    plan.namespaces = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS;
    plan.supervisor_maps_ids = true;
    plan.map_namespace = 1;
    plan.prepare = {step(clone_tree, no_slot, 0)};
    plan.mapped = {step(map_tree_ids, 0, 1)};
    plan.init = {step(await_supervisor), step(set_groups),          step(set_group),
                 step(set_user),         step(private_propagation), step(new_filesystem, no_slot, 2),
                 step(attach_root),      step(make_folder),         step(mount_tree, 0),
                 step(pivot_root),       step(seal_root),           step(set_hostname),
                 step(change_folder),    step(set_securebits),      step(set_group),
                 step(set_user),         step(set_capabilities),    step(parent_death_signal),
                 step(check_parent),     step(set_dumpable),        step(no_new_privileges)};
    plan.program = {step(set_rlimit), step(close_descriptors), step(restore_signals), step(load_filter), step(execute)};
    return plan;
}

constexpr std::ptrdiff_t first_ids = 4;  // steps up to the first user

// Capabilities that are kept are the program's.
Plan plan_with_capabilities() {
    using enum Operation;
    Plan plan = whole_plan();
    std::erase_if(plan.init, [](const Step& each) { return each.operation == set_capabilities; });
    const Step kept[] = {step(drop_bounding), step(set_capabilities), step(raise_ambient)};
    plan.program.insert(plan.program.begin() + 1, std::begin(kept), std::end(kept));
    return plan;
}

void remove(std::vector<Step>& steps, Operation operation) {
    steps.erase(
        std::remove_if(steps.begin(), steps.end(), [&](const Step& each) { return each.operation == operation; }),
        steps.end());
}

void move_to_front(std::vector<Step>& steps, Operation operation) {
    const auto found =
        std::find_if(steps.begin(), steps.end(), [&](const Step& each) { return each.operation == operation; });
    std::rotate(steps.begin(), found, found + 1);
}

TEST(BrokenRule, AWholePlanBreaksNone) {
    EXPECT_EQ(broken_rule(whole_plan()), "");
    EXPECT_EQ(broken_rule(plan_with_capabilities()), "");
}

TEST(BrokenRule, EveryLockIsNeeded) {
    using enum Operation;
    for (const Operation lock : {drop_bounding, set_capabilities, close_descriptors, load_filter, execute}) {
        Plan plan = plan_with_capabilities();
        remove(plan.program, lock);
        EXPECT_NE(broken_rule(plan), "") << static_cast<int>(lock);
    }
    for (const Operation lock :
         {await_supervisor, private_propagation, attach_root, pivot_root, seal_root, set_securebits, set_capabilities,
          parent_death_signal, check_parent, set_dumpable, no_new_privileges}) {
        Plan plan = whole_plan();
        remove(plan.init, lock);
        EXPECT_NE(broken_rule(plan), "") << static_cast<int>(lock);
    }
}

TEST(BrokenRule, IdsAreGivenUpAndNamespacesAreTheJailsOwn) {
    const std::vector<std::pair<Operation, std::string>> steps = {
        {Operation::set_groups, "`supplementary groups` must be in the init list once"},
        {Operation::set_group, "`group` must be in the init list twice"},
        {Operation::set_user, "`user` must be in the init list twice"}};
    for (const auto& [operation, message] : steps) {
        Plan plan = whole_plan();
        plan.init.erase(std::ranges::find(plan.init, operation, &Step::operation));
        EXPECT_EQ(broken_rule(plan), message);
    }
    for (const auto& [flag, message] : {std::pair{CLONE_NEWUSER, "a user namespace is missing"},
                                        std::pair{CLONE_NEWPID, "a PID namespace is missing"},
                                        std::pair{CLONE_NEWNS, "a mount namespace is missing"}}) {
        Plan plan = whole_plan();
        plan.namespaces &= ~static_cast<std::uint64_t>(flag);
        EXPECT_EQ(broken_rule(plan), message);
        plan.init.insert(plan.init.begin(), step(Operation::unshare))->number[0] = static_cast<std::uint64_t>(flag);
        EXPECT_EQ(broken_rule(plan), "");
    }
}

TEST(CheckRules, ABrokenPlanIsAnError) {
    policy::Sources sources;
    const policy::Span policy{sources.add("p.ward", "policy p\n"), 7, 8};
    policy::Diagnostics diagnostics;
    check_rules(whole_plan(), policy, diagnostics);
    EXPECT_EQ(diagnostics.errors(), 0U);
    Plan plan = whole_plan();
    plan.program.pop_back();
    check_rules(plan, policy, diagnostics);
    ASSERT_EQ(diagnostics.all().size(), 1U);
    EXPECT_EQ(
        policy::render(diagnostics.all().front(), sources),
        "error[plan-broken]: the jail of this policy breaks a rule of every jail: `execute` must be the last step\n"
        "  --> p.ward:1:8\n"
        "  1 | policy p\n"
        "    |        ^\n"
        "  help: this is a mistake of ward, not of the policy: please report it with the policy\n");
}

TEST(BrokenRule, InitEntersEveryCgroupOfVersion1) {
    Plan plan = whole_plan();
    plan.cgroup_parents = {{"memory", {"/m", 1}}, {"io", {"/unified", 2}}, {"pids", {"/p", 1}}};
    plan.cgroup_slots = {{"/m", Slot{5}}, {"/p", Slot{6}}};
    const auto behind_ids = plan.init.begin() + first_ids;
    plan.init.insert(behind_ids, {step(Operation::enter_cgroup, 5), step(Operation::enter_cgroup, 6)});
    EXPECT_EQ(broken_rule(plan), "");
    plan.init.erase(plan.init.begin() + first_ids + 1);
    EXPECT_EQ(broken_rule(plan), "`enter a cgroup` is missing for the controller pids");
    plan.init.insert(plan.init.begin() + first_ids + 1, step(Operation::enter_cgroup, 5));
    EXPECT_EQ(broken_rule(plan), "`enter a cgroup` is missing for the controller pids");
}

TEST(BrokenRule, EveryStepOfTheProgramHasItsPlace) {
    const Plan whole = plan_with_capabilities();
    for (std::size_t i = 1; i < whole.program.size(); ++i) {
        if (whole.program[i].operation == Operation::restore_signals) continue;  // beside close_descriptors
        Plan plan = whole;
        std::swap(plan.program[i - 1], plan.program[i]);
        const bool same_stage = whole.program[i].operation == Operation::close_descriptors;
        EXPECT_NE(broken_rule(plan), "") << i << (same_stage ? " (after capabilities)" : "");
    }
}

// After the last change of ids, which would undo the one and open the other.
TEST(BrokenRule, InitIsBoundToItsParentAndClosedAfterItsIds) {
    for (const Operation operation : {Operation::parent_death_signal, Operation::set_dumpable}) {
        Plan plan = whole_plan();
        const auto last = std::find_if(plan.init.begin(), plan.init.end(),
                                       [&](const Step& each) { return each.operation == operation; });
        const auto user = std::find_if(plan.init.begin() + first_ids, plan.init.end(),
                                       [](const Step& each) { return each.operation == Operation::set_user; });
        std::rotate(user, last, last + 1);
        EXPECT_NE(broken_rule(plan), "") << static_cast<int>(operation);
    }
}

TEST(BrokenRule, TheProgramHasItsCallersUmask) {
    Plan plan = whole_plan();
    plan.umask = 027;
    EXPECT_EQ(broken_rule(plan), "");
    const auto behind_ids = plan.init.begin() + first_ids;
    plan.init.insert(behind_ids, step(Operation::set_umask));
    EXPECT_EQ(broken_rule(plan), "`umask` must end as it was");
    const auto folder = std::ranges::find(plan.init, Operation::change_folder, &Step::operation);
    plan.init.insert(folder, step(Operation::set_umask))->number[0] = 027;
    EXPECT_EQ(broken_rule(plan), "");
}

TEST(BrokenRule, InitKeepsNoCapabilities) {
    Plan plan = whole_plan();
    for (Step& each : plan.init)
        if (each.operation == Operation::set_capabilities) each.number[0] = 1;
    EXPECT_EQ(broken_rule(plan), "`capabilities` in the init list must be none");
}

TEST(BrokenRule, NothingIsMountedAfterThePivot) {
    for (const Operation operation : {Operation::mount_tree, Operation::make_folder, Operation::clone_below_root}) {
        Plan plan = whole_plan();
        plan.init.push_back(step(operation, 0));
        EXPECT_NE(broken_rule(plan), "");
    }
}

TEST(BrokenRule, SourcesAreOpenedBeforeTheNewRootHidesThem) {
    Plan plan = whole_plan();
    plan.init.insert(plan.init.begin() + first_ids + 3, step(Operation::clone_tree, no_slot, 3));
    EXPECT_EQ(broken_rule(plan), "`clone` comes too late in the init list");
}

TEST(BrokenRule, MountsComeAfterPropagationHasStopped) {
    Plan plan = whole_plan();
    move_to_front(plan.init, Operation::new_filesystem);
    EXPECT_NE(broken_rule(plan), "");
}

TEST(BrokenRule, StepsStayInTheirProcess) {
    Plan plan = whole_plan();
    plan.init.push_back(step(Operation::execute));
    EXPECT_EQ(broken_rule(plan), "`execute` is no step of the init list");
    plan = whole_plan();
    plan.program.insert(plan.program.begin(), step(Operation::mount_tree, 0));
    EXPECT_EQ(broken_rule(plan), "`mount` is no step of the program list");
}

TEST(BrokenRule, ExecuteIsLastAndOnce) {
    Plan plan = whole_plan();
    plan.program.push_back(step(Operation::execute));
    EXPECT_EQ(broken_rule(plan), "`execute` must be in the program list once");
    plan.program.back() = step(Operation::restore_signals);
    EXPECT_EQ(broken_rule(plan), "`execute` must be the last step");
}

TEST(BrokenRule, SlotsAreFilledBeforeTheyAreUsed) {
    Plan plan = whole_plan();
    std::ranges::find(plan.init, Operation::mount_tree, &Step::operation)->slot = 7;
    EXPECT_EQ(broken_rule(plan), "`mount` uses a slot that nothing filled");
    plan = whole_plan();
    plan.map_namespace = no_slot;
    EXPECT_EQ(broken_rule(plan), "`map the ids of` uses a slot that nothing filled");
    plan = whole_plan();
    plan.prepare[0].into = max_slots;
    EXPECT_NE(broken_rule(plan), "");
}

}  // namespace
}  // namespace ward::sandbox
