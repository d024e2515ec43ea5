// Command lines whose options may stand anywhere: `ward diff A B --json`. Not for subcommands that run
// programs, whose words are not ward's.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "sandbox/cli/subcommand.hpp"

namespace ward::cli {

// As begin(); `rest` has every word that is no option, in order. What follows a `--` is never an option.
[[nodiscard]] Invocation begin_with_operands(std::string_view name, const Words& words);

// The `--set NAME=VALUE`s. The exit status if one is wrong, which has been said; else 0.
[[nodiscard]] int read_settings(std::string_view name, const Options& options,
                                std::map<std::string, std::string>& parameters);

}  // namespace ward::cli
