#include "compiler/oci_import.hpp"

#include <linux/seccomp.h>

#include <algorithm>

#include "compiler/capabilities.hpp"
#include "compiler/errno_names.hpp"
#include "compiler/oci_import_parts.hpp"
#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

using Rule = OciProfile::Rule;

// ---- the text

// The statements that hold under the same circumstances.
struct Block {
    std::string condition;
    std::vector<const Rule*> rules;
};

class Importer {
public:
    Importer(const OciProfile& profile, const OciFacts& facts)
        : profile_(profile), facts_(facts), abis_(abis_of(profile, facts)) {}

    ImportedPolicy run(std::string_view name, std::string_view origin) {
        for (const Rule& rule : profile_.rules) sort_in(rule);
        check_default();
        std::string inside;
        for (const Block& block : blocks_) inside += in_braces(block);
        std::string text =
            "policy " + std::string(name) + " \"a container's profile, from " + std::string(origin) + "\"\n\n";
        for (const std::string& capability : capabilities_)
            text += "param " + parameter_for(capability) + ": flag = false  # " + capability + "\n";
        text += capabilities_.empty() ? "" : "\n";
        text += notes();
        result_.narrowed = narrowed_;
        result_.text = text + inside;
        result_.circumstances = dependences_.circumstances(facts_);
        result_.notes = notes_for_the_caller();
        result_.capabilities = capabilities_;
        return std::move(result_);
    }

private:
    // ---- what is where

    void sort_in(const Rule& rule) {
        if (!is_for(rule, facts_.machine)) return leave_out(rule);
        if (rule.outcome == profile_.default_outcome) return;  // libseccomp takes no such rule
        for (const std::string& name : rule.names) {
            if (!dependences_.add(name, rule))
                fault("`" + name + "` depends on more than " + std::to_string(Dependences::most_capabilities) +
                          " capabilities",
                      "take some of its rules out");
            if (has_call(abis_, name) && !libseccomp_number(facts_.machine, name)) newer_.insert(name);
        }
        block_for(condition_for(rule)).rules.push_back(&rule);
    }

    void leave_out(const Rule& rule) {
        const bool is_missing = !rule.includes.machines.empty();
        elsewhere_ += (is_missing ? "# Only on " + joined(rule.includes.machines, ", ")
                                  : "# Not on " + joined(rule.excludes.machines, ", ")) +
                      ": " + joined(rule.names, ", ") + "\n";
    }

    Block& block_for(const std::string& condition) {
        const auto known = std::ranges::find(blocks_, condition, &Block::condition);
        return known != blocks_.end() ? *known : blocks_.emplace_back(Block{condition, {}});
    }

    // ---- one block

    std::string in_braces(const Block& block) {
        std::string inside = statements(block);
        if (block.condition.empty()) inside = "abi " + abi_words() + "\n" + inside + default_words();
        if (inside.empty()) return {};
        for (const Rule* rule : block.rules)
            for (const auto* each : {&rule->includes, &rule->excludes})
                capabilities_.insert(each->capabilities.begin(), each->capabilities.end());
        inside = kept(block) + "syscalls {\n" + inside + "}\n";
        return block.condition.empty() ? inside : "\nwhen " + block.condition + " {\n" + inside + "}\n";
    }

    // A container of that capability has it, and without it the kernel refuses what the block allows. Those that
    // count for nothing in a jail cannot be kept.
    static std::string kept(const Block& block) {
        if (block.rules.empty()) return {};
        std::vector<std::string> names;
        for (const std::string& each : block.rules.front()->includes.capabilities) {
            const auto number = capability_number(each);
            if (number && capability_reach(*number) != CapabilityReach::nothing) names.push_back(parameter_for(each));
        }
        return names.empty() ? std::string() : "capabilities { keep " + joined(names, ", ") + " }\n";
    }

    // Rules with a comment stay by themselves under it; the others are one list for each answer.
    std::string statements(const Block& block) {
        std::string text;
        std::map<std::uint32_t, CallNames> lists;
        CallNames decided;
        for (const Rule* rule : block.rules) {
            if (!rule->comparisons.empty()) continue;
            const CallNames names = undecided(*rule, block, decided);
            if (rule->comment.empty())
                lists[rule->outcome].insert(names.begin(), names.end());
            else if (!names.empty())
                text += comment_of(*rule) + plain(rule->outcome, names);
        }
        std::string listed;
        if (const auto allowed = lists.extract(SECCOMP_RET_ALLOW)) listed = plain(SECCOMP_RET_ALLOW, allowed.mapped());
        for (const auto& [outcome, names] : lists) listed += plain(outcome, names);
        return listed + text + conditional(block, decided);
    }

