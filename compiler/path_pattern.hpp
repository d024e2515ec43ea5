// What the patterns of a policy match: `*`, `?`, `[]` within a name, `**` for any folders. By text alone.
#pragma once

#include <string_view>

namespace ward::compiler {

// One component of a path, or any other name, against a pattern without `/`. A `.` at the front is matched
// by a `.` only, as in a shell.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name);

// False for a pattern that means one text.
[[nodiscard]] bool has_wildcard(std::string_view pattern);

// A whole path, absolute and normalised, against a pattern as FileRule::path holds them. `**` stands for
// any number of folders whose names do not begin with a `.`.
[[nodiscard]] bool matches_path(std::string_view pattern, std::string_view path);

}  // namespace ward::compiler
