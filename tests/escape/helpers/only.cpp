// `ward run` with one part of the jail and no other: `only LAYER[+LAYER...] -p POLICY -- PROGRAM ARGS...`, or
// `only nothing ...`. What ward would do is planned by ward itself; then the steps of the other layers are
// taken out of the plan. The PID namespace is always there: ward's launcher stands on it.
//
// For root alone: where the user namespace is left out the program is the machine's root.
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "sandbox/cli/console.hpp"
#include "sandbox/cli/prepare.hpp"
#include "sandbox/cli/reading.hpp"
#include "sandbox/launch.hpp"
#include "sandbox/planner.hpp"

namespace {

using ward::sandbox::Operation;
using ward::sandbox::Plan;
using ward::sandbox::Step;

// What belongs to a layer. Steps that are in no row are always made.
struct Layer {
    std::string_view name;
    std::uint64_t namespaces = 0;
    std::vector<Operation> operations;
};

// Every step that operations.inc has under `mounts`.
std::vector<Operation> mount_operations() {
    std::vector<Operation> all;
    for (int i = static_cast<int>(Operation::private_propagation); i < static_cast<int>(Operation::change_folder); ++i)
        all.push_back(static_cast<Operation>(i));
    return all;
}

const std::vector<Layer>& layers() {
    using enum Operation;
    static const std::vector<Layer> all = {
        {"user-namespace", CLONE_NEWUSER, {set_groups, set_group, set_user}},
        {"mounts", CLONE_NEWNS, mount_operations()},
        {"pid-namespace", 0, {}},
        {"network-namespace", CLONE_NEWNET, {loopback_up}},
        {"ipc-namespace", CLONE_NEWIPC, {}},
        {"cgroup-namespace", CLONE_NEWCGROUP, {}},
        {"host-name", CLONE_NEWUTS, {set_hostname}},
        {"session", 0, {new_session, take_terminal}},
        {"keyring", 0, {new_keyring}},
        {"not-dumpable", 0, {set_dumpable}},
        {"landlock", 0, {new_ruleset, allow_path, allow_stream, allow_ports, enter_ruleset}},
        {"capabilities", 0, {set_securebits, drop_bounding, set_capabilities, raise_ambient}},
        {"limits", 0, {enter_cgroup, set_rlimit, set_priority, set_processors}},
        {"descriptors", 0, {close_descriptors}},
        {"environment", 0, {}},
        {"no-new-privileges", 0, {no_new_privileges}},
        {"filter", 0, {load_filter}},
    };
    return all;
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts(1);
    for (const char each : text) {
        if (each == '+')
            parts.emplace_back();
        else
            parts.back() += each;
    }
    return parts;
}

bool contains(const std::vector<std::string>& list, std::string_view item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

void take_out(std::vector<Step>& steps, const Layer& layer) {
    std::erase_if(steps, [&](const Step& step) {
        return std::find(layer.operations.begin(), layer.operations.end(), step.operation) != layer.operations.end();
    });
}

// What a layer is besides namespaces and steps.
void take_out_the_rest(Plan& plan, std::string_view name) {
    if (name == "user-namespace") {
        plan.supervisor_maps_ids = false;
        plan.map_namespace = ward::sandbox::no_slot;
        plan.mapped.clear();
    } else if (name == "session") {
        plan.terminal = ward::compiler::Terminal::inherit;
    } else if (name == "limits") {
        plan.cgroup = {};
        plan.cgroup_parents.clear();
        plan.cgroup_slots.clear();
        plan.time_limit.reset();
    } else if (name == "environment") {
        plan.environment.clear();
        for (char** variable = environ; *variable != nullptr; ++variable) plan.environment.emplace_back(*variable);
    } else if (name == "filter") {
        plan.supervised_kill = false;
    } else if (name == "mounts") {
        plan.mapped.clear();
    }
}

bool changes_to_another(const Step& step) {
    return (step.operation == Operation::set_group || step.operation == Operation::set_user) && step.number[0] != 0;
}

void keep_only(Plan& plan, const std::vector<std::string>& kept) {
    for (const Layer& layer : layers()) {
        if (contains(kept, layer.name)) continue;
        plan.namespaces &= ~layer.namespaces;
        for (Step& step : plan.init)
            if (step.operation == Operation::unshare) step.number[0] &= ~layer.namespaces;
        for (std::vector<Step>* steps : {&plan.prepare, &plan.init, &plan.program}) take_out(*steps, layer);
        take_out_the_rest(plan, layer.name);
    }
    // The program stays root of its user namespace where capabilities are left to it.
    const bool is_root_inside = contains(kept, "user-namespace") && !contains(kept, "capabilities");
    if (is_root_inside) std::erase_if(plan.init, changes_to_another);
}

[[nodiscard]] int misuse(const std::string& what) {
    std::fprintf(stderr, "only: %s\n", what.c_str());
    return 2;
}

}  // namespace

int main(int count, char** words) {
    if (count < 6 || std::strcmp(words[2], "-p") != 0 || std::strcmp(words[4], "--") != 0)
        return misuse("usage: only LAYER[+LAYER...] -p POLICY -- PROGRAM ARGS...");
    const std::vector<std::string> kept = split(words[1]);
    for (const std::string& name : kept) {
        const auto is_it = [&](const Layer& layer) { return layer.name == name; };
        if (name != "nothing" && std::none_of(layers().begin(), layers().end(), is_it))
            return misuse("no such layer: " + name);
    }
    ward::cli::Request request;
    request.profile = words[3];
    request.command.assign(words + 5, words + count);
    ward::cli::Reading reading;
    int status = 0;
    ward::cli::Prepared prepared = prepare(request, reading, status);
    reading.show();
    if (!prepared.plan) return status;
    keep_only(*prepared.plan, kept);
    ward::policy::Diagnostics problems;
    const auto make_filter = [&](ward::sandbox::Plan& plan, ward::policy::Diagnostics& diagnostics) {
        return !plan.filter.empty() || add_filter(plan, prepared.compiled->jail, diagnostics);
    };
    const ward::sandbox::Report report = launch(*prepared.plan, problems, {.make_filter = make_filter});
    ward::cli::show(problems, reading.sources);
    return report.exit_status();
}
