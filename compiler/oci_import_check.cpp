// An imported policy against the profile that it came from: for every call of every ABI, the same node.
#include <linux/seccomp.h>

#include <algorithm>

#include "compiler/condition_diagram.hpp"
#include "compiler/diff_calls.hpp"
#include "compiler/oci_import.hpp"
#include "compiler/oci_import_parts.hpp"
#include "compiler/prototypes.hpp"
#include "compiler/raw_filter.hpp"
#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

using Node = Diagram::Node;

// The bits of its arguments that the kernel ignores are zero.
Condition as_the_kernel_sees(Abi abi, std::string_view name) {
    Condition result = always();
    const Prototype* prototype = find_prototype(abi, name);
    if (prototype == nullptr) return result;
    for (const Argument& argument : prototype->arguments) {
        const unsigned bits = argument_bits(argument, abi);
        if (bits >= 64 || word_bits(abi) == 32) continue;
        const std::uint64_t ignored = ~((std::uint64_t{1} << bits) - 1);
        result =
            both(std::move(result), holds({argument.position, 64, false, Comparison::Relation::equal, ignored, 0}));
    }
    return result;
}

Node outcome_of(const std::vector<NumberRange>& ranges, std::uint32_t number) {
    const auto range = std::ranges::lower_bound(ranges, number, {}, &NumberRange::last);
    return range->outcome;
}

// The arguments that are no pointers, as bits.
unsigned numbers_in(Abi abi, std::string_view name) {
    unsigned bits = 0;
    const Prototype* prototype = find_prototype(abi, name);
    if (prototype == nullptr) return bits;
    for (const Argument& argument : prototype->arguments)
        if (argument.kind != Kind::pointer) bits |= 1u << argument.position;
    return bits;
}

// A policy ends the whole process where a profile may end a thread alone.
OciProfile ending_processes(OciProfile profile) {
    const auto end = [](std::uint32_t& outcome) {
        if (outcome == SECCOMP_RET_KILL_THREAD) outcome = SECCOMP_RET_KILL_PROCESS;
    };
    end(profile.default_outcome);
    for (OciProfile::Rule& rule : profile.rules) end(rule.outcome);
    return profile;
}

class Comparer {
public:
    Comparer(const OciProfile& profile, const OciFacts& facts, const FilterModel& model)
        : abis_(abis_of(profile, facts)) {
        expected_ = oci_meaning(ending_processes(profile), facts, diagram_, notes_);
        for (const std::string& name : notes_.contradictions)
            result_.different.push_back("`" + name + "` has conditions that overlap and different actions");
        const auto program = emit(for_other_launchers(model), {.exec_key = 0, .supervised = false});
        std::string refusal = "it is too long for the kernel";
        if (program) actual_ = meaning_by_abi(*program, diagram_, refusal);
        if (!actual_) result_.different.push_back(refusal);
    }

    ImportComparison run() {
        for (const Abi abi : abis_)
            for (const CallNumber& call : calls_of_abi(abi))
                if (actual_) compare(abi, call);
        return std::move(result_);
    }

private:
    void compare(Abi abi, const CallNumber& call) {
        const std::string name(call.name);
        const auto known = libseccomp_number(abi, name);
        if (!known || *known < 0 || notes_.unknown_names.contains(name)) return;
        const Node seen = node_of(as_the_kernel_sees(abi, name), diagram_);
        const Node expected = outcome_of(ranges_of(expected_, abi, 0), call.number);
        const Node actual = outcome_of(ranges_of(*actual_, abi, 0), call.number);
        const Node unseen = diagram_.leaf(SECCOMP_RET_ALLOW);
        const Node wanted = diagram_.choose(seen, expected, unseen);
        const Node given = diagram_.choose(seen, actual, unseen);
        if (wanted == given) return;
        const std::string words = "`" + name + "` of " + std::string(abi_name(abi)) + " stays refused, because ";
        if (abi == Abi::i386 && (name == "socketcall" || name == "ipc"))
            return result_.refused.push_back(words + "its arguments are in memory and others behind it are limited");
        if (is_ring_call(name) && expected == diagram_.leaf(SECCOMP_RET_ALLOW))
            return result_.refused.push_back(words + "what it does for a program passes no filter");
        const auto arguments = diagram_.difference(wanted, given);
        const auto outcome = [&](Node node) { return outcome_in_words(diagram_.evaluate(node, arguments)); };
        result_.different.push_back("`" + call_in_words(abi, call.number, arguments, numbers_in(abi, name)) + "` of " +
                                    std::string(abi_name(abi)) + " would be " + outcome(actual) + ", and is " +
                                    outcome(expected) + " in the profile");
    }

    std::vector<Abi> abis_;
    Diagram diagram_;
    OciNotes notes_;
    FilterMeaning expected_;
    std::optional<FilterMeaning> actual_;
    ImportComparison result_;
};

}  // namespace

ImportComparison compare_with_profile(const OciProfile& profile, const OciFacts& facts, const FilterModel& model) {
    return Comparer(profile, facts, model).run();
}

}  // namespace ward::compiler
