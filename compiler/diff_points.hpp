// Paths that stand for all paths: every other one is treated by both jails as the sample is that its rules
// cannot tell from it.
//
// Exact for patterns, too. What happens at a path, PathModel says; here is only which paths are alike.
#pragma once

#include <string>
#include <vector>

#include "compiler/diff_names.hpp"
#include "compiler/jail.hpp"
#include "compiler/question_paths.hpp"

namespace ward::compiler {

// The host's path behind one of a jail; empty where no file of the host is.
struct HostPath {
    std::string shown;    // what is read and executed
    std::string changed;  // what is written if something is: for an overlay the folder that keeps it
};
[[nodiscard]] HostPath behind(const PathDecision& decision);

// Sorted; each is there with all folders above it, and none has a shorter one that is like it. What lies at
// `places` of the host, or below, is never like what does not. May throw TooManyPaths.
[[nodiscard]] std::vector<std::string> sample_paths(const Jail& a, const Jail& b,
                                                    const std::vector<std::string>& places = {});

}  // namespace ward::compiler