    // Calls of these ABIs that nothing has answered yet: of two rules without a condition the first counts.
    CallNames undecided(const Rule& rule, const Block& block, CallNames& decided) {
        CallNames names;
        for (const std::string& name : rule.names) {
            if (!has_call(abis_, name)) {
                note_name(name);
                continue;
            }
            if (!block.condition.empty() && always_decided_.contains(name)) continue;
            if (decided.insert(name).second) names.insert(name);
        }
        if (block.condition.empty()) always_decided_.insert(names.begin(), names.end());
        return names;
    }

    void note_name(const std::string& name) {
        const bool is_known = std::ranges::any_of(every_abi_listed, [&](Abi abi) { return has_call({abi}, name); }) ||
                              !foreign_architectures(name).empty();
        if (is_known)
            on_other_abis_.insert(name);
        else if (unknown_.insert(name).second)
            result_.unknown_names.push_back(name);
    }

    static std::string comment_of(const Rule& rule) {
        if (rule.comment.empty()) return {};
        std::string text = rule.comment;
        std::ranges::replace_if(
            text, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
        return "# " + text + "\n";
    }

    std::string plain(std::uint32_t outcome, const CallNames& names) {
        if (names.empty()) return {};
        if (outcome == SECCOMP_RET_ALLOW) return allow_statements(without_rings(names), abis_);
        const std::string list = list_of_calls(names, abis_);
        const std::string refusal = refuse(list, outcome, *names.begin());
        return is_denylist() ? "forbid " + list + "\n" + refusal : refusal;
    }

    // With io_uring a program goes around the filter, and so around what ward always refuses.
    CallNames without_rings(CallNames names) {
        std::erase_if(names, [&](const std::string& name) {
            if (!is_ring_call(name)) return false;
            rings_.insert(name);
            return true;
        });
        return names;
    }

    // Nothing if calls are refused so anyhow.
    std::string refuse(const std::string& list, std::uint32_t outcome, const std::string& first) {
        const std::string words = response(outcome, "`" + first + "`");
        return outcome == refusal() ? "" : "refuse " + list + " with " + words + "\n";
    }

    // ---- conditions

    std::string conditional(const Block& block, const CallNames& decided) {
        std::string text;
        std::set<std::pair<std::string, std::uint32_t>> said;
        for (const Rule* rule : block.rules) {
            if (rule->comparisons.empty()) continue;
            for (const std::string& name : rule->names) {
                if (!has_call(abis_, name))
                    note_name(name);
                else if (!decided.contains(name) && !always_decided_.contains(name) &&
                         said.emplace(name, rule->outcome).second)
                    text += condition_of(block, name, rule->outcome);
            }
        }
        return text;
    }

    // All rules of a call with one answer are taken together: `< 38`, `== 39` and `> 40` are `not in (38, 40)`.
    std::string condition_of(const Block& block, const std::string& name, std::uint32_t outcome) {
        ComparedCall call(name, abis_);
        std::string comments;
        for (const Rule* rule : block.rules) {
            if (rule->comparisons.empty() || rule->outcome != outcome) continue;
            if (std::ranges::find(rule->names, name) == rule->names.end()) continue;
            if (!call.add(rule->comparisons)) {
                fault(call.fault(), call.remedy());
                return {};
            }
            const std::string comment = comment_of(*rule);
            if (comments.find(comment) == std::string::npos) comments += comment;
        }
        if (!call.can_be_said()) {
            fault(call.fault(), call.remedy());
            return {};
        }
        if (call.is_narrowed()) narrowed_.insert(name);
        const auto words = call.words();
        if (!words) return comments + plain(outcome, {name});
        if (words->empty()) return {};
        return comments + with_condition(name, outcome, *words);
    }

    // A call that is refused under a condition is answered alike wherever it is refused; whether that is what
    // the profile says shows when both are compared.
    std::string with_condition(const std::string& name, std::uint32_t outcome, const std::string& words) {
        if (outcome == SECCOMP_RET_ALLOW) return "allow " + name + " if " + words + "\n";
        const std::string refusal = refuse(name, outcome, name);
        return is_denylist() ? "forbid " + name + " if " + words + "\n" + refusal : refusal;
    }

    // ---- answers

    [[nodiscard]] bool is_denylist() const { return profile_.default_outcome == SECCOMP_RET_ALLOW; }

    // Of a call that nothing allows: of a denylist, the answer of its first rule.
    [[nodiscard]] std::uint32_t refusal() const {
        if (!is_denylist()) return profile_.default_outcome;
        for (const Block& block : blocks_)
            for (const Rule* rule : block.rules) return rule->outcome;
        return SECCOMP_RET_ERRNO | 1;  // EPERM
    }

    // `who` has this answer, for a fault.
    std::string response(std::uint32_t outcome, const std::string& who) {
        const std::uint32_t data = outcome & SECCOMP_RET_DATA;
        switch (outcome & SECCOMP_RET_ACTION_FULL) {
            case SECCOMP_RET_ERRNO:
                return number_words(data, who);
            case SECCOMP_RET_TRAP:
                return "trap";
            case SECCOMP_RET_KILL_THREAD:
                ends_threads_ = true;
                return "kill";
            case SECCOMP_RET_KILL_PROCESS:
                return "kill";
            case SECCOMP_RET_LOG:
                fault(who + " has the action SCMP_ACT_LOG, which lets the call pass and reports it");
                break;
            case SECCOMP_RET_TRACE:
                fault(who + " has the action SCMP_ACT_TRACE, which leaves the answer to a tracer");
                break;
            default:
                fault(who + " has the action SCMP_ACT_NOTIFY, which leaves the answer to another process");
        }
        return "kill";
    }

    std::string number_words(std::uint32_t number, const std::string& who) {
        const std::string_view name = errno_name(static_cast<std::uint16_t>(number));
        if (name.empty())
            fault(who + " is refused with the error " + std::to_string(number) + ", which has no name",
                  "write another `errnoRet`, such as 1 (EPERM)");
        return std::string(name);
    }

    void check_default() {
        if (!is_denylist()) default_response_ = response(profile_.default_outcome, "the default");
    }

    std::string default_words() {
        const std::string words = is_denylist() ? response(refusal(), "a call") : default_response_;
        const std::string allowed = is_denylist() ? "allow @known  # but io_uring, which passes no filter\n" : "";
        return allowed + "\nrefuse with " + words + "\n";
    }

    void fault(std::string words, std::string remedy = "write SCMP_ACT_ERRNO or SCMP_ACT_ALLOW in its place") {
        const bool is_new = std::ranges::find(result_.faults, words, &ImportFault::words) == result_.faults.end();
        if (is_new) result_.faults.push_back({std::move(words), std::move(remedy)});
    }

    // ---- around the blocks

    [[nodiscard]] std::string abi_words() const {
        std::vector<std::string> names{"native"};
        for (const Abi abi : abis_)
            if (abi != facts_.machine) names.emplace_back(abi_name(abi));
        return joined(names, ", ");
    }

    [[nodiscard]] std::string notes() const {
        const auto line = [](const std::string& words, const CallNames& names) {
            return names.empty() ? "" : "# " + words + ": " + joined({names.begin(), names.end()}, ", ") + "\n";
        };
        const std::string text =
            elsewhere_ + line("No calls of these ABIs", on_other_abis_) + line("No calls at all", unknown_) +
            line("Not allowed, because what they do passes no filter", rings_) +
            line("Compared without the bits of a register that the kernel ignores", narrowed_) +
            (ends_threads_ ? "# `kill` ends the process, where the profile ends the thread\n" : "");
        return text.empty() ? "" : text + "\n";
    }

    [[nodiscard]] std::vector<std::string> notes_for_the_caller() const {
        std::vector<std::string> notes;
        if (!newer_.empty())
            notes.push_back("newer than libseccomp, and so ignored by a container that has the same one: " +
                            joined({newer_.begin(), newer_.end()}, ", "));
        if (ends_threads_) notes.emplace_back("`kill` ends the process, where the profile ends the thread");
        return notes;
    }

    const OciProfile& profile_;
    const OciFacts& facts_;
    std::vector<Abi> abis_;
    std::vector<Block> blocks_{{}};  // the first: always
    Dependences dependences_;
    std::set<std::string> capabilities_;
    CallNames always_decided_;  // without circumstances and comparisons
    CallNames on_other_abis_, unknown_, newer_, rings_, narrowed_;
    bool ends_threads_ = false;
    std::string elsewhere_, default_response_;
    ImportedPolicy result_;
};

}  // namespace

std::string parameter_for(std::string_view capability) {
    if (capability.starts_with("CAP_")) capability.remove_prefix(4);
    std::string name(capability);
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return name;
}

ImportedPolicy import_profile(const OciProfile& profile, std::string_view name, std::string_view origin,
                              const OciFacts& facts) {
    return Importer(profile, facts).run(name, origin);
}

}  // namespace ward::compiler
