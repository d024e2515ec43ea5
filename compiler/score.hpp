// How much a jail leaves open, as one figure for people who compare policies.
//
// A policy that allows less never scores worse, and one that means the same scores the same (tests compare
// with diff()). The weights are judgement; the figure is no proof of anything.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/facts.hpp"
#include "compiler/jail.hpp"

namespace ward::compiler {

struct Exposure {
    std::string_view name;    // `files that it changes`
    std::string_view counts;  // what counts
    unsigned weight = 0;
    double share = 0;    // 0..1
    std::string what;    // of this jail: `/home/you`; may be empty
    Origins origins;     // of what counts most; empty: no statement, or a missing one
    std::string advice;  // what to do; empty if the share is 0
    double saves = 0;    // of the figure, if that is done; 0 also where nobody can say
};

struct Score {
    double figure = 0;                // 0 (nothing is open) .. 10
    std::vector<Exposure> exposures;  // what costs most first
};

// `facts` say where the home folder is. May throw Diagram::TooLarge and TooManyPaths, as diff() may.
[[nodiscard]] Score score(const Jail& jail, const Facts& facts);

// `closed` below 2, `tight` below 3.5, `medium` below 5, `open` below 7, else `wide open`.
[[nodiscard]] std::string_view grade(double figure);

}  // namespace ward::compiler
