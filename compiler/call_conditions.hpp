// What a condition of a policy means for one call of one ABI: comparisons of registers, each in exactly
// the bits that the kernel looks at.
//
// docs/reference/conditions.md is the contract. What would compare something else than it says, or decide
// nothing, is reported.
#pragma once

#include <optional>

#include "compiler/call_arguments.hpp"
#include "compiler/condition.hpp"
#include "compiler/variables.hpp"

namespace ward::compiler {

// Whether an argument is a number, so that others are greater or less; whether `&` takes bits out of it.
[[nodiscard]] bool has_order(const Argument& argument);
[[nodiscard]] bool has_parts(const Argument& argument);

// `allows`: the condition is one of an `allow`, else of a `forbid`. An argument whose width depends on
// another one (`Kind::varies`) is compared so that an `allow` never allows more, and a `forbid` never
// forbids less, than either width says. Absent after an error, which has been reported.
[[nodiscard]] std::optional<Condition> resolve_condition(const policy::Expression& written, const CallPlace& place,
                                                         bool allows, Scope& scope, policy::Diagnostics& diagnostics);

}  // namespace ward::compiler
