// Path patterns on this host: `*`, `?`, `[a-z]`, `**`; a backslash makes the next character literal. What
// matches by its text is in compiler/path_pattern.hpp.
//
// As in the shell, a name that begins with a dot is matched only by a pattern that does, and `**` is
// any number of folders, none included, without following links.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sandbox/path_walk.hpp"

namespace ward::sandbox {

inline constexpr std::size_t max_glob_matches = 4096;
inline constexpr std::size_t max_glob_looks = 100'000;  // entries that one pattern may look at

// The existing paths that match, sorted. Absent if the pattern would look at or match too many.
[[nodiscard]] std::optional<std::vector<std::string>> expand_glob(const std::string& pattern, Walker& walker);

}  // namespace ward::sandbox
