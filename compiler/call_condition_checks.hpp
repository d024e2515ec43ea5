// Statements with `if` that change nothing, although somebody believed in them.
#pragma once

#include "compiler/call_claims.hpp"
#include "policy/diagnostic.hpp"

namespace ward::compiler {

// Reports each `allow` with `if` that is forbidden altogether, or that other statements allow already.
// Exact over the bits of the arguments, unless that takes unreasonable work.
void check_conditional_claims(const CallClaims& claims, policy::Diagnostics& diagnostics);

}  // namespace ward::compiler
