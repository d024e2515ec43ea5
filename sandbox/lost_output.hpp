// Arguments that name files which the program is to make, where it cannot leave any: a guess, for a note.
//
// Grants nothing and refuses nothing. An argument that is there is never in it: that one is read.
#pragma once

#include <string>
#include <vector>

#include "sandbox/file_view.hpp"
#include "sandbox/plan.hpp"

namespace ward::sandbox {

// `words`: the command line, the program first. Relative ones are below `folder`.
[[nodiscard]] std::vector<LostOutput> lost_outputs(const std::vector<std::string>& words, const std::string& folder,
                                                   const FileView& view, Walker& host);

}  // namespace ward::sandbox
