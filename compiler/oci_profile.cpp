#include "compiler/oci_profile.hpp"

#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "compiler/call_multiplexers.hpp"
#include "compiler/condition_diagram.hpp"
#include "compiler/diff_calls.hpp"
#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

using Node = Diagram::Node;
using Rule = OciProfile::Rule;

// ---- circumstances

struct MachineRow {
    Abi abi;
    std::string_view token;  // of libseccomp
    std::string_view name;   // of Go, as includes and excludes have it; empty: no machine of its own
};

constexpr MachineRow machines[] = {
    {Abi::x86_64, "SCMP_ARCH_X86_64", "amd64"},
    {Abi::i386, "SCMP_ARCH_X86", ""},
    {Abi::x32, "SCMP_ARCH_X32", ""},
    {Abi::aarch64, "SCMP_ARCH_AARCH64", "arm64"},
};

const MachineRow& row_of(Abi abi) {
    return machines[static_cast<std::size_t>(abi)];
}

bool has_machine(const std::vector<std::string>& names, const OciFacts& facts) {
    return std::ranges::find(names, row_of(facts.machine).name) != names.end();
}

bool has_capability(const std::string& name, const OciFacts& facts) {
    return facts.capabilities.contains(name);
}

bool reaches_kernel(const std::pair<unsigned, unsigned>& least, const OciFacts& facts) {
    return std::pair(facts.kernel_major, facts.kernel_minor) >= least;
}

bool holds(const Rule& rule, const OciFacts& facts) {
    const auto has = [&](const std::string& name) { return has_capability(name, facts); };
    const auto& in = rule.includes;
    const auto& out = rule.excludes;
    if (!out.machines.empty() && has_machine(out.machines, facts)) return false;
    if (std::ranges::any_of(out.capabilities, has)) return false;
    if (out.kernel && reaches_kernel(*out.kernel, facts)) return false;
    if (!in.machines.empty() && !has_machine(in.machines, facts)) return false;
    if (!std::ranges::all_of(in.capabilities, has)) return false;
    return !in.kernel || reaches_kernel(*in.kernel, facts);
}

// ---- numbers

// A call of an ABI that a name stands for, and the value of its first argument if it is multiplexed.
struct Target {
    std::uint32_t number = 0;
    std::optional<std::uint32_t> first_argument;
};

std::vector<Target> targets_of(Abi abi, const std::string& name) {
    std::vector<Target> targets;
    if (abi == Abi::i386) {
        const auto row = std::ranges::find(operations(), name, &Operation::call);
        if (row != operations().end()) {
            targets.push_back({call_number(abi, row->multiplexer).value(), row->first_argument});
            if (const auto direct = call_number(abi, name)) targets.push_back({*direct, std::nullopt});
            return targets;
        }
    }
    if (const auto number = libseccomp_number(abi, name); number && *number >= 0)
        targets.push_back({static_cast<std::uint32_t>(*number), std::nullopt});
    else if (const auto newer = number_of_name(abi, name))
        targets.push_back({*newer, std::nullopt});
    return targets;
}

// ---- conditions

Condition condition_of(const OciProfile::Comparison& comparison, Abi abi) {
    using Relation = OciProfile::Comparison::Relation;
    // libseccomp takes x32 for an ABI of 32 bits.
    const std::uint8_t bits = abi == Abi::i386 || abi == Abi::x32 ? 32 : 64;
    const std::uint64_t all = bits == 64 ? ~std::uint64_t{0} : ~std::uint32_t{0};
    const auto compare = [&](ward::compiler::Comparison::Relation relation, std::uint64_t mask, std::uint64_t value) {
        return ward::compiler::holds({comparison.argument, bits, false, relation, mask & all, value & all});
    };
    Condition equal = compare(Comparison::Relation::equal, all, comparison.value);
    Condition less = compare(Comparison::Relation::less, all, comparison.value);
    switch (comparison.relation) {
        case Relation::equal:
            return equal;
        case Relation::not_equal:
            return negated(equal);
        case Relation::less:
            return less;
        case Relation::at_most:
            return either(less, equal);
        case Relation::greater:
            return negated(either(less, equal));
        case Relation::at_least:
            return negated(less);
        case Relation::masked:
            // libseccomp cuts what is left to the mask.
            return compare(Comparison::Relation::equal, comparison.value, comparison.value_two & comparison.value);
    }
    return equal;
}

