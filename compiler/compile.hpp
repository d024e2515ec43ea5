// Policy to Jail. Pure: reads no file and asks no host.
#pragma once

#include <optional>
#include <string>

#include "compiler/facts.hpp"
#include "compiler/jail.hpp"
#include "policy/diagnostic.hpp"
#include "policy/library.hpp"

namespace ward::compiler {

// Absent after any error; every error that can be found is found.
[[nodiscard]] std::optional<Jail> compile(const policy::PolicySet& set, const Facts& facts,
                                          policy::Diagnostics& diagnostics);

// After errors in a text: those of the statements without one that hold whatever stands beside them, so that
// one run shows both. Empty sets have none.
void check_unfinished(const policy::PolicySet& set, policy::Diagnostics& diagnostics);

}  // namespace ward::compiler
