// Items as lines: indentation, columns, line breaks in lists, the place of comments.
#pragma once

#include <string>
#include <vector>

#include "policy/format_items.hpp"

namespace ward::policy {

// The items one below the other; ends in a line end.
[[nodiscard]] std::string lay_out(const std::vector<Item>& items);

}  // namespace ward::policy
