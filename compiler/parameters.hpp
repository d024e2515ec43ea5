// The values of parameters: `--set`, the arguments of `use`, the defaults.
#pragma once

#include <vector>

#include "compiler/variables.hpp"

namespace ward::compiler {

// A scope for each member of the set, in its order. A value from `--set` beats the arguments of `use`;
// of these the nearest using policy's counts, and two different ones that are equally near are an
// error; then comes the default. All must outlive the scopes.
[[nodiscard]] std::vector<Scope> make_scopes(const policy::PolicySet& set, const Facts& facts,
                                             policy::Diagnostics& diagnostics);

}  // namespace ward::compiler
