// Runs a Plan: makes the processes, supervises them, and tells how it ended.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "policy/diagnostic.hpp"
#include "sandbox/early_init.hpp"
#include "sandbox/plan.hpp"
#include "sandbox/report.hpp"

namespace ward::sandbox {

// Opens /dev/null in place of each standard stream that is closed, so that no descriptor of ours can
// become a stream of the program. False, with errno set, if that fails.
[[nodiscard]] bool fill_standard_streams();

// Makes Plan::filter. False after an error.
using FilterMaker = std::function<bool(Plan& plan, policy::Diagnostics& diagnostics)>;

// How the caller takes part in a launch.
struct LaunchOptions {
    // Called while init builds the rest; without it the plan's own filter is taken.
    FilterMaker make_filter{};
    // An init that was made before the plan; it is used if it fits, and gone if not.
    std::optional<EarlyInit> early{};
    // Called once, when the program has run for a second: one that stays should not hold what only its start needed.
    std::function<void()> forget{};
    // What is only of this process when the jail is gone, descriptors and blocked signals, is given back with that, and
    // not on return; a program that ends at once leaves it to the kernel.
    std::shared_ptr<const void>* rest = nullptr;
};

// Blocks until the jail is gone: no process of it is left when this returns, nor a cgroup. A set-up failure becomes a
// diagnostic at the step's place in the policy, and the program has not run. Once that has run for a second, the plan
// has only what its end is told with: limits, notes, what is enforced.
[[nodiscard]] Report launch(Plan& plan, policy::Diagnostics& diagnostics, LaunchOptions options = {});

}  // namespace ward::sandbox
