#include "sandbox/planner.hpp"

#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sys/syscall.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "compiler/proved_filter.hpp"
#include "policy/policy.hpp"
#include "sandbox/cgroup_plan.hpp"
#include "sandbox/early_init.hpp"
#include "sandbox/environment_plan.hpp"
#include "sandbox/file_view.hpp"
#include "sandbox/first_process.hpp"
#include "sandbox/id_map.hpp"
#include "sandbox/identity.hpp"
#include "sandbox/jail_files.hpp"
#include "sandbox/landlock_plan.hpp"
#include "sandbox/limits_plan.hpp"
#include "sandbox/lost_output.hpp"
#include "sandbox/mount_checks.hpp"
#include "sandbox/mount_plan.hpp"
#include "sandbox/network_plan.hpp"
#include "sandbox/plan_writer.hpp"
#include "sandbox/rule_places.hpp"
#include "sandbox/start_folder.hpp"
#include "sandbox/unenforced.hpp"

namespace ward::sandbox {
namespace {

using compiler::execute_bit;

// Ids and execs give no capability, and nobody can take that back. With SECBIT_NO_SETUID_FIXUP a change
// of ids does not drop what the policy keeps; capset(2) decides alone.
constexpr std::uint64_t no_capabilities_by_ids = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                                                 SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED;
constexpr std::uint64_t no_ambient = SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;

class Planner {
public:
    Planner(const compiler::Jail& jail, const Host& host, const Command& command, policy::Diagnostics& diagnostics)
        : jail_(&jail),
          host_(&host),
          command_(&command),
          diagnostics_(&diagnostics),
          files_(jail, *host.files),
          writer_(plan_) {}

    std::optional<Plan> make() {
        const std::size_t errors = diagnostics_->errors();
        if (!host_->unknown.empty()) return report_unknown_host(host_->unknown);
        refuse_unenforced(*jail_, *diagnostics_);
        check_network(*jail_, *host_, *diagnostics_, command_->allow_degraded);
        plan_.degraded = missing_in_landlock(jail_->network, *host_);
        plan_processes();
        auto view = files_.view({command_->program, command_->folder, files_for_resolving(jail_->network, *host_)},
                                *diagnostics_);
        const auto devices = find_devices(*jail_, *host_, *diagnostics_);
        const auto identity = decide_identity(
            {jail_->process.user, jail_->process.group, folder_inode(), command_->id_base}, *host_, *diagnostics_);
        if (view && identity) plan_inside(*view, devices, *identity);
        if (host_->mounts.is_unreadable()) return report_unknown_host("`/proc/self/mountinfo`");
        if (diagnostics_->errors() != errors) return {};
        check_rules(plan_, jail_->origin, *diagnostics_);
        if (diagnostics_->errors() != errors) return {};
        return std::move(plan_);
    }

private:
    void plan_inside(FileView& view, const std::vector<DevicePlace>& devices, const Identity& identity) {
        check_mounts(*host_, identity, view, *diagnostics_);
        plan_ids(identity);
        plan_limits({*jail_, *host_, identity, view, command_->allow_degraded}, writer_, *diagnostics_);
        note_needless_options();
        plan_cgroups(*jail_, *host_, writer_);
        const auto before_mounts = static_cast<std::ptrdiff_t>(plan_.init.size());
        plan_mounts({view, devices, identity, may_write_sysctls(identity)}, writer_);
        plan_umask(before_mounts);
        plan_rest_of_init({*jail_, *host_, view, devices});
        plan_folder(view);
        plan_.notes.insert(plan_.notes.begin(), view.notes.begin(), view.notes.end());
        plan_privileges(identity);
        plan_filter();
        plan_execution(view);
        if (!writer_.slots_suffice()) report_too_many_mounts();
        if (!files_.has_root())
            plan_.lost = lost_outputs(command_->arguments, command_->folder, view, files_.walkers().host);
    }

    // A jail that may make jails has an open /proc: the kernel mounts one in them only where it sees all of another
    // (mount_namespaces(7)).
    [[nodiscard]] bool may_write_sysctls(const Identity& identity) const {
        const bool is_root = identity.user == 0;
        return (is_root || jail_->capabilities.kept != 0) && jail_->process.nested.empty();
    }

    // What the host has is enforced, whatever the command line gives up.
    void note_needless_options() {
        for (const std::string& name : command_->allow_degraded) {
            const bool is_used = std::any_of(plan_.degraded.begin(), plan_.degraded.end(),
                                             [&](const Degraded& each) { return each.feature == name; });
            if (!is_used)
                plan_.notes.push_back("`--allow-degraded " + name +
                                      "` changes nothing: all that the policy says of it is enforced");
        }
    }

