// The program, from its first instruction:
//
//        ld arch;  jeq x86_64, next, kill_process
//   next ld nr;    a search over ranges of numbers: jge between blocks, jeq inside a block
//        the argument checks, each distinct one once
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
#include "compiler/filter_layout.hpp"

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

// Where a half of an argument is. x86_64 is little-endian.
std::size_t word_of(std::uint8_t argument, bool high_half) {
    return offsetof(seccomp_data, args) + sizeof(std::uint64_t) * argument + (high_half ? sizeof(std::uint32_t) : 0);
}

class Emitter {
public:
    Emitter(const FilterModel& model, const EmitOptions& options) : model_(model), options_(options) {}

    std::vector<sock_filter> run() {
        const Label kill = response({Response::Kind::kill_process});
        make_segments(kill);
        const std::vector<NumberBlock> blocks = cheapest_blocks(segments_, outcomes_.size());
        assembler_.continue_at(search(blocks));
        assembler_.load(offsetof(seccomp_data, nr));
        const Label next = assembler_.here();
        assembler_.continue_at(assembler_.jump(BPF_JEQ, AUDIT_ARCH_X86_64, next, kill));
        assembler_.load(offsetof(seccomp_data, arch));
        return assembler_.program();
    }

private:
    // ---- what a call number leads to

    // Writes every decision that a number leads to, and says which numbers lead where.
    void make_segments(Label kill) {
        const AbiModel& native = model_.abis.front();
        const auto count = static_cast<std::uint32_t>(native.calls.size());
        for (std::uint32_t number = 0; number < count; ++number)
            add_segment(number, number, decision(nodes_.decide(native.calls[number])));
        add_segment(count, x32_bit - 1, response(native.beyond));
        add_segment(x32_bit, ~0u, kill);
    }

    void add_segment(std::uint32_t first, std::uint32_t last, Label label) {
        const std::uint32_t outcome = outcome_of(label);
        if (!segments_.empty() && segments_.back().outcome == outcome)
            segments_.back().last = last;
        else
            segments_.push_back({first, last, outcome});
    }

    std::uint32_t outcome_of(Label label) {
        const auto found = std::find(outcomes_.begin(), outcomes_.end(), label);
        const auto outcome = static_cast<std::uint32_t>(found - outcomes_.begin());
        if (found == outcomes_.end()) outcomes_.push_back(label);
        return outcome;
    }

    // A balanced tree: n blocks need n - 1 splits, whatever its shape.
    Label search(std::span<const NumberBlock> blocks) {
        if (blocks.size() == 1) return chain(blocks.front());
        const std::size_t half = blocks.size() / 2;
        const Label upper = search(blocks.subspan(half));
        const Label lower = search(blocks.first(half));
        return assembler_.jump(BPF_JGE, segments_[blocks[half].begin].first, upper, lower);
    }

    Label chain(const NumberBlock& block) {
        std::vector<NumberSegment> tested;
        for (std::size_t i = block.begin; i < block.end; ++i)
            if (segments_[i].outcome != block.base) tested.push_back(segments_[i]);
        // Backwards: what comes last here is tested first. Only calls outside the kernel's map run
        // the filter, so they come first.
        std::stable_partition(tested.begin(), tested.end(),
                              [this](const NumberSegment& segment) { return is_allow(outcomes_[segment.outcome]); });
        Label label = outcomes_[block.base];
        for (const NumberSegment& segment : tested)
            label = assembler_.jump(BPF_JEQ, segment.first, outcomes_[segment.outcome], label);
        return label;
    }

    bool is_allow(Label label) const {
        const sock_filter& target = assembler_[label];
        return BPF_CLASS(target.code) == BPF_RET && target.k == SECCOMP_RET_ALLOW;
    }

    // ---- decisions

    static constexpr std::size_t nothing = ~std::size_t{0};

    // `loaded`: the word that the accumulator holds, or `nothing` that helps.
    Label decision(NodeId id, std::size_t loaded = nothing) {
        const Decisions::Node node = nodes_[id];
        if (node.kind == Decisions::Node::Kind::response) return response(node.response);
        const bool is_loaded =
            node.kind == Decisions::Node::Kind::test && loaded == word_of(node.test.argument, node.test.high_half);
        const auto known = decisions_.find({id, is_loaded});
        if (known != decisions_.end()) return known->second;
        const Label label = is_loaded ? compare(node) : loading(id);
        decisions_.emplace(std::pair{id, is_loaded}, label);
        return label;
    }

    Label response(Response response) {
        const std::uint32_t value = kernel_value(response, options_.supervised);
        const auto known = returns_.find(value);
        if (known != returns_.end()) return known->second;
        return returns_.emplace(value, assembler_.finish_with(value)).first->second;
    }

    // A decision that first loads what it looks at.
    Label loading(NodeId id) {
        const Decisions::Node node = nodes_[id];
        if (node.kind == Decisions::Node::Kind::exec_key) return exec_key(node);
        const std::size_t word = word_of(node.test.argument, node.test.high_half);
        assembler_.continue_at(decision(id, word));
        assembler_.load(word);
        return assembler_.here();
    }

    // A test of the word in the accumulator.
    Label compare(const Decisions::Node& node) {
        const Test& test = node.test;
        const std::size_t word = word_of(test.argument, test.high_half);
        if (test.relation == Test::Relation::at_least) return at_least(node, word);
        const bool is_single_bit = (test.mask & (test.mask - 1)) == 0;
        if (test.mask == ~0u) return branch(BPF_JEQ, test.value, node.yes, node.no, word);
        if (test.value == 0) return branch(BPF_JSET, test.mask, node.no, node.yes, word);
        if (is_single_bit) return branch(BPF_JSET, test.mask, node.yes, node.no, word);
        assembler_.continue_at(branch(BPF_JEQ, test.value, node.yes, node.no));
        assembler_.calculate(BPF_AND, test.mask);
        return assembler_.here();
    }

    Label at_least(const Decisions::Node& node, std::size_t word) {
        if (node.test.mask == ~0u) return branch(BPF_JGE, node.test.value, node.yes, node.no, word);
        assembler_.continue_at(branch(BPF_JGE, node.test.value, node.yes, node.no));
        assembler_.calculate(BPF_AND, node.test.mask);
        return assembler_.here();
    }

    Label branch(std::uint16_t condition, std::uint32_t operand, NodeId yes, NodeId no, std::size_t loaded = nothing) {
        const Label where_yes = decision(yes, loaded);
        const Label where_no = decision(no, loaded);
        return assembler_.jump(condition, operand, where_yes, where_no);
    }

    // Both halves are compared at once: one after the other, the time of a refusal would tell a
    // guesser which half was right.
    Label exec_key(const Decisions::Node& node) {
        constexpr std::uint8_t sixth = 5;
        assembler_.continue_at(branch(BPF_JEQ, 0, node.yes, node.no));
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
    std::map<std::uint32_t, Label> returns_;              // by SECCOMP_RET_* value
    std::map<std::pair<NodeId, bool>, Label> decisions_;  // bool: what it tests is already loaded
    std::vector<Label> outcomes_;                         // that numbers lead to
    std::vector<NumberSegment> segments_;
};

}  // namespace

std::optional<std::vector<sock_filter>> emit(const FilterModel& model, const EmitOptions& options) {
    std::vector<sock_filter> program = Emitter(model, options).run();
    if (program.size() > BPF_MAXINSNS) return std::nullopt;
    return program;
}

}  // namespace ward::compiler
