// Order rules that hold for every plan, whatever the policy. The launcher runs no plan that breaks one.
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

constexpr std::array<Stage, 3> supervisor_stages{
    {{Operation::open_source, 1, 1}, {Operation::clone_tree, 1, 1}, {Operation::restrict_tree, 1, 1}}};

constexpr std::array<Stage, 1> mapped_stages{{{Operation::map_tree_ids, 1, 1}}};

// ids, then mounts (sources, the new root, what is in it), then the pivot.
constexpr std::array<Stage, 34> init_stages{{{Operation::parent_death_signal, 1, 1},
                                             {Operation::check_parent, 1, 1},
                                             {Operation::await_supervisor, 1, 1},
                                             {Operation::write_file, 1, 1},
                                             {Operation::set_groups, 2, 2},
                                             {Operation::set_group, 2, 2},
                                             {Operation::set_user, 2, 2},
                                             {Operation::unshare, 3, 3},
                                             {Operation::set_umask, 3, 3},
                                             {Operation::private_propagation, 4, 4},
                                             {Operation::open_source, 5, 5},
                                             {Operation::clone_tree, 5, 5},
                                             {Operation::restrict_tree, 5, 8},
                                             {Operation::new_filesystem, 6, 8},
                                             {Operation::attach_root, 7, 7},
                                             {Operation::make_folder, 8, 8},
                                             {Operation::give_folder, 8, 8},
                                             {Operation::make_file, 8, 8},
                                             {Operation::make_link, 8, 8},
                                             {Operation::mount_tree, 8, 8},
                                             {Operation::clone_below_root, 8, 8},
                                             {Operation::detach, 8, 8},
                                             {Operation::pivot_root, 9, 9},
                                             {Operation::seal_root, 10, 10},
                                             {Operation::set_hostname, 11, 11},
                                             {Operation::loopback_up, 11, 11},
                                             {Operation::new_session, 11, 11},
                                             {Operation::take_terminal, 11, 11},
                                             {Operation::change_folder, 11, 11},
                                             {Operation::new_ruleset, 12, 12},
                                             {Operation::allow_path, 13, 13},
                                             {Operation::allow_stream, 13, 13},
                                             {Operation::allow_ports, 13, 13},
                                             {Operation::set_dumpable, 14, 14}}};

constexpr std::array<Stage, 18> program_stages{{{Operation::change_folder, 1, 1},
                                                {Operation::set_umask, 1, 1},
                                                {Operation::set_priority, 2, 2},
                                                {Operation::set_processors, 2, 2},
                                                {Operation::set_rlimit, 2, 2},
                                                {Operation::set_securebits, 3, 3},
                                                {Operation::set_groups, 4, 4},
                                                {Operation::set_group, 5, 5},
                                                {Operation::set_user, 6, 6},
                                                {Operation::drop_bounding, 7, 7},
                                                {Operation::set_capabilities, 8, 8},
                                                {Operation::raise_ambient, 9, 9},
                                                {Operation::close_descriptors, 10, 10},
                                                {Operation::restore_signals, 10, 10},
                                                {Operation::no_new_privileges, 11, 11},
                                                {Operation::enter_ruleset, 12, 12},
                                                {Operation::load_filter, 13, 13},
                                                {Operation::execute, 14, 14}}};

// What every jail has, exactly once.
constexpr std::array<Operation, 5> needed_in_init{Operation::private_propagation, Operation::attach_root,
                                                  Operation::pivot_root, Operation::seal_root, Operation::set_dumpable};
constexpr std::array<Operation, 7> needed_in_program{
    Operation::set_securebits,    Operation::drop_bounding, Operation::set_capabilities, Operation::close_descriptors,
    Operation::no_new_privileges, Operation::load_filter,   Operation::execute};

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

// A slot is filled before it is used; the supervisor fills map_namespace itself.
std::string broken_slot(const Plan& plan) {
    std::vector<bool> filled(max_slots, false);
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

std::string missing_part(const Plan& plan) {
    if (plan.filter.empty()) return "a plan without a filter";
    if (plan.arguments.empty()) return "a plan without a command";
    if (plan.program.empty() || plan.program.back().operation != Operation::execute)
        return words(Operation::execute) + " must be the last step";
    const bool waits = std::any_of(plan.init.begin(), plan.init.end(),
                                   [](const Step& step) { return step.operation == Operation::await_supervisor; });
    if (count(plan.init, Operation::new_ruleset) != count(plan.program, Operation::enter_ruleset))
        return words(Operation::enter_ruleset) + " is missing, but there is a ruleset";
    if ((plan.supervisor_maps_ids || plan.cgroup.any()) && !waits)
        return words(Operation::await_supervisor) + " is missing, but the supervisor has work to do";
    return {};
}

}  // namespace

std::string broken_rule(const Plan& plan) {
    for (std::string broken : {
             missing_part(plan),
             broken_order(plan.prepare, supervisor_stages, "prepare"),
             broken_order(plan.mapped, mapped_stages, "mapped"),
             broken_order(plan.init, init_stages, "init"),
             broken_order(plan.program, program_stages, "program"),
             missing_step(plan.init, needed_in_init, "init"),
             missing_step(plan.program, needed_in_program, "program"),
             broken_slot(plan),
         })
        if (!broken.empty()) return broken;
    return {};
}

}  // namespace ward::sandbox
