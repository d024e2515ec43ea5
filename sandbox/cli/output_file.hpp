// The answer of a subcommand into a file that the caller names: all of it, or the file stays as it was. Never
// through a symbolic link.
#pragma once

#include <string>
#include <string_view>

namespace ward::cli {

// `-` is standard output. What is no regular file is written into. The exit status: 0, or 1 after an error, which has
// been said.
[[nodiscard]] int write_output(const std::string& path, std::string_view text);

}  // namespace ward::cli
