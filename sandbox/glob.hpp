// Path patterns: `*`, `?`, `[a-z]`, `**`; a backslash makes the next character literal.
//
// As in the shell, a name that begins with a dot is matched only by a pattern that does, and `**` is
// any number of folders, none included, without following links.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/path_walk.hpp"

namespace ward::sandbox {

// One component of a path against one component of a pattern.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name);

inline constexpr std::size_t max_glob_matches = 4096;
inline constexpr std::size_t max_glob_looks = 100'000;  // entries that one pattern may look at

// The existing paths that match, sorted. Absent if the pattern would look at or match too many.
[[nodiscard]] std::optional<std::vector<std::string>> expand_glob(const std::string& pattern, Walker& walker);

}  // namespace ward::sandbox
