// The end of a jailed program in a line for people, where the exit status alone would not tell it.
#pragma once

#include <string>

#include "sandbox/plan.hpp"
#include "sandbox/report.hpp"

namespace ward::cli {

// Empty if the program ended by itself or by a signal: the status says so. `program` is its name.
[[nodiscard]] std::string ending(const sandbox::Report& report, const sandbox::Plan& plan, const std::string& program);

}  // namespace ward::cli
