// The environment that a `test` block states: facts like those of a caller, and never this host's.
//
// What a block does not state is the same everywhere (neutral_facts).
#pragma once

#include <optional>

#include "compiler/facts.hpp"
#include "policy/diagnostic.hpp"
#include "policy/library.hpp"
#include "policy/policy.hpp"

namespace ward::compiler {

// `user`, with the home /home/user, in /home/user/work; the program is /usr/bin/NAME of the policy; no
// arguments, and nothing exists.
[[nodiscard]] Facts neutral_facts(const policy::Policy& policy);

// `test` belongs to the first policy of the set. Absent after an error.
[[nodiscard]] std::optional<Facts> facts_of(const policy::Test& test, const policy::PolicySet& set,
                                            policy::Diagnostics& diagnostics);

}  // namespace ward::compiler
