// The limits of a policy, each put where this host can enforce it: a cgroup, a resource limit, or the
// supervisor's clock.
#pragma once

#include "compiler/jail.hpp"
#include "policy/diagnostic.hpp"
#include "sandbox/file_view.hpp"
#include "sandbox/host.hpp"
#include "sandbox/identity.hpp"
#include "sandbox/plan_writer.hpp"

namespace ward::sandbox {

struct LimitsRequest {
    const compiler::Jail& jail;
    const Host& host;
    const Identity& identity;
    const FileView& view;
    AllowedDegraded allow_degraded{};
};

// Whether planning will look at the host's limits and cgroups.
[[nodiscard]] bool limits_anything(const compiler::Jail& jail);

// Fills cgroup and time_limit, adds set_rlimit steps to `program`, and says in `enforced` what holds
// each limit. A limit without `?` that this host cannot hold exactly is an error, unless it may be degraded:
// then plan.degraded has it.
void plan_limits(const LimitsRequest& request, PlanWriter& writer, policy::Diagnostics& diagnostics);

}  // namespace ward::sandbox
