#include "compiler/proved_filter.hpp"

#include <linux/audit.h>

#include <cstdio>
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

}  // namespace

void report_disproof(const Disproof& disproof, policy::Span policy, policy::Diagnostics& diagnostics) {
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
        diagnostics.add(policy::slug::filter_too_long, jail.origin, "the system-call filter is too long")
            .help("allow whole groups in place of single calls with conditions");
        return std::nullopt;
    }
    if (const auto disproof = disprove(*filter, jail.filter, options)) {
        report_disproof(*disproof, jail.origin, diagnostics);
        return std::nullopt;
    }
    return filter;
}

}  // namespace ward::compiler
