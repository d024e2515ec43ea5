// What ward says before a program starts: which policy, and what is not as somebody would expect.
//
// On standard error, a line for each thing. Decides nothing.
#pragma once

#include "sandbox/cli/prepare.hpp"
#include "sandbox/cli/reading.hpp"

namespace ward::cli {

// Warnings and errors of a run. What `write? $cwd` leaves out is a line, since a profile is made for that.
void show_for_run(const Reading& reading);

// `prepared` has a plan.
void announce(const Request& request, const Reading& reading, const Prepared& prepared);

}  // namespace ward::cli
