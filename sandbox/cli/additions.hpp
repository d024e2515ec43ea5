// `--allow`: statements on the command line, on top of a policy; and `--save`, which makes a policy of them.
#pragma once

#include <string>

#include "policy/policy.hpp"
#include "sandbox/cli/options.hpp"
#include "sandbox/cli/reading.hpp"

namespace ward::cli {

// Each text is a source of its own, called `--allow`. Absent after an error in one of them.
[[nodiscard]] std::optional<policy::Block> read_additions(const Words& texts, Reading& reading);

// The policy that says what `added` says and uses `entry`, in its canonical form. `name` is its own.
[[nodiscard]] std::string policy_text(const std::string& name, const std::string& entry, const policy::Block& added,
                                      const policy::Sources& sources);

// Writes that to a new file. `entry` is the name or the file of a policy, as on the command line, and
// `entry_name` the name that it has. False after an error, which is a diagnostic.
struct Saving {
    std::string file, entry, entry_name;
};
[[nodiscard]] bool save_policy(const Saving& saving, const policy::Block& added, Reading& reading);

}  // namespace ward::cli
