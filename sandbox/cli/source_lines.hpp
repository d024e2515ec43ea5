// Which lines of the source the frames of a stack are, by addr2line(1).
//
// The log names the files that are looked into, and a target that was taken over may have written both: addr2line runs
// in a jail of its own, under the profile `objdump`, and never without.
#pragma once

#include <vector>

#include "sandbox/cli/crash_log.hpp"

namespace ward::cli {

// Fills `lines` where the files of the frames tell. False if addr2line or the jail is not to be had; the
// frames then stay as they are.
bool find_source_lines(std::vector<Frame>& stack);

}  // namespace ward::cli
