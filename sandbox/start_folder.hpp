// Where a program starts: what the policy says, or else where ward was called.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/jail.hpp"
#include "policy/diagnostic.hpp"
#include "sandbox/file_view.hpp"

namespace ward::sandbox {

struct StartRequest {
    const compiler::Stated<std::string>& stated;  // `directory`; empty: decided here
    std::string called_in;                        // the caller's working folder
    std::string home;                             // the caller's, if any
};

// A path of the jail. Absent after an error: a stated folder must be there. Without one it is the folder that ward
// was called in, or else the home folder, or else the root, and a note says if it is not the first.
[[nodiscard]] std::optional<std::string> decide_start(const StartRequest& request, FileView& view, Walkers walkers,
                                                      policy::Diagnostics& diagnostics);

}  // namespace ward::sandbox
