// The program, from its first instruction:
//
//        ld arch;  jeq, for each architecture; the rest is kill_process
//        for each architecture: ld nr; a search over ranges of numbers: jge between blocks, jeq inside
//                               a block. x32 is in that of x86_64, by its bit.
//        the argument checks, each distinct one once, for all architectures
//        one ret for each distinct response
//
// A call whose response does not depend on arguments meets only ld nr, ld arch, jumps and ret. The
// kernel finds this out when the filter is loaded and then allows such a call by a bit in a map
// without running the filter (seccomp_is_const_allow(), Linux 5.11).
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <utility>

#include "compiler/decisions.hpp"
#include "compiler/filter.hpp"
#include "compiler/filter_assembler.hpp"
#include "compiler/filter_search.hpp"

namespace ward::compiler {
namespace {

using Label = Assembler::Label;

std::uint32_t kernel_value(Response response, bool supervised) {
    switch (response.kind) {
        case Response::Kind::allow:
            return SECCOMP_RET_ALLOW;
        case Response::Kind::refuse:
            return SECCOMP_RET_ERRNO | response.error;
        case Response::Kind::trap:
            return SECCOMP_RET_TRAP;
        case Response::Kind::kill:
            return supervised ? SECCOMP_RET_USER_NOTIF : SECCOMP_RET_KILL_PROCESS;
        case Response::Kind::kill_process:
            break;
    }
    return SECCOMP_RET_KILL_PROCESS;
}

// Where a half of an argument is. x86_64, i386 and aarch64 are little-endian.
std::size_t word_of(std::uint8_t argument, bool high_half) {
    return offsetof(seccomp_data, args) + sizeof(std::uint64_t) * argument + (high_half ? sizeof(std::uint32_t) : 0);
}

class Emitter {
public:
    Emitter(const FilterModel& model, const EmitOptions& options) : model_(model), options_(options) {}

    std::vector<sock_filter> run() {
        const Label kill = response({Response::Kind::kill_process});
        std::vector<std::pair<std::uint32_t, SegmentList>> numbers;
        for (const Abi abi : {Abi::x86_64, Abi::i386, Abi::aarch64})
            if (has_calls(abi)) numbers.emplace_back(audit_architecture(abi), numbers_of(abi, kill));
        // Backwards: the native architecture is last here and first in the program.
        Label other = kill;
        for (auto each = numbers.rbegin(); each != numbers.rend(); ++each) other = architecture(*each, other);
        assembler_.continue_at(other);
        assembler_.load(offsetof(seccomp_data, arch));
        return assembler_.program();
    }

private:
    // ---- what a call number leads to

    const AbiModel* find(Abi abi) const {
        const auto found = std::find_if(model_.abis.begin(), model_.abis.end(),
                                        [abi](const AbiModel& each) { return each.abi == abi; });
        return found == model_.abis.end() ? nullptr : &*found;
    }

    bool has_calls(Abi abi) const { return find(abi) || (abi == Abi::x86_64 && find(Abi::x32)); }

    // Writes every decision that a number leads to, and says which numbers lead where.
    SegmentList numbers_of(Abi abi, Label kill) {
        SegmentList list;
        const bool has_x32 = abi == Abi::x86_64;
        add_calls(list, find(abi), 0, has_x32 ? x32_bit - 1 : ~0u, kill);
        if (has_x32) add_calls(list, find(Abi::x32), x32_bit, ~0u, kill);
        return list;
    }

    void add_calls(SegmentList& list, const AbiModel* abi, std::uint32_t first, std::uint32_t last, Label kill) {
        if (!abi) return list.add(last, kill);
        const std::vector<CallModel>& calls = abi->calls;
        for (std::size_t i = 0; i < calls.size(); ++i, ++first) {
            // Of calls in a row that are answered alike, as most are, the last stands for all.
            const bool goes_on = i + 1 < calls.size() && is_constant(calls[i]) && is_constant(calls[i + 1]) &&
                                 calls[i].otherwise == calls[i + 1].otherwise;
            if (!goes_on) list.add(first, call_label(calls[i]));
        }
        list.add(last, response(abi->beyond));
    }

    static bool is_constant(const CallModel& call) { return call.answers.empty() && !call.one_shot; }

    Label call_label(const CallModel& call) {
        return is_constant(call) ? response(call.otherwise) : decision(nodes_.decide(call));
    }

    // The test for one architecture, and behind it the search for its numbers.
    Label architecture(const std::pair<std::uint32_t, SegmentList>& numbers, Label other) {
        const SegmentList& list = numbers.second;
        assembler_.continue_at(write_search(assembler_, list.segments(), list.places()));
        assembler_.load(offsetof(seccomp_data, nr));
        return assembler_.jump(BPF_JEQ, numbers.first, assembler_.here(), other);
    }

    // ---- decisions

    struct Return {
        std::uint32_t value;  // SECCOMP_RET_*
        Label label;
    };

    static constexpr std::size_t nothing = ~std::size_t{0};

