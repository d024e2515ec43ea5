// The signs of a statement that may stand in its words (`param memory:size=2G`, `x==1`), and which blanks
// the canonical form has around each.
#pragma once

#include <string_view>
#include <vector>

#include "policy/format_items.hpp"

namespace ward::policy {

// The tokens of a statement, each sign a token of its own. `block` is the word that the block around it
// begins with, empty outside of all; the verb is the first token.
[[nodiscard]] std::vector<Token> with_signs(const std::vector<Token>& tokens, std::string_view block);

}  // namespace ward::policy