    void always(std::vector<Step>& phase, Operation operation, std::uint64_t number = 0) {
        writer_.because_always();
        writer_.add(phase, operation, number);
    }

    void enforced(std::string feature) { plan_.enforced.push_back(std::move(feature)); }

    [[nodiscard]] Inode folder_inode() { return files_.walkers().host.walk(command_->folder).inode.value_or(Inode{}); }

    // ---- processes and ids

    void plan_processes() {
        const compiler::Process& process = jail_->process;
        plan_.namespaces = cloned_namespaces;
        plan_.init = first_steps(CLONE_NEWNS | (process.share_ipc.empty() ? CLONE_NEWIPC : 0U) |
                                 (process.share_uts.empty() ? CLONE_NEWUTS : 0U) |
                                 (jail_->network.shares_host() ? 0U : CLONE_NEWNET) |
                                 (process.share_cgroup.empty() && !limits_anything(*jail_) ? CLONE_NEWCGROUP : 0U));
        plan_.arguments = command_->arguments;
        plan_.environment = plan_environment(jail_->environment, command_->environment);
        plan_.terminal = jail_->process.terminal.value;
        plan_.streams = host_->streams;
        plan_.ignored_signals = host_->ignored_signals;
        plan_.umask = host_->umask;
        const bool any_terminal = std::any_of(std::begin(host_->streams), std::end(host_->streams),
                                              [](const Stream& stream) { return stream.is_terminal; });
        if (plan_.terminal == compiler::Terminal::private_pty && !any_terminal)
            plan_.terminal = compiler::Terminal::none;
        for (const char* feature : {"user-namespace", "mount-namespace", "pid-namespace"}) enforced(feature);
        for (const auto& [shared, feature] :
             {std::pair(&process.share_ipc, "ipc-namespace"), std::pair(&process.share_uts, "uts-namespace"),
              std::pair(&process.share_cgroup, "cgroup-namespace")})
            if (shared->empty()) enforced(feature);
        if (!jail_->network.shares_host()) return enforced("network-namespace");
        const bool all_ports = std::any_of(plan_.degraded.begin(), plan_.degraded.end(),
                                           [](const Degraded& each) { return each.feature == "ports"; });
        enforced(jail_->network.host ? "network: host" : all_ports ? "network: tcp" : "network: tcp ports");
    }

    void plan_ids(const Identity& identity) {
        plan_.supervisor_maps_ids = identity.supervisor_maps_ids;
        plan_.uid_map = identity.uid_map;
        plan_.gid_map = identity.gid_map;
        plan_.tree_uid_map = identity.tree_uid_map;
        plan_.tree_gid_map = identity.tree_gid_map;
        plan_.helpers_map_ids = identity.helpers_map_ids;
        if (identity.supervisor_maps_ids)
            become_inner_root();
        else if (identity.helpers_map_ids)
            use_subordinate_ids();
        else
            map_own_ids(identity);
        die_with_parent();
    }

    // A change of ids takes it away (prctl(2)). Until init has it, it asks nothing but the channel, which would end.
    void die_with_parent() { always(plan_.init, Operation::parent_death_signal, SIGKILL); }

    void become_inner_root() {
        always(plan_.init, Operation::await_supervisor);
        always(plan_.init, Operation::set_groups);
        always(plan_.init, Operation::set_group, 0);
        always(plan_.init, Operation::set_user, 0);
    }

    // The maps give the program's own id to the caller, whom init is. newgidmap(1) leaves setgroups(2) allowed.
    void use_subordinate_ids() {
        always(plan_.init, Operation::await_supervisor);
        always(plan_.init, Operation::set_groups);
        enforced("subordinate ids");
    }

    // user_namespaces(7): without privilege outside, gid_map needs setgroups to be denied first.
    void map_own_ids(const Identity& identity) {
        writer_.because_always();
        writer_.add(plan_.init, Operation::write_file, {.path = "/proc/self/setgroups", .text = "deny"});
        writer_.add(plan_.init, Operation::write_file,
                    {.path = "/proc/self/gid_map", .text = id_map_text(identity.gid_map)});
        writer_.add(plan_.init, Operation::write_file,
                    {.path = "/proc/self/uid_map", .text = id_map_text(identity.uid_map)});
        std::string groups;
        for (const gid_t group : host_->groups)
            if (group != host_->gid) groups += (groups.empty() ? "" : ", ") + std::to_string(group);
        if (!groups.empty()) enforced("supplementary groups kept: " + groups);
    }