// runc makes a rule of each comparison when two are of one argument, because libseccomp takes only one.
bool repeats_an_argument(const Rule& rule) {
    std::set<std::uint8_t> seen;
    return std::ranges::any_of(rule.comparisons,
                               [&](const auto& comparison) { return !seen.insert(comparison.argument).second; });
}

// The conditions of a rule, each a rule of its own. libseccomp puts the number of a multiplexed call in the
// place of what was said about the first argument.
std::vector<Condition> conditions_of(const Rule& rule, Abi abi, const Target& target) {
    const bool apart = repeats_an_argument(rule);
    std::vector<Condition> conditions(apart ? 0 : 1);
    for (const auto& comparison : rule.comparisons) {
        Condition one = target.first_argument && comparison.argument == 0 ? always() : condition_of(comparison, abi);
        if (apart)
            conditions.push_back(std::move(one));
        else
            conditions.front() = both(std::move(conditions.front()), std::move(one));
    }
    if (!target.first_argument) return conditions;
    const Condition number =
        ward::compiler::holds({0, 32, false, Comparison::Relation::equal, ~std::uint32_t{0}, *target.first_argument});
    for (Condition& each : conditions) each = both(each, number);
    return conditions;
}

// ---- one ABI

// What is said of one call: the first rule without a condition, which beats all with one; else those.
struct CallRules {
    std::optional<std::uint32_t> always;
    std::vector<std::pair<Node, std::uint32_t>> conditional;
};

class AbiRules {
public:
    AbiRules(Abi abi, Diagram& diagram) : abi_(abi), diagram_(diagram) {}

    void add(const Rule& rule, const std::string& name) {
        for (const Target& target : targets_of(abi_, name)) {
            has_number_ = has_number_ || !target.first_argument;
            CallRules& call = calls_[target.number];
            for (const Condition& condition : conditions_of(rule, abi_, target)) {
                if (!is_always(condition))
                    call.conditional.emplace_back(node_of(condition, diagram_), rule.outcome);
                else if (!call.always)
                    call.always = rule.outcome;
            }
        }
    }

    // By number; what is not here has the default.
    std::map<std::uint32_t, Node> outcomes(std::uint32_t default_outcome, OciNotes& notes) {
        std::map<std::uint32_t, Node> result;
        if (!has_number_) return result;
        for (const auto& [number, call] : calls_) result[number] = outcome_of(number, call, default_outcome, notes);
        return result;
    }

private:
    Node outcome_of(std::uint32_t number, const CallRules& call, std::uint32_t default_outcome, OciNotes& notes) {
        if (call.always) return diagram_.leaf(*call.always);
        Node result = diagram_.leaf(default_outcome);
        for (auto rule = call.conditional.begin(); rule != call.conditional.end(); ++rule) {
            for (auto other = call.conditional.begin(); other != rule; ++other)
                if (other->second != rule->second && diagram_.both(other->first, rule->first) != Diagram::no)
                    notes.contradictions.insert(
                        std::string(abi_ == Abi::x86_64 ? syscall_name(number) : call_name(abi_, number)));
            result = diagram_.choose(rule->first, diagram_.leaf(rule->second), result);
        }
        return result;
    }

    Abi abi_;
    Diagram& diagram_;
    std::map<std::uint32_t, CallRules> calls_;
    // libseccomp 2.5.4 leaves out an ABI where no rule is about a call with a number of its own: a profile of `recv`
    // alone does not open socketcall(SYS_RECV). Its binary tree does, which runc asks for above 8 rules only.
    bool has_number_ = false;
};

