// Which rules speak of a path. By text alone: no link is followed, and what optional rules name is taken
// to be there.
#pragma once

#include <string_view>
#include <vector>

#include "compiler/jail.hpp"

namespace ward::compiler {

// The length of the longest leading part of `path` that the pattern or path of a rule is about; 0 if it
// does not reach `path`. The greater, the more specific.
[[nodiscard]] std::size_t matched_length(std::string_view rule_path, bool is_glob, std::string_view path);

// Where the files of a grant or an overlay are on the host: `from`, or the path itself.
[[nodiscard]] std::string_view host_path(const FileRule& rule);

[[nodiscard]] inline bool is_prohibition(const FileRule& rule) {
    return rule.kind == FileRule::Kind::hide || rule.kind == FileRule::Kind::protect;
}

// True if the program may change the host's files below the rule's path.
[[nodiscard]] bool writes_to_host(const FileRule& rule);

// The rule that decides what may be done with a path of the host, whatever its name inside: the most
// specific grant, overlay or `hide`; at one path `hide`. Null: nothing shows it.
[[nodiscard]] const FileRule* deciding_rule(const std::vector<FileRule>& rules, std::string_view path);

}  // namespace ward::compiler
