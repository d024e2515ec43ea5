// A program of the host's that does something for ward before a jail runs: newuidmap(1), busctl(1).
//
// Never the jailed program: it runs outside of every jail, with the caller's rights.
#pragma once

#include <string>
#include <vector>

namespace ward::sandbox {

struct HelperEnd {
    bool succeeded = false;
    std::string said;  // the first line of what it wrote, or why it could not be run
};

// Runs it to its end, or until `patience` milliseconds are over. `words` begin with its path; `variables` are its
// whole environment. It gets no signal mask of ward's.
[[nodiscard]] HelperEnd run_helper(std::vector<std::string> words, std::vector<std::string> variables,
                                   int patience = 10'000);

}  // namespace ward::sandbox
