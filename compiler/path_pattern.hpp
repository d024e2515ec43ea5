// What the patterns of a policy match: `*`, `?`, `[]` within a name, `**` for any folders. By text alone.
#pragma once

#include <bitset>
#include <string_view>
#include <vector>

namespace ward::compiler {

// One component of a path, or any other name, against a pattern without `/`. A `.` at the front is matched
// by a `.` only, as in a shell.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name);

// One place of a pattern without `/`: the characters that may stand there.
struct PatternStep {
    std::bitset<256> characters;
    bool repeats = false;  // `*`: any number of them, also none
};
[[nodiscard]] std::vector<PatternStep> steps_of(std::string_view pattern);

// Whether a pattern without `/` matches names that begin with a `.`.
[[nodiscard]] bool names_dot(std::string_view pattern);

// What stands between the slashes of a path or a pattern.
[[nodiscard]] std::vector<std::string_view> names_of(std::string_view path);

// False for a pattern that means one text.
[[nodiscard]] bool has_wildcard(std::string_view pattern);

// A whole path, absolute and normalised, against a pattern as FileRule::path holds them. `**` stands for
// any number of folders whose names do not begin with a `.`.
[[nodiscard]] bool matches_path(std::string_view pattern, std::string_view path);

}  // namespace ward::compiler
