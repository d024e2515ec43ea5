// What a policy says to the call that ended its program: the call in words, and the lines that refuse it.
#pragma once

#include "policy/source.hpp"
#include "sandbox/cli/prepare.hpp"
#include "sandbox/report.hpp"

namespace ward::cli {

// Fills call, words, reason, change and rules. `compiled` is what the filter was made of; `sources` takes in the
// changes that are tried. A number that the table does not have stays without all that.
void explain_violation(sandbox::Violation& violation, const Compiled& compiled, policy::Sources& sources);

}  // namespace ward::cli
