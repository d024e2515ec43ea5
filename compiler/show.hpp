// A compiled jail as a tree for people (`ward show`).
#pragma once

#include <string>
#include <vector>

#include "compiler/jail.hpp"
#include "compiler/show_rows.hpp"
#include "policy/source.hpp"

namespace ward::compiler {

// Sections files, network, calls, capabilities, limits, environment, process; each item with the
// place it comes from. Text from policies is escaped. Ends in a newline.
[[nodiscard]] std::string show(const Jail& jail, const policy::Sources& sources, bool colour = false);

// Its sections alone.
[[nodiscard]] std::vector<Section> show_sections(const Jail& jail, const policy::Sources& sources);

}  // namespace ward::compiler
