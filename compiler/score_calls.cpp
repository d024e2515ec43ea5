// The system calls in a score.
#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "compiler/call_forms.hpp"
#include "compiler/call_index.hpp"
#include "compiler/diff_calls.hpp"
#include "compiler/diff_meaning.hpp"
#include "compiler/raw_filter.hpp"
#include "compiler/score_parts.hpp"

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
                                       {"mknodat", 1},
                                       {"clone3", 1}};

constexpr std::string_view rarely_needed_groups[] = {
    "@aio",      "@chown",      "@clock",  "@cpu-emulation", "@debug",     "@keyring", "@module", "@mount",
    "@obsolete", "@privileged", "@raw-io", "@reboot",        "@resources", "@setuid",  "@swap"};

void add_reaches(Diagram& diagram, Diagram::Node node, std::set<Diagram::Node>& seen, std::set<bool>& passes) {
    if (!seen.insert(node).second) return;
    if (diagram.is_leaf(node)) {
        passes.insert(reach(diagram.value(node)) == always_reached);
        return;
    }
    const Diagram::Split split = diagram.split(node);
    add_reaches(diagram, split.clear, seen, passes);
    add_reaches(diagram, split.set, seen, passes);
}

double openness(Diagram& diagram, Diagram::Node node) {
    std::set<Diagram::Node> seen;
    std::set<bool> passes;
    add_reaches(diagram, node, seen, passes);
    return passes.size() == 2 ? 0.5 : passes.contains(true) ? 1 : 0;
}

}  // namespace

std::span<const DangerousCall> calls_that_are_dangerous() {
    return dangerous;
}

ScoredCalls::ScoredCalls(const Jail& jail) : jail_(&jail), native_(jail.filter.abis.front().abi) {
    Diagram diagram;
    std::string refusal;
    const auto program = emit(for_other_launchers(jail.filter), {.exec_key = 0, .supervised = false});
    const auto meaning = program ? meaning_by_abi(*program, diagram, refusal) : std::nullopt;
    for (const CallRule& rule : jail.calls) openness_[rule.number] = 1;
    if (!meaning) return;  // a filter that is too long to be loaded
    for (const FilterMeaning::OfAbi& abi : meaning->abis) {
        const auto is_open = [&](const NumberRange& range) { return openness(diagram, range.outcome) > 0; };
        if (abi.abi != native_ && std::ranges::any_of(abi.ranges, is_open)) ++further_abis_;
    }
    for (const NumberRange& range : ranges_of(*meaning, native_, 0)) {
        const double open = openness(diagram, range.outcome);
        const auto end = openness_.upper_bound(range.last);
        for (auto call = openness_.lower_bound(range.first); call != end; ++call) call->second = open;
    }
}

double ScoredCalls::share_of(std::uint32_t number) const {
    const auto call = openness_.find(number);
    return call == openness_.end() ? 0 : call->second;
}

std::string ScoredCalls::open_forms(const std::string& name) const {
    std::string words = name;
    for (const std::string& later : later_forms(native_, name))
        if (share_of(*call_index(native_, later)) > 0) words += ", " + later;
    return words;
}

void ScoredCalls::close(const std::string& name) {
    const auto close_one = [this](const std::string& each) {
        const auto call = openness_.find(call_index(native_, each).value_or(~0U));
        if (call != openness_.end()) call->second = 0;
    };
    close_one(name);
    for (const std::string& later : later_forms(native_, name)) close_one(later);
}

void ScoredCalls::close(const CallGroup& group) {
    const CallSet calls = calls_of(group, native_);
    for (auto& [number, share] : openness_)
        if (calls.test(number)) share = 0;
}

const CallGroup* ScoredCalls::rarely_needed() const {
    const CallGroup* most = nullptr;
    double most_open = 0;
    for (const std::string_view name : rarely_needed_groups) {
        const CallGroup* group = find_group(name);
        double open = 0;
        for_each_call(calls_of(*group, native_), [&](std::uint32_t number) { open += share_of(number); });
        if (open <= most_open) continue;
        most = group;
        most_open = open;
    }
    return most;
}

Finding ScoredCalls::at(std::string_view name) const {
    const auto number = call_index(native_, name);
    const auto rule = std::ranges::find_if(jail_->calls, [&](const CallRule& each) { return each.number == number; });
    if (rule == jail_->calls.end()) return {};
    return {share_of(rule->number), std::string(name), jail_->origins_of(*rule)};
}

Finding ScoredCalls::dangerous() const {
    Finding finding;
    double open = 0;
    double all = 0;
    unsigned heaviest = 0;
    for (const auto& [name, weight] : compiler::dangerous) {
        Finding call = at(name);
        all += weight;
        open += weight * call.share;
        if (call.share == 0 || weight <= heaviest) continue;
        heaviest = weight;
        finding = std::move(call);
    }
    finding.share = std::sqrt(open / all);
    return finding;
}

Finding ScoredCalls::all() const {
    double open = 0;
    for (const auto& [number, share] : openness_) open += share;
    const auto all = static_cast<double>(std::max<std::size_t>(openness_.size(), 1));
    return {open / all,
            std::to_string(static_cast<unsigned>(std::ceil(open))) + " of " + std::to_string(openness_.size()),
            {}};
}

Finding ScoredCalls::programs() const {
    Finding execve = at("execve");
    Finding execveat = at("execveat");
    Finding finding = execveat.share > execve.share ? std::move(execveat) : std::move(execve);
    return finding.share > 0 ? finding : Finding();
}

Finding ScoredCalls::further_abis() const {
    return {1 - 1 / (1 + static_cast<double>(further_abis_)), {}, {}};
}

}  // namespace ward::compiler
