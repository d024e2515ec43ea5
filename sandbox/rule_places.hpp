// Where the paths of a policy's file rules are on this host: patterns expanded, links followed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/jail.hpp"
#include "policy/diagnostic.hpp"
#include "sandbox/file_view.hpp"
#include "sandbox/path_walk.hpp"

namespace ward::sandbox {

// One path of one rule. A rule with a pattern has many, a rule about nothing has none.
struct RulePlace {
    const compiler::FileRule* rule = nullptr;
    std::string path;            // canonical, inside
    std::string source;          // canonical, on the host
    std::optional<Inode> inode;  // at `source`
    std::vector<Link> links;     // on the way to `path` and to `source`
    int error = 0;               // absent: why
    bool implied = false;        // of a rule that no policy states
    std::string layer{};         // overlay: its folder for what is written, canonical, on the host
    Inode layer_inode{};
};

struct RulePlaces {
    std::vector<RulePlace> present;  // sorted by path
    std::vector<RulePlace> absent;   // of `hide?` and `protect?`: they guard nothing
    bool has_root = false;           // then paths of the jail are not those of the host
    // The root's own entries, each at its path below `/`; links are there as links.
    std::vector<RulePlace> of_root;
};

// Every path that is missing, or cannot be granted at all, is an error.
[[nodiscard]] RulePlaces find_places(const ViewRequest& request, Walkers walkers, policy::Diagnostics& diagnostics);

// The first place in the policy that a rule comes from.
[[nodiscard]] std::optional<policy::Span> place_of(const compiler::FileRule& rule);

}  // namespace ward::sandbox
