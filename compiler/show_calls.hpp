// The section `calls` of `ward show`: hundreds of calls in a few lines.
#pragma once

#include "compiler/jail.hpp"
#include "compiler/show_rows.hpp"
#include "policy/source.hpp"

namespace ward::compiler {

// Whole groups by their name, the rest by call; what is limited by arguments and what is refused
// otherwise than by the default apart.
[[nodiscard]] Rows call_rows(const Jail& jail, const policy::Sources& sources);

}  // namespace ward::compiler
