// A part of a policy as a message repeats it. Never escapes it: the renderer does that.
#pragma once

#include <string>
#include <string_view>

namespace ward::policy {

// In backticks, and cut where it is longer than 40 bytes.
[[nodiscard]] std::string excerpt(std::string_view text);

}  // namespace ward::policy
