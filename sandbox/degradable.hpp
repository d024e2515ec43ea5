// What a jail can be made without where the host lacks it, if the command line says so: `--allow-degraded`.
//
// Only what bounds a program or narrows a permission further. Never a namespace of users, mounts or processes,
// never the filter, a prohibition or a path: without those the rest means nothing.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>

namespace ward::sandbox {

struct DegradableFeature {
    std::string_view name;     // as in `ward doctor`
    std::string_view without;  // what the program then has, for people
};

// Sorted by name.
[[nodiscard]] std::span<const DegradableFeature> degradable_features();
[[nodiscard]] bool is_degradable(std::string_view name);

// "or run it with `--allow-degraded memory`": for the note of an error.
[[nodiscard]] std::string degrading_note(std::string_view name);

// The names that the command line gave.
using AllowedDegraded = std::set<std::string, std::less<>>;

// A feature that a policy asks for, that the host lacks, and that the command line gave up.
struct Degraded {
    std::string feature;
    std::string words;  // what holds in place of it
};

}  // namespace ward::sandbox
