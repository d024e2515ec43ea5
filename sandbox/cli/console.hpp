// What ward itself says to the person who runs it.
//
// While a program runs, standard output belongs to it alone: ward then speaks on standard error only.
#pragma once

#include <string_view>

#include "policy/diagnostic.hpp"
#include "policy/source.hpp"

namespace ward::cli {

// True for a terminal, unless NO_COLOR is set and not empty (no-color.org).
[[nodiscard]] bool wants_colour(int descriptor);

// Writes all of it. False if the reader is gone or the disk is full; errno says which.
[[nodiscard]] bool print(int descriptor, std::string_view text);

// For the answer of a subcommand. The exit status: 0, or 1 with a line on standard error.
[[nodiscard]] int answer(std::string_view text);

// `ward: ` and the words, on standard error. `alarming`: red on a terminal.
void say(std::string_view words, bool alarming = false);

// Every diagnostic, on standard error.
void show(const policy::Diagnostics& diagnostics, const policy::Sources& sources);

}  // namespace ward::cli
