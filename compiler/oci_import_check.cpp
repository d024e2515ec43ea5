// An imported policy against the profile that it came from: for every call of every ABI and all values of all
// registers, what the profile answers where the bits that the kernel ignores are 0.
#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <map>

#include "compiler/call_multiplexers.hpp"
#include "compiler/diff_calls.hpp"
#include "compiler/oci_import.hpp"
#include "compiler/oci_import_parts.hpp"
#include "compiler/prototypes.hpp"
#include "compiler/raw_filter.hpp"
#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

using Node = Diagram::Node;

// By register, the bits that the kernel ignores.
std::array<std::uint64_t, 6> ignored_bits(Abi abi, std::string_view name) {
    std::array<std::uint64_t, 6> ignored{};
    const Prototype* prototype = find_prototype(abi, name);
    if (prototype == nullptr || word_bits(abi) == 32) return ignored;
    for (const Argument& argument : prototype->arguments)
        if (const unsigned bits = argument_bits(argument, abi); bits < 64)
            ignored.at(argument.position) = ~((std::uint64_t{1} << bits) - 1);
    return ignored;
}

// An outcome where some bits are 0, for whatever they are.
class Cleared {
public:
    Cleared(const std::array<std::uint64_t, 6>& bits, Diagram& diagram) : bits_(bits), diagram_(diagram) {}

    Node of(Node node) {
        if (diagram_.is_leaf(node)) return node;
        if (const auto known = known_.find(node); known != known_.end()) return known->second;
        const Diagram::Split split = diagram_.split(node);
        Node result = of(split.clear);
        if ((bits_.at(split.argument) >> split.bit & 1) == 0)
            result = diagram_.choose(diagram_.bit(split.argument, split.bit), of(split.set), result);
        return known_[node] = result;
    }

private:
    const std::array<std::uint64_t, 6>& bits_;
    Diagram& diagram_;
    std::map<Node, Node> known_;
};

Node outcome_of(const std::vector<NumberRange>& ranges, std::uint32_t number) {
    const auto range = std::ranges::lower_bound(ranges, number, {}, &NumberRange::last);
    return range->outcome;
}

// Where a call is allowed.
class Allowed {
public:
    explicit Allowed(Diagram& diagram) : diagram_(diagram) {}

    Node of(Node node) {
        if (diagram_.is_leaf(node)) return diagram_.value(node) == SECCOMP_RET_ALLOW ? Diagram::yes : Diagram::no;
        if (const auto known = known_.find(node); known != known_.end()) return known->second;
        const Diagram::Split split = diagram_.split(node);
        const Node set = of(split.set);
        return known_[node] = diagram_.choose(diagram_.bit(split.argument, split.bit), set, of(split.clear));
    }

private:
    Diagram& diagram_;
    std::map<Node, Node> known_;
};

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

std::optional<FilterMeaning> meaning_of_model(const FilterModel& model, Diagram& diagram, std::string& refusal) {
    refusal = "it is too long for the kernel";
    const auto program = emit(for_other_launchers(model), {.exec_key = 0, .supervised = false});
    return program ? meaning_by_abi(*program, diagram, refusal) : std::nullopt;
}

class Comparer {
public:
    Comparer(const OciProfile& profile, const OciFacts& facts, const FilterModel& model)
        : abis_(abis_of(profile, facts)) {
        expected_ = oci_meaning(ending_processes(profile), facts, diagram_, notes_);
        for (const std::string& name : notes_.contradictions)
            result_.different.push_back("`" + name + "` has conditions that overlap and different actions");
        std::string refusal;
        actual_ = meaning_of_model(model, diagram_, refusal);
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
        const Node profile = outcome_of(ranges_of(expected_, abi, 0), call.number);
        const Node actual = outcome_of(ranges_of(*actual_, abi, 0), call.number);
        const auto ignored = ignored_bits(abi, name);
        const Node expected = Cleared(ignored, diagram_).of(profile);
        if (expected != profile) result_.narrowed.insert(name);
        if (expected == actual) return;
        const std::string words = "`" + name + "` of " + std::string(abi_name(abi)) + " stays refused, because ";
        if (abi == Abi::i386 && is_multiplexer(abi, call.number) && allows_no_more(actual, expected))
            return result_.refused.push_back(words + "its arguments are in memory and others behind it are limited");
        if (is_ring_call(name) && expected == diagram_.leaf(SECCOMP_RET_ALLOW))
            return result_.refused.push_back(words + "what it does for a program passes no filter");
        const auto arguments = diagram_.difference(expected, actual);
        const auto outcome = [&](Node node) { return outcome_in_words(diagram_.evaluate(node, arguments)); };
        result_.different.push_back("`" + call_in_words(abi, call.number, arguments, numbers_in(abi, name)) + "` of " +
                                    std::string(abi_name(abi)) + " would be " + outcome(actual) + ", and is " +
                                    outcome(expected) + " in the profile");
    }

    bool allows_no_more(Node actual, Node expected) {
        Allowed allowed(diagram_);
        return diagram_.both(allowed.of(actual), diagram_.negate(allowed.of(expected))) == Diagram::no;
    }

    std::vector<Abi> abis_;
    Diagram diagram_;
    OciNotes notes_;
    FilterMeaning expected_;
    std::optional<FilterMeaning> actual_;
    ImportComparison result_;
};

}  // namespace

std::map<std::string, std::set<std::string>> other_refusals(const FilterModel& model, const FilterModel& guarded) {
    Diagram diagram;
    std::string refusal;
    const auto before = meaning_of_model(model, diagram, refusal);
    const auto after = meaning_of_model(guarded, diagram, refusal);
    std::map<std::string, std::set<std::string>> found;
    if (!before || !after) return found;
    const Node allowed = diagram.leaf(SECCOMP_RET_ALLOW);
    for (const AbiModel& abi : model.abis)
        for (const CallNumber& call : calls_of_abi(abi.abi)) {
            const Node was = outcome_of(ranges_of(*before, abi.abi, 0), call.number);
            const Node is = outcome_of(ranges_of(*after, abi.abi, 0), call.number);
            if (was == is || was == allowed || !diagram.is_leaf(was) || !diagram.is_leaf(is)) continue;
            found["every policy answers " + outcome_in_words(diagram.value(is)) + ", where the profile answers " +
                  outcome_in_words(diagram.value(was))]
                .emplace(call.name);
        }
    return found;
}

ImportComparison compare_with_profile(const OciProfile& profile, const OciFacts& facts, const FilterModel& model) {
    return Comparer(profile, facts, model).run();
}

}  // namespace ward::compiler
