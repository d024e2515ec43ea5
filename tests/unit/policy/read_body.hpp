// A policy of whose text only what stands behind its first line is of interest.
#pragma once

#include <string>

namespace ward::policy {

// What is read of `body`, as dump() says it, or what is wrong with it.
[[nodiscard]] std::string read_body(const std::string& body);

}  // namespace ward::policy
