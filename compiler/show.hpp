// A compiled jail as a tree for people (`ward show`).
#pragma once

#include <string>

#include "compiler/jail.hpp"
#include "policy/source.hpp"

namespace ward::compiler {

// Sections files, network, calls, capabilities, limits, environment, process; each item with the
// place it comes from. Text from policies is escaped. Ends in a newline.
[[nodiscard]] std::string show(const Jail& jail, const policy::Sources& sources, bool colour = false);

}  // namespace ward::compiler
