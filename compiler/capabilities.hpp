// Names and numbers of capabilities (capabilities(7)).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ward::compiler {

// With or without `cap_`, lower or upper case.
[[nodiscard]] std::optional<int> capability_number(std::string_view name);
// Without `cap_`, lower case. The number must come from capability_number().
[[nodiscard]] std::string_view capability_name(int number);

}  // namespace ward::compiler
