#include "compiler/proved_filter.hpp"

#include <linux/audit.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <string>

#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

std::string hexadecimal(std::uint64_t value) {
    char text[24];
    std::snprintf(text, sizeof text, "%#llx", static_cast<unsigned long long>(value));
    return text;
}

// "`openat(0, 0x1, 0, 0, 0, 0)`", or the number where the table has no name.
std::string call_in_words(const Counterexample& call) {
    const bool native = call.arch == AUDIT_ARCH_X86_64;
    const std::string_view name = native ? syscall_name(call.number) : std::string_view();
    std::string words = name.empty() ? "call " + std::to_string(call.number) : std::string(name);
    words += '(';
    for (const std::uint64_t argument : call.arguments) {
        if (words.back() != '(') words += ", ";
        words += hexadecimal(argument);
    }
    words += ')';
    return native ? words : words + " of ABI " + hexadecimal(call.arch);
}

// ---- too long

// A call that a policy limits by conditions, and the instructions that these take.
struct Costly {
    static constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();
    const CallRule* rule;
    std::size_t instructions;  // unbounded: more than any filter may have

    [[nodiscard]] std::string words() const {
        return instructions == unbounded ? "more than " + std::to_string(BPF_MAXINSNS) + " instructions"
                                         : std::to_string(instructions) + " instructions";
    }
};

// A filter with this call alone, without what every filter has.
std::size_t instructions_of(const CallModel& call) {
    const auto length = [](const CallModel& only) {
        const auto program = emit({{{Abi::x86_64, {only}, only.otherwise}}}, {});
        return program ? program->size() : Costly::unbounded;
    };
    const std::size_t with = length(call);
    return with == Costly::unbounded ? with : with - length({{}, call.otherwise});
}

// The three whose conditions take most, the most first; none that takes little: it is not the cause. The native ABI
// stands for the others: statements are about all of them.
std::vector<Costly> costliest(const Jail& jail) {
    constexpr std::size_t shown = 3;
    std::vector<Costly> all;
    for (const CallRule& rule : jail.calls)
        if (rule.verdict == CallRule::Verdict::conditional && !rule.clauses.empty())
            all.push_back({&rule, instructions_of(jail.filter.abis.front().calls.at(rule.number))});
    std::stable_sort(all.begin(), all.end(),
                     [](const Costly& a, const Costly& b) { return a.instructions > b.instructions; });
    if (all.size() > shown) all.erase(all.begin() + shown, all.end());
    std::erase_if(all, [](const Costly& each) { return each.instructions < BPF_MAXINSNS / 16; });
    return all;
}

void report_too_long(const Jail& jail, policy::Diagnostics& diagnostics) {
    const auto costly = costliest(jail);
    const auto place_of = [&](const Costly& each) { return jail.clauses_of(*each.rule).front().origin; };
    const auto where = costly.empty() ? jail.origin : place_of(costly.front());
    policy::Diagnostic& diagnostic =
        diagnostics.add(policy::slug::filter_too_long, where, "the system-call filter is too long");
    diagnostic.note("the kernel takes filters of at most " + std::to_string(BPF_MAXINSNS) + " instructions");
    if (costly.empty()) {
        diagnostic.help("allow whole groups in place of single calls with conditions");
        return;
    }
    diagnostic.label("its conditions take " + costly.front().words());
    for (auto other = costly.begin() + 1; other != costly.end(); ++other)
        diagnostic.also(place_of(*other), "these take " + other->words());
    diagnostic.help("compare with a range (`<`, `>`) or a mask (`&`) in place of many single values");
}

}  // namespace

void report_disproof(const Disproof& disproof, policy::Span policy, policy::Diagnostics& diagnostics) {
    if (disproof.is_too_large) {
        diagnostics
            .add(policy::slug::filter_not_proved, policy, "the system-call filter cannot be proved: " + disproof.reason)
            .note("nothing is known to be wrong with it, but only what is proved is loaded")
            .help("compare with single values or ranges (`<`, `>`) in place of many masks (`&`) of one argument");
        return;
    }
    auto& diagnostic = diagnostics.add(policy::slug::filter_not_proved, policy,
                                       "the system-call filter is not what this policy says: " + disproof.reason);
    if (disproof.call)
        diagnostic.note("`" + call_in_words(*disproof.call) + "` would be answered with " +
                        hexadecimal(disproof.call->actual) + " in place of " + hexadecimal(disproof.call->expected));
    diagnostic.help("this is a mistake of ward, not of the policy: please report it with the policy");
}

std::optional<std::vector<sock_filter>> proved_filter(const Jail& jail, const EmitOptions& options,
                                                      policy::Diagnostics& diagnostics) {
    auto filter = emit(jail.filter, options);
    if (!filter) {
        report_too_long(jail, diagnostics);
        return std::nullopt;
    }
    if (!prove(*filter, jail, options, diagnostics)) return std::nullopt;
    return filter;
}

bool prove(std::span<const sock_filter> filter, const Jail& jail, const EmitOptions& options,
           policy::Diagnostics& diagnostics) {
    const auto disproof = disprove(filter, jail.filter, options);
    if (disproof) report_disproof(*disproof, jail.origin, diagnostics);
    return !disproof;
}

}  // namespace ward::compiler
