// The only way from a FilterModel to bytes that may be loaded: emitted, then proved.
#pragma once

#include <linux/filter.h>

#include <optional>
#include <span>
#include <vector>

#include "compiler/jail.hpp"
#include "compiler/proof.hpp"
#include "policy/diagnostic.hpp"

namespace ward::compiler {

// Absent after an error: too long for the kernel, and the diagnostic names the calls whose conditions take
// most; or not proved.
[[nodiscard]] std::optional<std::vector<sock_filter>> proved_filter(const Jail& jail, const EmitOptions& options,
                                                                    policy::Diagnostics& diagnostics);

// False after an error: the conditions take too much work; or (a mistake of this program) the bytes are not what the
// policy says, and the diagnostic shows a call that would have been treated otherwise.
[[nodiscard]] bool prove(std::span<const sock_filter> filter, const Jail& jail, const EmitOptions& options,
                         policy::Diagnostics& diagnostics);

// The diagnostic of a failed proof; apart so that a test can show it.
void report_disproof(const Disproof& disproof, policy::Span policy, policy::Diagnostics& diagnostics);

}  // namespace ward::compiler
