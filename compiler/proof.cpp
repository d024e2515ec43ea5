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

// What the model says, as diagrams: from the conditions themselves, so that a mistake in Decisions is
// found as well.
class Meaning {
public:
    Meaning(const EmitOptions& options, Diagram& diagram) : options_(options), diagram_(diagram) {}

    Outcome of(Response response) { return diagram_.leaf(kernel_value(response, options_.supervised)); }

    Outcome of(const CallModel& call) {
        Outcome result = of(call.otherwise);
        for (auto answer = call.answers.rbegin(); answer != call.answers.rend(); ++answer)
            result = diagram_.choose(of(answer->when), of(answer->response), result);
        if (!call.one_shot) return result;
        return diagram_.choose(equals(5, 64, ~std::uint64_t{0}, options_.exec_key), of(Response{Response::Kind::allow}),
                               result);
    }

private:
    Outcome of(const Condition& condition) {
        const bool is_any = condition.kind == Condition::Kind::any;
        if (condition.kind == Condition::Kind::comparison) return of(condition.comparison);
        if (condition.kind == Condition::Kind::negation) return diagram_.negate(of(condition.parts.front()));
        Outcome result = is_any ? Diagram::no : Diagram::yes;
        for (const Condition& part : condition.parts)
            result = is_any ? diagram_.either(of(part), result) : diagram_.both(of(part), result);
        return result;
    }

    Outcome of(const Comparison& c) {
        return c.relation == Comparison::Relation::equal ? equals(c.argument, c.bits, c.mask, c.value)
                                                         : less(c.argument, c.bits, c.is_signed, c.value);
    }

    Outcome equals(unsigned argument, unsigned bits, std::uint64_t mask, std::uint64_t value) {
        Outcome all = Diagram::yes;
        for (unsigned bit = 0; bit < bits; ++bit) {
            const bool is_set = ((value >> bit) & 1) != 0;
            if (!((mask >> bit) & 1)) {
                if (is_set) return Diagram::no;
                continue;
            }
            const Outcome set = diagram_.bit(argument, bit);
            all = diagram_.both(is_set ? set : diagram_.negate(set), all);
        }
        return all;
    }

    // From the least bit on: where a bit differs, it decides over all below it. A sign bit counts the
    // other way round.
    Outcome less(unsigned argument, unsigned bits, bool is_signed, std::uint64_t value) {
        Outcome result = Diagram::no;
        for (unsigned bit = 0; bit < bits; ++bit) {
            const bool is_sign = is_signed && bit + 1 == bits;
            const Outcome set = diagram_.bit(argument, bit);
            const Outcome greater_bit = is_sign ? diagram_.negate(set) : set;
            const bool value_has_it = (((value >> bit) & 1) != 0) != is_sign;
            result = value_has_it ? diagram_.choose(greater_bit, result, Diagram::yes)
                                  : diagram_.choose(greater_bit, Diagram::no, result);
        }
        return result;
    }

    const EmitOptions& options_;
    Diagram& diagram_;
};

class Comparer {
public:
    Comparer(const FilterModel& model, const EmitOptions& options)
        : native_(model.abis.front()), meaning_(options, diagram_) {}

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
            if (auto different =
                    compare(abi, range.first, range.outcome, meaning_.of(Response{Response::Kind::kill_process})))
                return different;
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
        const auto count = static_cast<std::uint32_t>(native_.calls.size());
        for (std::uint32_t number = range.first; number < count && number <= range.last; ++number)
            if (auto different = compare(abi, number, range.outcome, meaning_.of(native_.calls[number])))
                return different;
        if (const auto first = std::max(range.first, count); first <= range.last && first < x32_first)
            if (auto different = compare(abi, first, range.outcome, meaning_.of(native_.beyond))) return different;
        if (const auto first = std::max(range.first, x32_first); range.last >= x32_first)
            return compare(abi, first, range.outcome, meaning_.of(Response{Response::Kind::kill_process}));
        return std::nullopt;
    }

    std::optional<Disproof> compare(const AbiMeaning& abi, std::uint32_t number, Outcome actual, Outcome expected) {
        if (actual == expected) return std::nullopt;
        const auto arguments = diagram_.difference(actual, expected);
        return Disproof{"a call is treated otherwise than the policy says",
                        Counterexample{abi.arch.value_or(0), number, arguments, diagram_.evaluate(expected, arguments),
                                       diagram_.evaluate(actual, arguments)}};
    }

    const AbiModel& native_;
    Diagram diagram_;
    Meaning meaning_;
};

}  // namespace

std::optional<Disproof> disprove(std::span<const sock_filter> program, const FilterModel& model,
                                 const EmitOptions& options) {
    return Comparer(model, options).run(program);
}

}  // namespace ward::compiler
