// A Policy as text for comparisons: one statement a line, each word in brackets, quoted ones in quotes.
#pragma once

#include <string>

#include "policy/policy.hpp"

namespace ward::policy {

[[nodiscard]] std::string dump(const Policy& policy);
[[nodiscard]] std::string dump(const Statement& statement);
[[nodiscard]] std::string dump(const Expression& expression);
[[nodiscard]] std::string dump(const Question& question);
// The place of a statement.
[[nodiscard]] Span span_of(const Statement& statement);

}  // namespace ward::policy
