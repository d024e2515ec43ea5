#include "compiler/proof.hpp"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <vector>

#include "compiler/bpf_meaning.hpp"
#include "compiler/diagram.hpp"

namespace ward::compiler {
namespace {

using Outcome = Diagram::Node;

constexpr std::uint32_t x32_first = 0x40000000;  // __X32_SYSCALL_BIT

// What the kernel is told for a response. Written here again, on purpose: a wrong table in emit()
// must not prove itself.
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
            return SECCOMP_RET_KILL_PROCESS;
    }
    return SECCOMP_RET_KILL_PROCESS;
}

// The model's decisions as diagrams.
class Meaning {
public:
    Meaning(const FilterModel& model, const EmitOptions& options, Diagram& diagram)
        : model_(model), options_(options), diagram_(diagram) {}

    Outcome of(NodeId decision) {
        if (decision >= known_.size()) known_.resize(decision + 1, unknown);
        if (known_[decision] == unknown) {
            const Outcome outcome = compute(decision);  // may grow known_
            known_[decision] = outcome;
        }
        return known_[decision];
    }

    Outcome killed() { return diagram_.leaf(SECCOMP_RET_KILL_PROCESS); }

private:
    static constexpr Outcome unknown = ~0u;

    Outcome compute(NodeId decision) {
        const Decisions::Node node = model_.decisions[decision];
        switch (node.kind) {
            case Decisions::Node::Kind::response:
                return diagram_.leaf(kernel_value(node.response, options_.supervised));
            case Decisions::Node::Kind::test:
                return choose(holds(node.test), node);
            case Decisions::Node::Kind::exec_key:
                return choose(is_key(), node);
        }
        return killed();
    }

    Outcome choose(Outcome condition, const Decisions::Node& node) {
        const Outcome yes = of(node.yes);
        const Outcome no = of(node.no);
        return diagram_.choose(condition, yes, no);
    }

    Outcome bits_equal(unsigned argument, unsigned bits, std::uint64_t mask, std::uint64_t value, unsigned shift) {
        if ((value & ~mask) != 0) return Diagram::no;
        Outcome all = Diagram::yes;
        for (unsigned bit = 0; bit < bits; ++bit) {
            if (!((mask >> bit) & 1)) continue;
            const Outcome set = diagram_.bit(argument, bit + shift);
            all = diagram_.both((value >> bit) & 1 ? set : diagram_.negate(set), all);
        }
        return all;
    }

    Outcome holds(const Test& test) {
        return bits_equal(test.argument, 32, test.mask, test.value, test.high_half ? 32 : 0);
    }

    Outcome is_key() { return bits_equal(5, 64, ~std::uint64_t{0}, options_.exec_key, 0); }

    const FilterModel& model_;
    const EmitOptions& options_;
    Diagram& diagram_;
    std::vector<Outcome> known_;
};

class Comparison {
public:
    Comparison(const FilterModel& model, const EmitOptions& options)
        : model_(model), meaning_(model, options, diagram_) {}

    std::optional<Disproof> run(std::span<const sock_filter> program) {
        const BpfMeaning actual = meaning_of(program, diagram_);
        if (!actual.refusal.empty()) return Disproof{actual.refusal, std::nullopt};
        for (const AbiMeaning& abi : actual.abis) {
            auto different = abi.arch == AUDIT_ARCH_X86_64 ? native(abi) : foreign(abi);
            if (different) return different;
        }
        // A program that never tells x86_64 apart treats it as it treats all others: that is a difference too.
        const bool has_native = std::any_of(actual.abis.begin(), actual.abis.end(),
                                            [](const AbiMeaning& abi) { return abi.arch == AUDIT_ARCH_X86_64; });
        if (!has_native) return Disproof{"the program never looks whether a call is for x86_64", std::nullopt};
        return std::nullopt;
    }

private:
    std::optional<Disproof> foreign(const AbiMeaning& abi) {
        for (const NumberRange& range : abi.ranges)
            if (auto different = compare(abi, range.first, range.outcome, meaning_.killed())) return different;
        return std::nullopt;
    }

    std::optional<Disproof> native(const AbiMeaning& abi) {
        for (const NumberRange& range : abi.ranges)
            if (auto different = within(abi, range)) return different;
        return std::nullopt;
    }

    // A range of the program against the model: number by number where the model has a table, and
    // against the rest as whole ranges.
    std::optional<Disproof> within(const AbiMeaning& abi, const NumberRange& range) {
        const auto count = static_cast<std::uint32_t>(model_.calls.size());
        for (std::uint32_t number = range.first; number < count && number <= range.last; ++number)
            if (auto different = compare(abi, number, range.outcome, meaning_.of(model_.calls[number])))
                return different;
        if (const auto first = std::max(range.first, count); first <= range.last && first < x32_first)
            if (auto different = compare(abi, first, range.outcome, meaning_.of(model_.beyond))) return different;
        if (const auto first = std::max(range.first, x32_first); range.last >= x32_first)
            return compare(abi, first, range.outcome, meaning_.killed());
        return std::nullopt;
    }

    std::optional<Disproof> compare(const AbiMeaning& abi, std::uint32_t number, Outcome actual, Outcome expected) {
        if (actual == expected) return std::nullopt;
        const auto arguments = diagram_.difference(actual, expected);
        return Disproof{"a call is treated otherwise than the policy says",
                        Counterexample{abi.arch.value_or(0), number, arguments, diagram_.evaluate(expected, arguments),
                                       diagram_.evaluate(actual, arguments)}};
    }

    const FilterModel& model_;
    Diagram diagram_;
    Meaning meaning_;
};

}  // namespace

std::optional<Disproof> disprove(std::span<const sock_filter> program, const FilterModel& model,
                                 const EmitOptions& options) {
    return Comparison(model, options).run(program);
}

}  // namespace ward::compiler
