// A compiled jail as one text that is equal exactly for equal jails.
#pragma once

#include <string>

#include "compiler/jail.hpp"
#include "policy/source.hpp"

namespace ward::compiler {

// Everything but the places of statements.
[[nodiscard]] std::string jail_text(const Jail& jail);
// Everything; a place is shown by the words that stand there, in no order.
[[nodiscard]] std::string jail_text(const Jail& jail, const policy::Sources& sources);

}  // namespace ward::compiler
