// The options of a subcommand: a table of what there is, and what the caller wrote.
//
// Options stop at the first word that is none, because what follows belongs to the program that
// will run. The only door to Boost.Program_options, which stays in options.cpp. Nothing here
// knows what an option means.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/diagnostic.hpp"

namespace ward::cli {

using Words = std::vector<std::string>;

struct Option {
    std::string_view name;   // the long form without its dashes
    char letter;             // the short form, 0 for none
    std::string_view value;  // what stands for the value in a help text; empty: takes none
    bool repeats;            // may be given more than once
    std::string_view help;   // a sentence without a full stop
};

class Options {
public:
    Words rest;  // the words from the first that is no option; a `--` before them is gone

    void add(const std::string& name, std::string value) { given_[name].push_back(std::move(value)); }
    [[nodiscard]] bool has(const std::string& name) const { return given_.contains(name); }
    // The one value of an option that does not repeat.
    [[nodiscard]] std::optional<std::string> value(const std::string& name) const;
    // In the order of the command line.
    [[nodiscard]] Words values(const std::string& name) const;

private:
    std::map<std::string, Words> given_;
};

// Absent after an error, which is one diagnostic.
[[nodiscard]] std::optional<Options> parse_options(std::span<const Option> table, const Words& words,
                                                   policy::Diagnostics& diagnostics);

// One line for each option: its forms and its help, indented by two blanks.
[[nodiscard]] std::string describe(std::span<const Option> table);

}  // namespace ward::cli
