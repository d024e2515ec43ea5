// Claims of the `syscalls` sections that cannot have the effect that somebody believed in.
#pragma once

#include "compiler/call_claims.hpp"
#include "policy/diagnostic.hpp"

namespace ward::compiler {

// Reports useless allows, refusals of what is allowed, and responses that contradict each other.
// `permitted`: every call that is allowed and not forbidden. `names` are those that the claims were made with.
void check_call_claims(const CallClaims& claims, const CallSet& permitted, const CallNames& names,
                       policy::Diagnostics& diagnostics);

}  // namespace ward::compiler
