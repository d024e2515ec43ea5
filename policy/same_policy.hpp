// Whether two policies say the same, wherever each of it stands in its text.
#pragma once

#include "policy/policy.hpp"

namespace ward::policy {

// Statements are compared in their order; spans and files are not. Whether a word is quoted counts only where
// that changes its meaning: in a pattern.
[[nodiscard]] bool says_the_same(const Policy& one, Policy other);

}  // namespace ward::policy
