// What may stand at the cursor of a command line of ward, from the tables that the program works by.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/cli/options.hpp"

namespace ward::cli {

struct Candidate {
    std::string word;
    std::string description;  // a few words, may be empty
};

struct Completion {
    std::vector<Candidate> candidates;  // all of them begin with what is written already
    bool files = false;                 // the shell adds file names
    bool programs = false;              // the shell adds programs
};

// `words` are those after `ward`; the last one, which may be empty, is completed.
[[nodiscard]] Completion complete(const Words& words);

// The script that makes a shell ask for completions; empty if the shell is not known.
[[nodiscard]] std::string_view completion_script(std::string_view shell);

}  // namespace ward::cli
