#include "compiler/proof.hpp"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <vector>

#include "compiler/bpf_meaning.hpp"
#include "compiler/condition_diagram.hpp"
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

// The same holds for this table.
std::uint32_t kernel_arch(Abi abi) {
    switch (abi) {
        case Abi::x86_64:
        case Abi::x32:
            return AUDIT_ARCH_X86_64;
        case Abi::i386:
            return AUDIT_ARCH_I386;
        case Abi::aarch64:
            return AUDIT_ARCH_AARCH64;
    }
    return 0;
}

// What the model says, as diagrams: from the conditions themselves, so that mistakes in CallTests and
// Decisions are found as well.
class Meaning {
public:
    Meaning(const EmitOptions& options, Diagram& diagram) : options_(options), diagram_(diagram) {}

    Outcome of(Response response) { return diagram_.leaf(kernel_value(response, options_.supervised)); }

    Outcome of(const CallModel& call) {
        Outcome result = of(call.otherwise);
        for (auto answer = call.answers.rbegin(); answer != call.answers.rend(); ++answer)
            result = diagram_.choose(node_of(answer->when, diagram_), of(answer->response), result);
        if (!call.one_shot) return result;
        constexpr std::uint8_t sixth = 5;
        const Condition is_key = holds({.argument = sixth, .bits = 64, .value = options_.exec_key});
        return diagram_.choose(node_of(is_key, diagram_), of(Response{Response::Kind::allow}), result);
    }

private:
    const EmitOptions& options_;
    Diagram& diagram_;
};

// The calls of one architecture whose numbers lie in [first, last] belong to an ABI, or are killed.
struct Part {
    std::uint32_t first, last;
    const AbiModel* abi;  // null: killed
};

class Comparer {
public:
    Comparer(const FilterModel& model, const EmitOptions& options) : model_(model), meaning_(options, diagram_) {}

    std::optional<Disproof> run(std::span<const sock_filter> program) {
        const BpfMeaning actual = meaning_of(program, diagram_);
        if (!actual.refusal.empty()) return Disproof{actual.refusal, std::nullopt, actual.is_too_large};
        for (const AbiMeaning& abi : actual.abis)
            if (auto different = compare(abi)) return different;
        // What the program does not tell apart it treats as any other.
        for (const AbiModel& abi : model_.abis) {
            const std::uint32_t arch = kernel_arch(abi.abi);
            if (std::any_of(actual.abis.begin(), actual.abis.end(),
                            [&](const auto& each) { return each.arch == arch; }))
                continue;
            if (auto different = compare({arch, actual.abis.back().ranges})) return different;
        }
        return std::nullopt;
    }

private:
    const AbiModel* find(Abi abi) const {
        for (const AbiModel& each : model_.abis)
            if (each.abi == abi) return &each;
        return nullptr;
    }

    // The ABIs of an architecture, by number. An x32 call has the architecture of x86_64.
    std::vector<Part> parts_of(std::optional<std::uint32_t> arch) const {
        if (arch == AUDIT_ARCH_X86_64) return {{0, x32_first - 1, find(Abi::x86_64)}, {x32_first, ~0u, find(Abi::x32)}};
        if (arch == AUDIT_ARCH_I386) return {{0, ~0u, find(Abi::i386)}};
        if (arch == AUDIT_ARCH_AARCH64) return {{0, ~0u, find(Abi::aarch64)}};
        return {{0, ~0u, nullptr}};
    }

    std::optional<Disproof> compare(const AbiMeaning& abi) {
        for (const Part& part : parts_of(abi.arch)) {
            for (const NumberRange& range : abi.ranges) {
                const NumberRange both{std::max(part.first, range.first), std::min(part.last, range.last),
                                       range.outcome};
                if (both.first > both.last) continue;
                if (auto different = within(abi, part, both)) return different;
            }
        }
        return std::nullopt;
    }

    // A range of the program against a part of the model: number by number where there is a table, and
    // against the rest at once.
    std::optional<Disproof> within(const AbiMeaning& abi, const Part& part, NumberRange range) {
        const Response rest = part.abi ? part.abi->beyond : Response{Response::Kind::kill_process};
        const std::size_t count = part.abi ? part.abi->calls.size() : 0;
        for (std::uint64_t number = range.first; number <= range.last; ++number) {
            const auto is = static_cast<std::uint32_t>(number);
            if (is - part.first >= count) return compare(abi, is, range.outcome, meaning_.of(rest));
            if (auto different = compare(abi, is, range.outcome, meaning_.of(part.abi->calls[is - part.first])))
                return different;
        }
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
    try {
        return Comparer(model, options).run(program);
    } catch (const Diagram::TooLarge&) {
        return Disproof{"the policy's conditions on arguments are too entangled", std::nullopt, true};
    }
}

}  // namespace ward::compiler
