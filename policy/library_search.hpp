// Where a policy's name leads: the search path and the built-in policies. For library.cpp.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/library.hpp"

namespace ward::policy {

// A file, or a policy built into the program.
struct Location {
    std::string path;                   // of the file, or `-`
    const BuiltIn* built_in = nullptr;  // not owned; then there is no path

    // For people.
    [[nodiscard]] std::string shown() const;
    // Equal for two ways to write the same place.
    [[nodiscard]] std::string identity() const;
    // The folder of the file; empty for a built-in policy and for standard input.
    [[nodiscard]] std::string folder() const;
    // The last part of the path without `.ward`, or empty if the file's name names no policy.
    [[nodiscard]] std::string file_name() const;
};

// `folder`, if not empty, comes before the search path. What has the identity `after`, and all that comes
// before it, is passed over: a policy that uses its own name means the next one of that name.
[[nodiscard]] std::optional<Location> find_policy(const SearchPath& path, const std::string& folder,
                                                  std::string_view name, std::string_view after = {});

// Every policy on the path by its name, nearest first: a name means the first, which shadows the others.
[[nodiscard]] std::map<std::string, std::vector<Location>> all_policies(const SearchPath& path);

void report_unknown_policy(const SearchPath& path, std::string_view name, std::optional<Span> place,
                           Diagnostics& diagnostics);

}  // namespace ward::policy
