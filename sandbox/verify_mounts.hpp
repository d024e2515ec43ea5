// The mount table that a plan leads to, beside the one that there is. Pure.
#pragma once

#include <vector>

#include "sandbox/verify.hpp"

namespace ward::sandbox {

void compare_mounts(const Plan& plan, const KernelView& view, std::vector<Difference>& differences);

}  // namespace ward::sandbox
