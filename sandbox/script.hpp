// The first line of a script, as execve(2) reads it. Looks at a file of the host's; runs nothing.
#pragma once

#include <optional>
#include <string>

namespace ward::sandbox {

struct Interpreter {
    std::string path;      // `/usr/bin/env`
    std::string argument;  // `node`; all that stands behind the path, or empty
};

// Absent if the file cannot be read or is no script.
[[nodiscard]] std::optional<Interpreter> interpreter_of(const std::string& file);

}  // namespace ward::sandbox
