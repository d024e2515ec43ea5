// Order rules that hold for every plan, whatever the policy. The launcher runs no plan that breaks one.
#include <sched.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "sandbox/plan.hpp"

namespace ward::sandbox {
namespace {

// When an operation may come, in the list of one process: each stage follows those with lower numbers.
struct Stage {
    Operation operation;
    int first, last;
};

constexpr std::array<Stage, 2> supervisor_stages{{{Operation::clone_tree, 1, 1}, {Operation::clone_device, 1, 1}}};

constexpr std::array<Stage, 1> mapped_stages{{{Operation::map_tree_ids, 1, 1}}};

// ids, then mounts (sources, the new root, what is in it), then the pivot, then privileges are given up.
// Root changes its ids twice: to build as the jail's root, and to be the program's user.
constexpr std::array<Stage, 39> init_stages{{{Operation::await_supervisor, 1, 1},
                                             {Operation::write_file, 1, 1},
                                             {Operation::set_groups, 2, 2},
                                             {Operation::set_group, 2, 16},
                                             {Operation::set_user, 2, 16},
                                             {Operation::enter_cgroup, 3, 3},
                                             {Operation::unshare, 0, 3},
                                             {Operation::private_propagation, 4, 4},
                                             {Operation::clone_tree, 5, 5},
                                             {Operation::clone_device, 5, 5},
                                             {Operation::new_filesystem, 6, 8},
                                             {Operation::attach_root, 7, 7},
                                             {Operation::make_folder, 8, 8},
                                             {Operation::give_folder, 8, 8},
                                             {Operation::make_file, 8, 8},
                                             {Operation::make_link, 8, 8},
                                             {Operation::mount_tree, 8, 8},
                                             {Operation::mount_filesystem, 8, 8},
                                             {Operation::clone_below_root, 8, 8},
                                             {Operation::detach, 8, 8},
                                             {Operation::pivot_root, 9, 9},
                                             {Operation::seal_root, 10, 10},
                                             {Operation::set_hostname, 11, 11},
                                             {Operation::loopback_up, 0, 11},
                                             {Operation::new_session, 11, 11},
                                             {Operation::new_keyring, 11, 11},
                                             {Operation::take_terminal, 11, 11},
                                             {Operation::new_ruleset, 12, 12},
                                             {Operation::allow_path, 13, 13},
                                             {Operation::allow_stream, 13, 13},
                                             {Operation::allow_ports, 13, 13},
                                             {Operation::change_folder, 14, 14},
                                             {Operation::set_umask, 4, 14},
                                             {Operation::set_securebits, 15, 15},
                                             {Operation::set_capabilities, 17, 17},
                                             {Operation::parent_death_signal, 2, 18},
                                             {Operation::check_parent, 19, 19},
                                             {Operation::set_dumpable, 20, 20},
                                             {Operation::no_new_privileges, 20, 20}}};

constexpr std::array<Stage, 11> program_stages{{{Operation::set_priority, 2, 2},
                                                {Operation::set_processors, 2, 2},
                                                {Operation::set_rlimit, 2, 2},
                                                {Operation::drop_bounding, 7, 7},
                                                {Operation::set_capabilities, 8, 8},
                                                {Operation::raise_ambient, 9, 9},
                                                {Operation::close_descriptors, 10, 10},
                                                {Operation::restore_signals, 10, 10},
                                                {Operation::enter_ruleset, 12, 12},
                                                {Operation::load_filter, 13, 13},
                                                {Operation::execute, 14, 14}}};

// What every jail has, exactly once.
constexpr std::array<Operation, 8> needed_in_init{
    Operation::private_propagation, Operation::attach_root,  Operation::pivot_root,   Operation::seal_root,
    Operation::set_securebits,      Operation::check_parent, Operation::set_dumpable, Operation::no_new_privileges};
constexpr std::array<Operation, 3> needed_in_program{Operation::close_descriptors, Operation::load_filter,
                                                     Operation::execute};

std::string words(Operation operation) {
    switch (operation) {
#define WARD_OPERATION(id, text) \
    case Operation::id:          \
        return '`' + std::string(text) + '`';
#include "sandbox/operations.inc"
#undef WARD_OPERATION
    }
    return "an unknown step";
}

template <std::size_t Count>
std::string broken_order(const std::vector<Step>& steps, const std::array<Stage, Count>& stages,
                         const std::string& phase) {
    int reached = 0;
    for (const Step& step : steps) {
        const auto* stage = std::find_if(stages.begin(), stages.end(),
                                         [&](const Stage& each) { return each.operation == step.operation; });
        if (stage == stages.end()) return words(step.operation) + " is no step of the " + phase + " list";
        if (reached > stage->last) return words(step.operation) + " comes too late in the " + phase + " list";
        reached = std::max(reached, stage->first);
    }
    return {};
}

std::ptrdiff_t count(const std::vector<Step>& steps, Operation operation) {
    return std::count_if(steps.begin(), steps.end(), [&](const Step& step) { return step.operation == operation; });
}

template <std::size_t Count>
std::string missing_step(const std::vector<Step>& steps, const std::array<Operation, Count>& needed,
                         const std::string& phase) {
    for (const Operation operation : needed)
        if (count(steps, operation) != 1) return words(operation) + " must be in the " + phase + " list once";
    return {};
}

// A slot is filled before it is used; the supervisor fills map_namespace and those of cgroups itself.
std::string broken_slot(const Plan& plan) {
    std::vector<bool> filled(max_slots, false);
    for (const auto& [folder, slot] : plan.cgroup_slots) {
        if (slot >= max_slots) return words(Operation::enter_cgroup) + " has no slot";
        filled[static_cast<std::size_t>(slot)] = true;
    }
    for (const auto* steps : {&plan.prepare, &plan.mapped, &plan.init, &plan.program}) {
        if (steps == &plan.mapped && plan.map_namespace != no_slot)
            filled[static_cast<std::size_t>(plan.map_namespace)] = true;
        for (const Step& step : *steps) {
            if (step.slot >= max_slots || step.into >= max_slots) return words(step.operation) + " has no slot";
            const bool uses_into = step.operation == Operation::map_tree_ids;
            for (const Slot used : {step.slot, uses_into ? step.into : no_slot})
                if (used != no_slot && !filled[static_cast<std::size_t>(used)])
                    return words(step.operation) + " uses a slot that nothing filled";
            if (step.into != no_slot) filled[static_cast<std::size_t>(step.into)] = true;
        }
    }
    return {};
}

// Without kept capabilities init gives up all of them, for the program too. Those that are kept are the
// program's, within a bounding set.
std::string broken_capabilities(const Plan& plan) {
    const auto in_init = count(plan.init, Operation::set_capabilities);
    const auto in_program = count(plan.program, Operation::set_capabilities);
    if (in_init + in_program != 1) return words(Operation::set_capabilities) + " must be in one list once";
    for (const Step& step : plan.init)
        if (step.operation == Operation::set_capabilities && step.number[0] != 0)
            return words(Operation::set_capabilities) + " in the init list must be none";
    if (count(plan.program, Operation::drop_bounding) != in_program)
        return words(Operation::drop_bounding) + " belongs to capabilities that are kept";
    return {};
}

// A change of ids takes the signal away: prctl(2). To give up capabilities does not (commit_creds() of the kernel).
std::string broken_death_signal(const Plan& plan) {
    bool is_bound = false;
    for (const Step& step : plan.init) {
        if (step.operation == Operation::parent_death_signal) is_bound = true;
        if (step.operation == Operation::set_user || step.operation == Operation::set_group) is_bound = false;
        if (step.operation == Operation::check_parent && !is_bound)
            return words(Operation::parent_death_signal) + " is missing before " + words(Operation::check_parent);
    }
    return {};
}

// The program has its caller's umask.
std::string broken_umask(const Plan& plan) {
    std::uint64_t last = plan.umask;
    for (const Step& step : plan.init)
        if (step.operation == Operation::set_umask) last = step.number[0];
    return last == plan.umask ? "" : words(Operation::set_umask) + " must end as it was";
}

std::string missing_part(const Plan& plan) {
    if (plan.arguments.empty()) return "a plan without a command";
    if (plan.program.empty() || plan.program.back().operation != Operation::execute)
        return words(Operation::execute) + " must be the last step";
    const bool waits = std::any_of(plan.init.begin(), plan.init.end(),
                                   [](const Step& step) { return step.operation == Operation::await_supervisor; });
    if (count(plan.init, Operation::new_ruleset) != count(plan.program, Operation::enter_ruleset))
        return words(Operation::enter_ruleset) + " is missing, but there is a ruleset";
    if ((plan.supervisor_maps_ids || plan.helpers_map_ids) && !waits)
        return words(Operation::await_supervisor) + " is missing, but the supervisor has work to do";
    return {};
}

// Without the caller's groups; as the jail's root while it is built, then as the program's user.
std::string broken_identity(const Plan& plan) {
    const bool has_groups = plan.supervisor_maps_ids || plan.helpers_map_ids;
    if (has_groups && count(plan.init, Operation::set_groups) != 1)
        return words(Operation::set_groups) + " must be in the init list once";
    for (const Operation operation : {Operation::set_group, Operation::set_user})
        if (plan.supervisor_maps_ids && count(plan.init, operation) != 2)
            return words(operation) + " must be in the init list twice";
    return {};
}

// Those that a policy may not share with the host.
std::string missing_namespace(const Plan& plan) {
    std::uint64_t own = plan.namespaces;
    for (const Step& step : plan.init)
        if (step.operation == Operation::unshare) own |= step.number[0];
    if ((own & CLONE_NEWUSER) == 0) return "a user namespace is missing";
    if ((own & CLONE_NEWPID) == 0) return "a PID namespace is missing";
    if ((own & CLONE_NEWNS) == 0) return "a mount namespace is missing";
    return {};
}

// Into each of version 1 by a step; in one of version 2 init is born.
std::string missing_cgroup(const Plan& plan) {
    for (const auto& [controller, parent] : plan.cgroup_parents) {
        const auto slot = plan.cgroup_slots.find(parent.folder);
        const bool is_entered =
            slot != plan.cgroup_slots.end() && std::any_of(plan.init.begin(), plan.init.end(), [&](const Step& step) {
                return step.operation == Operation::enter_cgroup && step.slot == slot->second;
            });
        if (parent.version == 1 && !is_entered)
            return words(Operation::enter_cgroup) + " is missing for the controller " + controller;
    }
    return {};
}

}  // namespace

std::string broken_rule(const Plan& plan) {
    for (std::string broken : {
             missing_part(plan),
             missing_namespace(plan),
             broken_identity(plan),
             missing_cgroup(plan),
             broken_order(plan.prepare, supervisor_stages, "prepare"),
             broken_order(plan.mapped, mapped_stages, "mapped"),
             broken_order(plan.init, init_stages, "init"),
             broken_order(plan.program, program_stages, "program"),
             missing_step(plan.init, needed_in_init, "init"),
             missing_step(plan.program, needed_in_program, "program"),
             broken_capabilities(plan),
             broken_death_signal(plan),
             broken_umask(plan),
             broken_slot(plan),
         })
        if (!broken.empty()) return broken;
    return {};
}

void check_rules(const Plan& plan, policy::Span policy, policy::Diagnostics& diagnostics) {
    const std::string broken = broken_rule(plan);
    if (broken.empty()) return;
    diagnostics.add(policy::slug::plan_broken, policy, "the jail of this policy breaks a rule of every jail: " + broken)
        .help("this is a mistake of ward, not of the policy: please report it with the policy");
}

}  // namespace ward::sandbox
