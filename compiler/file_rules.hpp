// Puts together what several statements say of one path.
//
// Permissions add up, a prohibition beats them, and what is at a path at all (a part of the host, a
// private folder, a link, a text) is a single value: the nearest wins.
#pragma once

#include <string_view>
#include <vector>

#include "compiler/jail.hpp"
#include "policy/diagnostic.hpp"
#include "policy/policy.hpp"

namespace ward::compiler {

// One path of one statement.
struct FileItem {
    FileRule rule;
    unsigned distance;
    const policy::Word* word;  // as written; not owned
};

// Rules in the order and form that Jail::files promises, whatever the order of the items.
[[nodiscard]] std::vector<FileRule> merge_file_rules(std::vector<FileItem> items, policy::Diagnostics& diagnostics);

// The word that a statement of this kind begins with: `write`, `hide`, `private`.
[[nodiscard]] std::string_view statement_word(const FileRule& rule);

}  // namespace ward::compiler
