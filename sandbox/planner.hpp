// Jail + host + command line to Plan. What the policy asks of this host is refused here, before anything of
// the jail is built but its namespaces; afterwards only the proof of the filter and the kernel can say no.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/jail.hpp"
#include "policy/diagnostic.hpp"
#include "sandbox/host.hpp"
#include "sandbox/plan.hpp"

namespace ward::sandbox {

struct Command {
    std::string program;                   // absolute path, the same inside and outside
    std::vector<std::string> arguments;    // argv, argv[0] included
    std::string folder;                    // working folder
    std::vector<std::string> environment;  // the caller's, NAME=value
    std::uint64_t exec_key = 0;            // random for each launch
    std::uint32_t id_base = 0;             // root: first host id of this jail's range
    AllowedDegraded allow_degraded{};      // features that may be left out where the host lacks them
};

// What of the host make_plan() needs to know for this jail.
[[nodiscard]] HostLooks looks_for(const compiler::Jail& jail);
// All but the filter. Absent after any error.
[[nodiscard]] std::optional<Plan> make_plan(const compiler::Jail& jail, const Host& host, const Command& command,
                                            policy::Diagnostics& diagnostics);
// Plan::filter, made and proved: half of what is computed for a start. False after an error.
[[nodiscard]] bool add_filter(Plan& plan, const compiler::Jail& jail, policy::Diagnostics& diagnostics);

}  // namespace ward::sandbox
