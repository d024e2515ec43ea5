// Words of the `syscalls` section: names of calls and groups, and responses.
//
// A word that means nothing is reported with what it may have meant.
#pragma once

#include <optional>

#include "compiler/filter.hpp"
#include "compiler/groups.hpp"
#include "policy/diagnostic.hpp"
#include "policy/policy.hpp"

namespace ward::compiler {

// The calls that a name or an `@group` stands for. Absent after an error, which has been reported.
[[nodiscard]] std::optional<CallSet> resolve_calls(const policy::Word& word, policy::Diagnostics& diagnostics);

// `EPERM`, `1`, `kill` or `trap`. Absent after an error, which has been reported.
[[nodiscard]] std::optional<Response> resolve_response(const policy::Word& word, policy::Diagnostics& diagnostics);

// How a policy writes it: `EPERM`, `kill`.
[[nodiscard]] std::string response_name(Response response);

}  // namespace ward::compiler
