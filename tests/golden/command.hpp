// Runs the command of a golden case in a fresh folder.
#pragma once

#include <string>

#include "tests/golden/case_file.hpp"

namespace ward::golden {

// Makes the folder and what the case puts there, runs `program`, removes the folder. The command's
// environment is PATH, HOME (`home` in the folder) and what the case states. It is killed after 20
// seconds. Throws std::runtime_error if a part of the case cannot be made.
[[nodiscard]] Outcome run_case(const Case& golden_case, const std::string& program);

}  // namespace ward::golden