    // ---- init

    void plan_rest_of_init(const LandlockRequest& landlock) {
        writer_.because(jail_->process.hostname.origins, "`hostname`");
        if (jail_->process.share_uts.empty())
            writer_.add(plan_.init, Operation::set_hostname, {.text = jail_->process.hostname.value});
        writer_.because_always();
        plan_session();
        plan_keyring();
        ruleset_ = plan_landlock(landlock, writer_);
        enforced("read-only-root");
    }

    void plan_session() {
        writer_.because(jail_->process.terminal.origins, "`terminal`");
        if (plan_.terminal == compiler::Terminal::inherit) {
            enforced("terminal: the caller's");
            return;
        }
        writer_.add(plan_.init, Operation::new_session);
        enforced(plan_.terminal == compiler::Terminal::none ? "terminal: none" : "terminal: private");
        if (plan_.terminal == compiler::Terminal::none) return;
        const auto* first = std::find_if(std::begin(host_->streams), std::end(host_->streams),
                                         [](const Stream& stream) { return stream.is_terminal; });
        writer_.add(plan_.init, Operation::take_terminal,
                    static_cast<std::uint64_t>(first - std::begin(host_->streams)));
    }

    // A session keyring is inherited, and whoever has it may read the keys in it (session-keyring(7)). One of its own
    // counts against the caller's quota, so a program that may not ask for keys gets none.
    void plan_keyring() {
        const auto is_about_keys = [](const compiler::CallRule& call) {
            return call.verdict != compiler::CallRule::Verdict::denied &&
                   (call.number == SYS_keyctl || call.number == SYS_add_key || call.number == SYS_request_key);
        };
        if (!std::any_of(jail_->calls.begin(), jail_->calls.end(), is_about_keys)) return;
        always(plan_.init, Operation::new_keyring);
        enforced("session-keyring");
    }

    std::optional<Plan> report_unknown_host(const std::string& fact) {
        diagnostics_->add(policy::slug::host_unknown, std::nullopt, "this host does not tell " + fact)
            .note("what a jail needs is decided by what the host is, and a guess may make a weaker one")
            .help("mount proc(5) at `/proc`, and lift what keeps ward from asking the kernel");
        return {};
    }

    void report_too_many_mounts() {
        diagnostics_->add(policy::slug::too_many_mounts, jail_->origin, "the jail would have more than 512 mounts")
            .help("grant the folders in place of the files in them");
    }

    // ---- the program

    void plan_folder(FileView& view) {
        const compiler::Stated<std::string>& stated = jail_->process.directory;
        const auto folder =
            decide_start({stated, command_->folder, callers_home()}, view, files_.walkers(), *diagnostics_);
        if (!folder) return;
        writer_.because(stated.origins, "`directory`");
        writer_.add(plan_.init, Operation::change_folder, {.path = *folder});
    }

    [[nodiscard]] std::string callers_home() const {
        constexpr std::string_view name = "HOME=";
        for (const std::string& variable : command_->environment)
            if (variable.compare(0, name.size(), name) == 0) return variable.substr(name.size());
        return {};
    }

    // Modes of a plan are exact. The caller's mask mostly takes nothing from them, and is the program's as it is.
    void plan_umask(std::ptrdiff_t before_mounts) {
        const bool takes_away =
            std::any_of(plan_.init.begin() + before_mounts, plan_.init.end(), [&](const Step& step) {
                const bool makes = step.operation == Operation::make_folder || step.operation == Operation::make_file;
                return makes && (step.number[0] & host_->umask) != 0;
            });
        if (!takes_away) return;
        std::vector<Step> none;
        always(none, Operation::set_umask, 0);
        plan_.init.insert(plan_.init.begin() + before_mounts, none.front());
        always(plan_.init, Operation::set_umask, host_->umask);
    }

    // Init gives up everything before the program's process exists, which so has nothing from the start: but
    // for capabilities that the policy keeps, which are the program's alone.
    void plan_privileges(const Identity& identity) {
        const std::uint64_t kept = jail_->capabilities.kept;
        always(plan_.init, Operation::set_securebits, no_capabilities_by_ids | (kept == 0 ? no_ambient : 0));
        if (identity.supervisor_maps_ids) {
            writer_.because(group_origins(), "`group`");
            writer_.add(plan_.init, Operation::set_group, identity.group);
            writer_.because(jail_->process.user.origins, "`user`");
            writer_.add(plan_.init, Operation::set_user, identity.user);
            die_with_parent();
        }
        if (kept == 0)
            always(plan_.init, Operation::set_capabilities, 0);
        else
            plan_kept_capabilities(kept);
        always(plan_.init, Operation::check_parent);
        always(plan_.init, Operation::set_dumpable, 0);
        always(plan_.init, Operation::no_new_privileges);
        always(plan_.program, Operation::close_descriptors, 3);
        writer_.add(plan_.program, Operation::restore_signals, {.numbers = {0, host_->ignored_signals}});
        if (ruleset_ != no_slot) writer_.add(plan_.program, Operation::enter_ruleset, {.slot = ruleset_});
        enforced(kept == 0 ? "capabilities: none"
                           : "capabilities: " + std::to_string(jail_->capabilities.origins.size()));
        enforced("securebits");
        enforced("no-new-privileges");
    }