std::vector<NumberRange> as_ranges(const std::map<std::uint32_t, Node>& outcomes, NumberRange numbers, Node otherwise) {
    std::vector<NumberRange> ranges;
    std::uint64_t next = numbers.first;
    for (const auto& [number, outcome] : outcomes) {
        if (number > next) ranges.push_back({static_cast<std::uint32_t>(next), number - 1, otherwise});
        ranges.push_back({number, number, outcome});
        next = std::uint64_t{number} + 1;
    }
    if (next <= numbers.last) ranges.push_back({static_cast<std::uint32_t>(next), numbers.last, otherwise});
    return ranges;
}

void note_name(const std::string& name, Abi machine, OciNotes& notes) {
    if (libseccomp_number(machine, name)) return;
    const bool is_newer =
        std::ranges::any_of(every_abi_listed, [&](Abi abi) { return number_of_name(abi, name).has_value(); });
    (is_newer ? notes.newer_names : notes.unknown_names).insert(name);
}

}  // namespace

std::optional<std::uint32_t> number_of_name(Abi abi, const std::string& name) {
    const auto number = abi == Abi::x86_64 ? syscall_number(name) : call_number(abi, name);
    return number && name_of_call(abi, *number) == name ? number : std::nullopt;
}

std::string_view machine_name(Abi abi) {
    return row_of(abi).name;
}

std::vector<const Rule*> rules_that_hold(const OciProfile& profile, const OciFacts& facts) {
    std::vector<const Rule*> rules;
    for (const Rule& rule : profile.rules)
        if (holds(rule, facts)) rules.push_back(&rule);
    return rules;
}

std::vector<Abi> abis_of(const OciProfile& profile, const OciFacts& facts) {
    std::vector<std::string> tokens = profile.architectures.value_or(std::vector<std::string>());
    for (const auto& row : profile.by_machine)
        if (row.native == row_of(facts.machine).token) tokens = row.others;
    std::vector<Abi> abis{facts.machine};  // libseccomp adds the machine's own by itself
    for (const MachineRow& row : machines)
        if (row.abi != facts.machine && std::ranges::find(tokens, row.token) != tokens.end()) abis.push_back(row.abi);
    return abis;
}

FilterMeaning oci_meaning(const OciProfile& profile, const OciFacts& facts, Diagram& diagram, OciNotes& notes) {
    // The action for other ABIs, unless somebody sets another one (seccomp_attr_set(3), SCMP_FLTATR_ACT_BADARCH).
    const Node other_abi = diagram.leaf(SECCOMP_RET_KILL_THREAD);
    const std::vector<Abi> abis = abis_of(profile, facts);
    FilterMeaning meaning;
    for (const Abi abi : every_abi_listed) {
        if (std::ranges::find(abis, abi) == abis.end()) {
            // The number -1 stands for a call that a tracer has taken out; libseccomp takes it for one of x86_64.
            const std::map<std::uint32_t, Node> taken_out{{~0u, diagram.leaf(profile.default_outcome)}};
            if (abi == Abi::x32 && facts.machine == Abi::x86_64)
                meaning.abis.push_back({abi, 0, as_ranges(taken_out, numbers_of(abi), other_abi)});
            continue;
        }
        AbiRules rules(abi, diagram);
        for (const Rule* rule : rules_that_hold(profile, facts)) {
            if (rule->outcome == profile.default_outcome) continue;  // libseccomp takes no such rule, so runc drops it
            for (const std::string& name : rule->names) {
                rules.add(*rule, name);
                note_name(name, facts.machine, notes);
            }
        }
        meaning.abis.push_back({abi, 0,
                                as_ranges(rules.outcomes(profile.default_outcome, notes), numbers_of(abi),
                                          diagram.leaf(profile.default_outcome))});
    }
    meaning.abis.push_back({std::nullopt, 0, as_ranges({}, {0, ~0u, 0}, other_abi)});
    return meaning;
}

}  // namespace ward::compiler
