// Where policies are found, and the set of policies that one name stands for.
//
// This is the only part of policy/ that reads files. A text is read once: what was checked is what
// runs.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/diagnostic.hpp"
#include "policy/policy.hpp"
#include "policy/source.hpp"

namespace ward::policy {

// A policy built into the program: `base.parser`, and its text.
struct BuiltIn {
    std::string_view name;
    std::string_view text;
};

// All built-in policies, sorted by name. Generated from profiles/ at build time.
[[nodiscard]] std::span<const BuiltIn> built_in_policies();

// A policy with everything it uses.
struct PolicySet {
    struct Member {
        Policy policy;
        unsigned distance = 0;  // 0: the policy itself; n: reached by n `use` steps at the least
        // Every `use` that names it, from any member: members[member].policy.uses[use].
        struct UsedBy {
            std::size_t member = 0;
            std::size_t use = 0;
        };
        std::vector<UsedBy> used_by{};
    };
    std::vector<Member> members;  // the policy itself first, each other one once, by distance
};

// The folders searched for NAME.ward (dots are folders), nearest first; built-in policies come last.
// A `use` also looks in the folder of the file it stands in, before all of these. A policy that uses its
// own name means the next one of that name: so a user's `curl` extends the one that is shipped.
struct SearchPath {
    std::vector<std::string> folders;

    // $WARD_PATH, ~/.config/ward, /etc/ward.
    [[nodiscard]] static SearchPath from_environment();
};

// Where `ward list` found a policy.
struct Listed {
    std::string name;
    std::string origin;       // a path or `built-in`
    std::string description;  // empty if it has none or does not parse
    // The policies of that name further on in the search path: a path or `built-in` each.
    std::vector<std::string> shadows;
    bool extends = false;  // it uses the first of them
    std::string error;     // the first one in it or in what it uses; empty if all of it can be read
};

class Library {
public:
    explicit Library(SearchPath path) : path_(std::move(path)) {}

    // `entry` is a file if it holds a `/` or ends in `.ward` (or is `-`: standard input), otherwise
    // the name of a policy. Reads and parses it and all that it uses. Absent after any error; then `unfinished`
    // has what could be read, which is only good for further errors (compiler::check_unfinished).
    [[nodiscard]] std::optional<PolicySet> load(std::string_view entry, Sources& sources, Diagnostics& diagnostics,
                                                PolicySet* unfinished = nullptr) const;
    // A policy of no file, on top of the policy `entry`: it uses that one and says `added`. Where it is shown,
    // it is the word `entry` in a source called `--policy`.
    [[nodiscard]] std::optional<PolicySet> load_below(Block added, std::string_view entry, Sources& sources,
                                                      Diagnostics& diagnostics, PolicySet* unfinished = nullptr) const;
    // True if a policy of this name exists anywhere on the search path.
    [[nodiscard]] bool has(std::string_view name) const;
    // Every policy that can be named, sorted by name.
    [[nodiscard]] std::vector<Listed> list() const;

private:
    [[nodiscard]] std::string first_error(const std::string& name) const;

    SearchPath path_;
};

// Reads a policy text into `sources`: a regular file that others cannot write (or `-`, standard
// input), pipes and devices refused, at most max_source_bytes, a text as check_text wants it.
// Otherwise one diagnostic and nothing.
[[nodiscard]] std::optional<FileId> read_source(const std::string& path, Sources& sources, Diagnostics& diagnostics,
                                                std::optional<Span> asked_by = std::nullopt);

// True if a text is UTF-8 without NUL bytes and without characters that cannot be seen; otherwise
// false, and one diagnostic. parse() does not need it, people do.
[[nodiscard]] bool check_text(const Sources& sources, FileId file, Diagnostics& diagnostics);

}  // namespace ward::policy
