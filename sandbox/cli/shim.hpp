// Shims: the small scripts that `ward wrap` puts before programs in PATH, and scripts whose first line names
// ward. Running one must lead to the program behind it, never to ward again.
#pragma once

#include <string>
#include <string_view>

namespace ward::cli {

// Below the home folder.
[[nodiscard]] std::string shim_folder(const std::string& home);

// The script that runs `program` (a name) under its profile, by the ward at `ward`.
[[nodiscard]] std::string shim_text(const std::string& ward, std::string_view program);

// Whether the file was made by shim_text(), whoever has put it there. False if it cannot be read.
[[nodiscard]] bool is_shim(const std::string& path);

// PATH without the folder of the shims.
[[nodiscard]] std::string without_shims(const std::string& search_path, const std::string& folder);

// Whether the first line of a file names what runs it.
[[nodiscard]] bool is_script(const std::string& path);

// Whether that line makes ward run it: `#!/usr/bin/env -S ward run -p python3 --`.
[[nodiscard]] bool is_script_of_ward(const std::string& path);

}  // namespace ward::cli
