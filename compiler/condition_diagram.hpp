// Conditions as functions over the bits of the arguments: for questions about all calls at once.
#pragma once

#include <optional>

#include "compiler/condition.hpp"
#include "compiler/diagram.hpp"

namespace ward::compiler {

// May throw Diagram::TooLarge.
[[nodiscard]] Diagram::Node node_of(const Condition& condition, Diagram& diagram);

// True if it always holds, false if it never does; absent otherwise, or if that cannot be found out with
// reasonable work.
[[nodiscard]] std::optional<bool> constant_outcome(const Condition& condition);

}  // namespace ward::compiler
