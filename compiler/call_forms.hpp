// Forbids that leave the same call under another name: `openat` without `openat2`, `setuid` without i386's `setuid32`.
#pragma once

#include <string>
#include <vector>

#include "compiler/call_claims.hpp"
#include "policy/diagnostic.hpp"

namespace ward::compiler {

// Warns of each call that is forbidden by its own name while a later form of it may be made, or the older one of i386
// behind a multiplexer. `open`: every call that reaches the kernel with some arguments.
void check_other_forms(const CallClaims& claims, const CallSet& open, Abi abi, policy::Diagnostics& diagnostics);

// The later forms of a call that an ABI has: `mknodat` of `mknod`.
[[nodiscard]] std::vector<std::string> later_forms(Abi abi, const std::string& call);

}  // namespace ward::compiler