    // The bounding set is a limit for programs that get capabilities by exec. Where none are kept nothing can
    // give any: ids do not (SECBIT_NOROOT, locked), files do not (no new privileges), and ambient ones cannot
    // be raised. Dropping it, too, would take a call for each of 41.
    void plan_kept_capabilities(std::uint64_t kept) {
        writer_.because(jail_->capabilities.origins.begin()->second, "`capabilities`");
        writer_.add(plan_.program, Operation::drop_bounding,
                    {.numbers = {kept, static_cast<std::uint64_t>(host_->last_capability)}});
        writer_.add(plan_.program, Operation::set_capabilities, kept);
        writer_.add(plan_.program, Operation::raise_ambient, kept);
    }

    [[nodiscard]] const compiler::Origins& group_origins() const {
        const compiler::Process& process = jail_->process;
        return process.group.value.empty() ? process.user.origins : process.group.origins;
    }

    void plan_filter() {
        plan_.supervised_kill = jail_->filter.may_kill && !host_->listener_taken;
        always(plan_.program, Operation::load_filter, plan_.supervised_kill ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0);
    }

    void plan_execution(const FileView& view) {
        const Walk program = files_.walkers().jail.walk(command_->program);
        const bool has_root = files_.has_root();
        const auto inode = has_root ? files_.walkers().host.walk(view.on_host(program.path)).inode : program.inode;
        if (!inode || !S_ISREG(inode->mode) || (inode->mode & 0111U) == 0) return report_no_program();
        const ViewEntry* decides = view.around(program.path);
        const auto access = has_root && decides != nullptr ? decides->access : view.access(program.path);
        if ((access & execute_bit) == 0) return report_not_granted(program.path, view);
        writer_.because_always();
        writer_.add(plan_.program, Operation::execute, {.path = command_->program, .numbers = {command_->exec_key}});
    }

    void report_no_program() {
        diagnostics_->add(policy::slug::program_not_executable, {}, '`' + command_->program + "` may not be executed")
            .help("look at its mode with `ls -l`, and name a program");
    }

    void report_not_granted(const std::string& path, const FileView& view) {
        auto& error = diagnostics_->add(policy::slug::program_not_granted, jail_->origin,
                                        "`" + command_->program + "` may not be executed in this jail");
        const ViewEntry* decides = view.around(path);
        if (decides != nullptr && decides->rule != nullptr && place_of(*decides->rule))
            error.also(*place_of(*decides->rule), "decides about `" + path + "`, without `execute`");
        else
            error.label("no line of this policy, or of one that it uses, grants `execute` on it");
        error.help("write `execute $program`, or `execute " + path + "`, in `files { }`");
    }

    const compiler::Jail* jail_;
    const Host* host_;
    const Command* command_;
    policy::Diagnostics* diagnostics_;
    JailFiles files_;
    Slot ruleset_ = no_slot;
    Plan plan_;
    PlanWriter writer_;
};

}  // namespace

HostLooks looks_for(const compiler::Jail& jail) {
    return {.limits = limits_anything(jail),
            .landlock = limits_ports(jail.network) || keeps_abstract_sockets_out(jail.network),
            .capabilities = jail.capabilities.kept != 0};
}

std::optional<Plan> make_plan(const compiler::Jail& jail, const Host& host, const Command& command,
                              policy::Diagnostics& diagnostics) {
    return Planner(jail, host, command, diagnostics).make();
}

bool add_filter(Plan& plan, const compiler::Jail& jail, policy::Diagnostics& diagnostics) {
    auto filter = compiler::proved_filter(
        jail, {.exec_key = plan.program.back().number[0], .supervised = plan.supervised_kill}, diagnostics);
    if (!filter) return false;
    plan.filter = std::move(*filter);
    plan.enforced.push_back("seccomp: " + std::to_string(plan.filter.size()) + " instructions, proved");
    return true;
}

}  // namespace ward::sandbox
