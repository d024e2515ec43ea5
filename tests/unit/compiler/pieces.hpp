// A policy taken apart into pieces whose order means nothing, and put together again in another order.
#pragma once

#include <random>
#include <string>

#include "policy/policy.hpp"
#include "policy_generator.hpp"

namespace ward::compiler {

// The same policy with its lines, sections, `when`s and groups in another order. Comments are lost.
[[nodiscard]] std::string shuffled(const policy::Policy& policy, const policy::Sources& sources, Random& random);

}  // namespace ward::compiler
