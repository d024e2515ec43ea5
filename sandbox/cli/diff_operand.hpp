// What `ward diff` can compare: a policy, the seccomp profile of a container, or the bytes of a filter.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/diff.hpp"
#include "sandbox/cli/reading.hpp"

namespace ward::cli {

// Where the two are compared: what a policy and a profile may ask for.
struct DiffSurroundings {
    std::map<std::string, std::string> parameters;
    std::set<std::string> capabilities;  // of a container
};

struct DiffOperand {
    std::string name;                    // as named on the command line
    std::optional<compiler::Jail> jail;  // of a policy
    compiler::FilterMeaning filter;
    std::vector<std::string> notes;
};

// Absent after an error, which is in the diagnostics of `reading`.
[[nodiscard]] std::optional<DiffOperand> read_operand(const std::string& name, const DiffSurroundings& surroundings,
                                                      Reading& reading, compiler::Diagram& diagram);

}  // namespace ward::cli
