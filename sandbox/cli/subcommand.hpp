// What every subcommand of ward has in common: its name and words for people, how its command line
// is read, and how it says that it does not understand one. One file and one function each.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sandbox/cli/options.hpp"

namespace ward::cli {

// Exit statuses of ward's own. A jailed program's status is passed on unchanged.
inline constexpr int failure_status = 1;        // `check`, `show`: the policy has errors
inline constexpr int usage_status = 2;          // a command line that is not understood
inline constexpr int nothing_ran_status = 125;  // `run`: the jail could not be set up

struct Subcommand {
    std::string_view name;
    std::string_view usage;               // what follows the name
    std::string_view summary;             // a sentence without a full stop
    int (*function)(const Words& words);  // the words after the name; returns the exit status
    std::span<const Option> options;
    int misuse;  // the exit status after a usage error
};

// In the order of the help text.
[[nodiscard]] std::span<const Subcommand> subcommands();
[[nodiscard]] const Subcommand* find_subcommand(std::string_view name);
// "`check`" for `chekc`, empty if nothing is similar.
[[nodiscard]] std::string similar_subcommand(std::string_view name);

// Starts a subcommand: its options, or the status to end with because its help was asked for or its
// command line is wrong (which has been said).
struct Invocation {
    std::optional<Options> options;
    int status = 0;
};
[[nodiscard]] Invocation begin(std::string_view name, const Words& words);

// Says what is wrong with a command line and one thing to do, and returns the status.
[[nodiscard]] int misuse(std::string_view name, std::string message, std::string help);

[[nodiscard]] std::string help_text();
[[nodiscard]] std::string version_text();

int run(const Words& words);
int check(const Words& words);
int show(const Words& words);
int list(const Words& words);
int fmt(const Words& words);
int explain(const Words& words);
int explain_crash(const Words& words);
int completion(const Words& words);
int compile(const Words& words);
int diff(const Words& words);
int score(const Words& words);
int import_policy(const Words& words);
int test(const Words& words);
int why(const Words& words);
int doctor(const Words& words);
int wrap(const Words& words);
int help(const Words& words);
int version(const Words& words);

}  // namespace ward::cli
