// The options of the file systems in memory that a jail gets: tmpfs(5).
#pragma once

#include <string>

#include "sandbox/file_view.hpp"
#include "sandbox/identity.hpp"

namespace ward::sandbox {

// Of a private folder, or of the throw-away layer of an overlay: the program's own, and bounded.
[[nodiscard]] std::string options_of_folder(const ViewEntry& folder, const Identity& identity);

// Of the jail's root: as large as what the plan makes in it.
[[nodiscard]] std::string options_of_root(const FileView& view);

}  // namespace ward::sandbox
