// What the `network` sections say about files: a Unix socket that is named is granted too.
// Internal to compiler/.
#pragma once

#include <vector>

#include "compiler/file_rules.hpp"
#include "compiler/lower.hpp"

namespace ward::compiler {

// `unix PATH`: the socket is among the files that may be written, since connecting asks for that
// (unix(7)). Nothing if `forbid unix` stands anywhere. Fills jail.network.unix_paths.
[[nodiscard]] std::vector<FileItem> lower_unix_paths(Lowering& lowering, Jail& jail);

}  // namespace ward::compiler
