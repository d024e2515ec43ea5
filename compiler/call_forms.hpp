// Forbids that leave the same call under another name: `openat` without `openat2`, `setuid` without i386's `setuid32`.
#pragma once

#include "compiler/call_claims.hpp"
#include "policy/diagnostic.hpp"

namespace ward::compiler {

// Warns of each call that is forbidden by its own name while a later form of it may be made. `open`: every call that
// reaches the kernel with some arguments.
void check_later_forms(const CallClaims& claims, const CallSet& open, Abi abi, policy::Diagnostics& diagnostics);

}  // namespace ward::compiler
