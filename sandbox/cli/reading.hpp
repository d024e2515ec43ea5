// One reading of a policy, from its name to the compiled jail, with the texts that its diagnostics
// point into. Every subcommand that looks at a policy goes through here.
#pragma once

#include <optional>
#include <string>

#include "compiler/facts.hpp"
#include "compiler/jail.hpp"
#include "policy/diagnostic.hpp"
#include "policy/library.hpp"
#include "policy/source.hpp"

namespace ward::cli {

struct Reading {
    policy::Sources sources;
    policy::Diagnostics diagnostics;
    policy::Library library{policy::SearchPath::from_environment()};
    std::string origin;  // once loaded: the file of the policy, or `built-in`

    // Absent after any error. `entry` is a policy's name or a file.
    [[nodiscard]] std::optional<policy::PolicySet> load(const std::string& entry);
    [[nodiscard]] std::optional<compiler::Jail> compile(const std::string& entry, const compiler::Facts& facts);
    // What `added` says, on top of the policy `entry`.
    [[nodiscard]] std::optional<policy::PolicySet> load_below(const policy::Block& added, const std::string& entry);
    // Puts all diagnostics on standard error.
    void show() const;
};

}  // namespace ward::cli
