// Advice about system calls and what other sections say: each is of no use without the other.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "compiler/advice_checks.hpp"
#include "compiler/capabilities.hpp"
#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

using policy::slug::missing_call;
using policy::slug::missing_capability;
using policy::slug::useless_capability;

// A jail without a single call cannot run a program: it is a part of a policy that is not finished.
bool allows_no_call(const Jail& jail) {
    return std::all_of(jail.calls.begin(), jail.calls.end(),
                       [](const CallRule& rule) { return rule.verdict == CallRule::Verdict::denied; });
}

const CallRule* rule_of(const Jail& jail, std::string_view call) {
    const auto number = syscall_number(call);
    const auto found = std::find_if(jail.calls.begin(), jail.calls.end(),
                                    [&](const CallRule& rule) { return number && rule.number == *number; });
    return found == jail.calls.end() ? nullptr : &*found;
}

// ---- a permission, and the calls that it takes

// Calls of which one is enough; unused places are empty.
using AnyOf = std::array<std::string_view, 3>;

struct Need {
    std::string_view word;            // `connect`
    Origins (*origins)(const Jail&);  // empty: not asked for
    std::array<AnyOf, 4> calls;       // each is needed
};

Origins all_of(const std::vector<PortRange>& ranges) {
    Origins origins;
    for (const PortRange& range : ranges) origins.insert(origins.end(), range.origins.begin(), range.origins.end());
    return origins;
}

// What io_uring does for a program passes no filter: with it, the calls are not needed.
constexpr std::array needs{
    Need{"host", [](const Jail& jail) { return jail.network.host_origins; }, {{{"socket", "io_uring_setup"}}}},
    Need{"unix", [](const Jail& jail) { return jail.network.unix_origins; }, {{{"socket", "io_uring_setup"}}}},
    Need{"resolve",
         [](const Jail& jail) { return jail.network.resolve_origins; },
         {{{"socket", "io_uring_setup"}, {"connect", "io_uring_setup"}}}},
    Need{"connect",
         [](const Jail& jail) { return all_of(jail.network.connect); },
         {{{"socket", "io_uring_setup"}, {"connect", "io_uring_setup"}}}},
    Need{"listen",
         [](const Jail& jail) { return all_of(jail.network.listen); },
         {{{"socket", "io_uring_setup"},
           {"bind", "io_uring_setup"},
           {"listen", "io_uring_setup"},
           {"accept", "accept4", "io_uring_setup"}}}},
    Need{"nested allow", [](const Jail& jail) { return jail.process.nested; }, {{{"clone", "clone3", "unshare"}}}},
    Need{"debug allow", [](const Jail& jail) { return jail.process.debug; }, {{{"ptrace"}}}},
};

bool is_met(const Advice& advice, const AnyOf& calls) {
    return calls.front().empty() || std::any_of(calls.begin(), calls.end(), [&](std::string_view call) {
               return !call.empty() && advice.is_allowed(call);
           });
}

void report_need(const Advice& advice, const Need& need, policy::Span span, std::string_view call) {
    const std::string word(need.word);
    const std::string name(call);
    policy::Diagnostic& warning = advice.diagnostics().add(
        missing_call, span, "`" + word + "` has no effect: the system call `" + name + "` is not allowed");
    const CallRule* rule = rule_of(advice.jail, call);
    if (rule != nullptr && !rule->origins.empty()) {
        warning.also(advice.jail.origins_of(*rule).front(), "forbidden here").help("remove one of the two");
    } else {
        warning.help("write `allow " + name + "` in `syscalls`");
    }
}

// ---- a call, and the capability that it takes

struct Privileged {
    std::string_view call;
    std::string_view capability;
    bool of_machine = false;  // the kernel asks for it over the whole machine, so that no jail has it
};

// Calls that fail for every argument without the capability (capabilities(7), and the sources of
// Linux 6.18 for the namespace that is asked about).
constexpr std::array privileged{
    Privileged{"acct", "sys_pacct", true},
    Privileged{"chroot", "sys_chroot"},
    Privileged{"delete_module", "sys_module", true},
    Privileged{"finit_module", "sys_module", true},
    Privileged{"init_module", "sys_module", true},
    Privileged{"kexec_file_load", "sys_boot", true},
    Privileged{"kexec_load", "sys_boot", true},
    Privileged{"mount", "sys_admin"},
    Privileged{"move_mount", "sys_admin"},
    Privileged{"pivot_root", "sys_admin"},
    Privileged{"reboot", "sys_boot"},
    Privileged{"setdomainname", "sys_admin"},
    Privileged{"sethostname", "sys_admin"},
    Privileged{"settimeofday", "sys_time", true},
    Privileged{"swapoff", "sys_admin", true},
    Privileged{"swapon", "sys_admin", true},
    Privileged{"umount2", "sys_admin"},
    Privileged{"vhangup", "sys_tty_config", true},
};

