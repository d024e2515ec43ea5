// What the caller's own surroundings say: the facts that a policy may ask for, and the program that
// its command line names. Reads the host, changes nothing.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "compiler/facts.hpp"
#include "policy/diagnostic.hpp"

namespace ward::cli {

// Home ($HOME, else what passwd(5) says), working folder, user, runtime folder, kernel, machine. Absent,
// with a diagnostic, if one that must be there is not.
[[nodiscard]] std::optional<compiler::Facts> facts_about_caller(policy::Diagnostics& diagnostics);

// The nearest folder from `folder` upwards with a `.git` in it, below the caller's home folder or beside it: empty at
// and above it.
// `.git` must belong to whom `folder` belongs to, since a stranger's in /tmp would open all of /tmp.
[[nodiscard]] std::string repository_around(const std::string& folder, const std::string& home);

// The user's name in passwd(5), else the number.
[[nodiscard]] std::string user_name(uid_t user);

// Every word that names an existing path, or that is an option `-…=PATH` with one, absolute and
// normalised by its letters; each once, in the order of the words.
[[nodiscard]] std::vector<std::string> named_paths(const std::vector<std::string>& words, const std::string& folder);

// `path` seen from `folder`, without `.`, `..` and doubled slashes; symlinks are not looked at.
[[nodiscard]] std::string absolute_path(const std::string& path, const std::string& folder);

// The working folder; `/` if it has no path.
[[nodiscard]] std::string working_folder_or_root();

// $PATH; empty if the caller has none.
[[nodiscard]] std::string own_search_path();

// Where a program was found, or why not; then `status` is for the shell: 127 if it is not there, 126
// if it may not be executed.
struct ProgramSearch {
    std::string path;  // absolute and normalised; empty if not found
    int status = 0;
};

// A name with a `/` is a path, any other is looked for in `search_path` (colon-separated, as $PATH). Shims
// (shim.hpp) are no programs.
[[nodiscard]] ProgramSearch find_program(const std::string& name, const std::string& search_path,
                                         const std::string& folder);

// The same in an installation below `root`, whose links stay in it; the path is that inside. Not found without a root.
[[nodiscard]] ProgramSearch find_program_below(const std::string& root, const std::string& name,
                                               const std::string& search_path, const std::string& folder);

}  // namespace ward::cli
