// The only way from a FilterModel to bytes that may be loaded: emitted, then proved.
#pragma once

#include <linux/filter.h>

#include <optional>
#include <vector>

#include "compiler/jail.hpp"
#include "compiler/proof.hpp"
#include "policy/diagnostic.hpp"

namespace ward::compiler {

// Absent after an error: too long for the kernel, and the diagnostic names the calls whose conditions take
// most; or (a mistake of this program) not what the policy says, and it shows a call that would have been
// treated otherwise.
[[nodiscard]] std::optional<std::vector<sock_filter>> proved_filter(const Jail& jail, const EmitOptions& options,
                                                                    policy::Diagnostics& diagnostics);

// The diagnostic of a failed proof; apart so that a test can show it.
void report_disproof(const Disproof& disproof, policy::Span policy, policy::Diagnostics& diagnostics);

}  // namespace ward::compiler
