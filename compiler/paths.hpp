// Words of a policy as absolute paths.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/lower.hpp"

namespace ward::compiler {

struct LoweredPath {
    std::string text;  // absolute and normalised; see FileRule for patterns
    bool is_glob = false;
};

// What the statement around a path permits.
struct PathUse {
    bool optional = false;  // `read?`: a variable without a value is no error, there is just no path
    bool globs = false;
};

// Absent after an error, which has been reported; and where there is no path: in an optional
// statement, and for $program when nothing runs.
[[nodiscard]] std::optional<LoweredPath> lower_path(Lowering& lowering, const policy::Word& word, Scope& scope,
                                                    PathUse use);

// Removes `//`, `/.` and a `/` at the end, by looking at the text only. Absent if it holds a `..`.
[[nodiscard]] std::optional<std::string> normalised(std::string_view absolute_path);

// "/a/b/c" to "/a/b", "/a" to "/". For a normalised path.
[[nodiscard]] std::string parent_of(const std::string& path);
// True if `path` is `folder` or something below it. Both are normalised.
[[nodiscard]] bool is_at_or_below(std::string_view path, std::string_view folder);
// `path`, which is at or below `from`, with `to` in its place.
[[nodiscard]] std::string moved(std::string_view path, std::string_view from, std::string_view to);

}  // namespace ward::compiler
