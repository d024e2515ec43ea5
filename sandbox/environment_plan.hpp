// The jailed program's environment: what the policy keeps of the caller's, and what it sets.
#pragma once

#include <string>
#include <vector>

#include "compiler/jail.hpp"

namespace ward::sandbox {

// NAME=value, sorted. Of two variables with one name the caller's first counts, as for getenv(3).
[[nodiscard]] std::vector<std::string> plan_environment(const compiler::Environment& environment,
                                                        const std::vector<std::string>& callers);

}  // namespace ward::sandbox
