// Names that stand for all names of a folder: of those that the same patterns match, the shortest one.
//
// Exact: what no sample matches, no name does. Looks at no file.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "policy/diagnostic.hpp"

namespace ward::compiler {

// One component of a path or of a pattern.
struct Component {
    std::string text;
    bool is_glob = false;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the operator for a pointer
    friend auto operator<=>(const Component&, const Component&) = default;
};

// Thrown when more patterns overlap than in any policy that a person can read.
struct TooManyPaths {};
void report(TooManyPaths, policy::Diagnostics& diagnostics);

// A name for each set of these that some name matches. Names that none matches are left out.
[[nodiscard]] std::vector<std::string> sample_names(const std::set<Component>& components);

}  // namespace ward::compiler