// The rows of calls that are allowed and fail all the same: mostly none.
std::vector<const Privileged*> failing_calls(const Advice& advice) {
    std::vector<const Privileged*> failing;
    for (const Privileged& row : privileged)
        if (advice.is_allowed(row.call) && (row.of_machine || !advice.keeps(row.capability))) failing.push_back(&row);
    return failing;
}

void check_call(const Advice& advice, const std::vector<const Privileged*>& failing, const policy::Word& name) {
    const std::string_view call = syscall_name(syscall_number(name.text).value_or(syscall_count()));
    const auto found =
        std::find_if(failing.begin(), failing.end(), [&](const Privileged* each) { return each->call == call; });
    if (found == failing.end()) return;
    const Privileged* row = *found;
    const std::string capability = "`" + std::string(row->capability) + "`";
    advice.diagnostics()
        .add(missing_capability, name.span,
             "`" + name.text + "` always fails" + (row->of_machine ? " in a jail" : ": it takes " + capability))
        .note(row->of_machine
                  ? "it takes " + capability + " over the whole machine, which no jail has (user_namespaces(7))"
                  : "without `keep " + std::string(row->capability) +
                        "` the kernel refuses it, whatever the filter says")
        .help("remove `" + name.text + "`");
}

// ---- a capability, and the calls that ask for it

struct Asked {
    std::string_view capability;
    std::array<std::string_view, 8> calls;  // unused places are empty
};

// Only capabilities that nothing but these calls asks for.
constexpr std::array asked{
    Asked{"chown", {"chown", "fchown", "fchownat", "lchown"}},
    Asked{"kill", {"kill", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "tgkill", "tkill"}},
    Asked{"net_bind_service", {"bind"}},
    Asked{"net_raw", {"socket"}},
    Asked{"setfcap", {"fsetxattr", "lsetxattr", "setxattr", "setxattrat", "unshare"}},
    Asked{"setgid", {"sendmsg", "setfsgid", "setgid", "setgroups", "setregid", "setresgid", "unshare"}},
    Asked{"setpcap", {"capset", "prctl"}},
    Asked{"setuid", {"sendmsg", "setfsuid", "setresuid", "setreuid", "setuid", "unshare"}},
    Asked{"sys_boot", {"reboot"}},
    Asked{"sys_chroot", {"chroot", "setns"}},
};

bool is_asked_for(const Advice& advice, const Asked& row) {
    return std::any_of(row.calls.begin(), row.calls.end(),
                       [&](std::string_view call) { return !call.empty() && advice.is_allowed(call); });
}

}  // namespace

void warn_missing_calls(const Advice& advice) {
    if (allows_no_call(advice.jail)) return;
    for (const Need& need : needs) {
        const auto span = advice.own(need.origins(advice.jail));
        if (!span) continue;
        const auto* const unmet = std::find_if(need.calls.begin(), need.calls.end(),
                                               [&](const AnyOf& calls) { return !is_met(advice, calls); });
        if (unmet != need.calls.end()) report_need(advice, need, *span, unmet->front());
    }
}

void warn_missing_capabilities(const Advice& advice) {
    if (!advice.jail.process.nested.empty()) return;  // in a namespace of its own it has all of them
    const std::vector<const Privileged*> failing = failing_calls(advice);
    if (failing.empty()) return;
    each<policy::CallStatement>(advice.lowering, [&](const policy::CallStatement& statement, Place place) {
        if (place.distance != 0 || statement.permission != policy::Permission::allow) return;
        for (const policy::CallPattern& call : statement.calls) check_call(advice, failing, call.name);
    });
}

void warn_useless_capabilities(const Advice& advice) {
    if (advice.jail.capabilities.kept == 0 || allows_no_call(advice.jail)) return;
    for (const Asked& row : asked) {
        const auto kept = advice.jail.capabilities.origins.find(capability_number(row.capability).value_or(-1));
        if (kept == advice.jail.capabilities.origins.end() || is_asked_for(advice, row)) continue;
        const auto span = advice.own(kept->second);
        if (!span) continue;
        const std::string name(row.capability);
        const std::string call(row.calls.front());
        advice.diagnostics()
            .add(useless_capability, *span, "`" + name + "` has no effect: no system call that asks for it is allowed")
            .help("write `allow " + call + "` in `syscalls`");
    }
}

}  // namespace ward::compiler
