// What a policy says to the call that ended its program: the call in words, and the lines that refuse it.
#pragma once

#include "policy/source.hpp"
#include "sandbox/cli/prepare.hpp"
#include "sandbox/report.hpp"

namespace ward::cli {

// What the filter was made of.
struct Basis {
    const Compiled& compiled;
    const compiler::Facts& facts;
    policy::Sources& sources;  // takes in the changes that are tried
};

// Fills call, words, reason, change and rules. A number that the table does not have stays without them.
void explain_violation(sandbox::Violation& violation, const Basis& basis);

}  // namespace ward::cli
