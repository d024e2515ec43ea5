// What a policy says to the call that ended its program: the call in words, and the lines that refuse it.
#pragma once

#include "compiler/jail.hpp"
#include "policy/source.hpp"
#include "sandbox/report.hpp"

namespace ward::cli {

// Fills words, reason, change and rules. `jail` is what the filter was made of. A number that the table does not
// have stays without them.
void explain_violation(sandbox::Violation& violation, const compiler::Jail& jail, const policy::Sources& sources);

}  // namespace ward::cli
