// What a launch's outcome means: how the jail ended, and why. Looks at nothing but what it is given.
#pragma once

#include "policy/diagnostic.hpp"
#include "sandbox/cgroup.hpp"
#include "sandbox/plan.hpp"
#include "sandbox/report.hpp"
#include "sandbox/supervisor.hpp"

namespace ward::sandbox {

// Fills end, status, violation and what was used. What kept the program from running becomes a diagnostic.
void tell(Report& report, const Plan& plan, const Outcome& outcome, const CgroupUsage& usage,
          policy::Diagnostics& diagnostics);

}  // namespace ward::sandbox
