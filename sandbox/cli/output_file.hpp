// The answer of a subcommand into a file that the caller names.
#pragma once

#include <string>
#include <string_view>

namespace ward::cli {

// The exit status: 0, or 1 after an error, which has been said.
[[nodiscard]] int write_output(const std::string& path, std::string_view text);

}  // namespace ward::cli
