// The system calls in a score.
#include <algorithm>
#include <cmath>

#include "compiler/question.hpp"
#include "compiler/score_parts.hpp"
#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

constexpr DangerousCall dangerous[] = {{"ptrace", 3},
                                       {"bpf", 4},
                                       {"io_uring_setup", 4},
                                       {"userfaultfd", 3},
                                       {"perf_event_open", 3},
                                       {"keyctl", 2},
                                       {"add_key", 2},
                                       {"request_key", 2},
                                       {"mount", 3},
                                       {"umount2", 2},
                                       {"open_tree", 2},
                                       {"move_mount", 2},
                                       {"fsopen", 3},
                                       {"fsconfig", 3},
                                       {"mount_setattr", 2},
                                       {"pivot_root", 2},
                                       {"unshare", 2},
                                       {"setns", 3},
                                       {"init_module", 5},
                                       {"finit_module", 5},
                                       {"delete_module", 3},
                                       {"kexec_load", 5},
                                       {"kexec_file_load", 5},
                                       {"open_by_handle_at", 4},
                                       {"process_vm_readv", 2},
                                       {"process_vm_writev", 3},
                                       {"pidfd_getfd", 3},
                                       {"kcmp", 1},
                                       {"personality", 1},
                                       {"modify_ldt", 1},
                                       {"vmsplice", 1},
                                       {"swapon", 2},
                                       {"reboot", 3},
                                       {"iopl", 4},
                                       {"ioperm", 4},
                                       {"acct", 1},
                                       {"quotactl", 1},
                                       {"syslog", 1},
                                       {"move_pages", 1},
                                       {"mbind", 1},
                                       {"chroot", 1},
                                       {"mknod", 1},
                                       {"clone3", 1}};

// A condition that holds only where ward's own rules refuse anyhow opens nothing.
bool never_passes(const Jail& jail, const CallRule& rule) {
    const std::string name(syscall_name(rule.number));
    CallQuestion question{name, {{Abi::x86_64, rule.number, syscall_name(rule.number), always()}}, {}};
    return answer(jail, {.words = {}, .about = std::move(question)}).verdict == Answer::Verdict::denied;
}

double openness(const Jail& jail, const CallRule& rule) {
    if (rule.verdict == CallRule::Verdict::denied) return 0;
    if (rule.verdict == CallRule::Verdict::allowed) return 1;
    return never_passes(jail, rule) ? 0 : 0.5;
}

const CallRule* find_rule(const Jail& jail, std::string_view name) {
    const auto number = syscall_number(name);
    const auto found = std::ranges::find_if(jail.calls, [&](const CallRule& rule) { return rule.number == number; });
    return found == jail.calls.end() ? nullptr : &*found;
}

}  // namespace

std::span<const DangerousCall> calls_that_are_dangerous() {
    return dangerous;
}

Finding dangerous_calls(const Jail& jail) {
    Finding finding;
    double open = 0;
    double all = 0;
    unsigned heaviest = 0;
    for (const auto& [name, weight] : dangerous) {
        const CallRule* rule = find_rule(jail, name);
        all += weight;
        if (rule == nullptr || rule->verdict == CallRule::Verdict::denied) continue;
        open += weight * openness(jail, *rule);
        if (weight > heaviest) finding = {0, std::string(name), jail.origins_of(*rule)};
        heaviest = std::max(heaviest, weight);
    }
    finding.share = std::sqrt(open / all);
    return finding;
}

Finding all_calls(const Jail& jail) {
    double open = 0;
    for (const CallRule& rule : jail.calls) open += openness(jail, rule);
    const auto all = static_cast<double>(std::max<std::size_t>(jail.calls.size(), 1));
    return {open / all,
            std::to_string(static_cast<unsigned>(std::ceil(open))) + " of " + std::to_string(jail.calls.size()),
            {}};
}

Finding programs(const Jail& jail) {
    Finding finding;
    for (const char* name : {"execve", "execveat"}) {
        const CallRule* rule = find_rule(jail, name);
        const double open = rule == nullptr ? 0 : openness(jail, *rule);
        if (open > finding.share) finding = {open, name, jail.origins_of(*rule)};
    }
    return finding;
}

}  // namespace ward::compiler