    // `loaded`: the word that the accumulator holds, or `nothing` that helps.
    Label decision(NodeId id, std::size_t loaded = nothing) {
        const Decisions::Node& node = nodes_[id];
        if (node.kind == Decisions::Node::Kind::response) return response(node.response);
        const bool is_loaded =
            node.kind == Decisions::Node::Kind::field && loaded == word_of(node.field.argument, node.field.high_half);
        const auto known = decisions_.find({id, is_loaded});
        if (known != decisions_.end()) return known->second;
        const Label label = is_loaded ? search(node) : loading(id);
        decisions_.emplace(std::pair{id, is_loaded}, label);
        return label;
    }

    Label response(Response response) {
        const std::uint32_t value = kernel_value(response, options_.supervised);
        const auto known = std::ranges::find(returns_, value, &Return::value);
        if (known != returns_.end()) return known->label;
        return returns_.emplace_back(Return{value, assembler_.finish_with(value)}).label;
    }

    // A decision that first loads what it looks at.
    Label loading(NodeId id) {
        const Decisions::Node& node = nodes_[id];
        if (node.kind == Decisions::Node::Kind::exec_key) return exec_key(node);
        const std::size_t word = word_of(node.field.argument, node.field.high_half);
        assembler_.continue_at(decision(id, word));
        assembler_.load(word);
        return assembler_.here();
    }

    // Where the word in the accumulator leads.
    Label search(const Decisions::Node& node) {
        const std::uint32_t mask = node.field.mask;
        const std::size_t word = word_of(node.field.argument, node.field.high_half);
        if (mask == ~0u) return search_word(node, word);
        const bool is_any_or_none = node.branches.size() == 2 && node.branches.front().last < next_value(mask, 1);
        if (is_any_or_none) {
            const Label none = decision(node.branches[0].to, word);
            const Label any = decision(node.branches[1].to, word);
            return assembler_.jump(BPF_JSET, mask, any, none);
        }
        const SegmentList list = branches_of(node);
        return after_and(mask, list.segments(), labels_of(list, nothing));
    }

    Label search_word(const Decisions::Node& node, std::size_t word) {
        const SegmentList list = branches_of(node);
        const Shortcut shortcut = best_shortcut(list.segments(), list.places().size());
        if (shortcut.kind == Shortcut::Kind::ignore)
            return after_and(~shortcut.bits, shortcut.segments, labels_of(list, nothing));
        const std::vector<Label> labels = labels_of(list, word);
        if (shortcut.kind == Shortcut::Kind::none) return write_search(assembler_, list.segments(), labels);
        const Label others = write_search(assembler_, shortcut.segments, labels);
        return assembler_.jump(BPF_JSET, ~shortcut.bits, others, labels[shortcut.outcome]);
    }

    static SegmentList branches_of(const Decisions::Node& node) {
        SegmentList list;
        for (const Decisions::Branch& branch : node.branches) {
            const bool is_last = &branch == &node.branches.back();
            list.add(is_last ? ~0u : branch.last, branch.to);
        }
        return list;
    }

    std::vector<Label> labels_of(const SegmentList& list, std::size_t loaded) {
        std::vector<Label> labels;
        for (const NodeId id : list.places()) labels.push_back(decision(id, loaded));
        return labels;
    }

    // Ends the accumulator's word: what follows has to load it again.
    Label after_and(std::uint32_t mask, std::span<const Segment> segments, const std::vector<Label>& labels) {
        assembler_.continue_at(write_search(assembler_, segments, labels));
        assembler_.calculate(BPF_AND, mask);
        return assembler_.here();
    }

    // Both halves are compared at once: one after the other, the time of a refusal would tell a
    // guesser which half was right.
    Label exec_key(const Decisions::Node& node) {
        constexpr std::uint8_t sixth = 5;
        const Label right = decision(node.branches[0].to);
        const Label wrong = decision(node.branches[1].to);
        assembler_.continue_at(assembler_.jump(BPF_JEQ, 0, right, wrong));
        assembler_.calculate_with_x(BPF_OR);
        assembler_.calculate(BPF_XOR, static_cast<std::uint32_t>(options_.exec_key >> 32));
        assembler_.load(word_of(sixth, true));
        assembler_.copy_to_x();
        assembler_.calculate(BPF_XOR, static_cast<std::uint32_t>(options_.exec_key));
        assembler_.load(word_of(sixth, false));
        return assembler_.here();
    }

    const FilterModel& model_;
    const EmitOptions& options_;
    Decisions nodes_;
    Assembler assembler_;
    std::vector<Return> returns_;                         // few
    std::map<std::pair<NodeId, bool>, Label> decisions_;  // bool: what it tests is already loaded
};

}  // namespace

std::optional<std::vector<sock_filter>> emit(const FilterModel& model, const EmitOptions& options) {
    try {
        std::vector<sock_filter> program = Emitter(model, options).run();
        if (program.size() <= BPF_MAXINSNS) return program;
    } catch (const TooManyTests&) {
    }
    return std::nullopt;
}

}  // namespace ward::compiler
