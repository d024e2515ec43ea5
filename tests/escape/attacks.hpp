// The list of known attacks, and the page that says which attempts make them and what stops them.
#pragma once

#include <string>
#include <vector>

#include "tests/escape/attempt.hpp"

namespace ward::test {

// One row of attacks.txt.
struct Attack {
    std::string name;
    std::string cve;  // or several; may be empty
    std::string words;
    std::string elsewhere;  // why no attempt makes it, or where it is made; may be empty
};

// All rows, in order. Throws std::runtime_error that names a row that is not understood.
[[nodiscard]] std::vector<Attack> read_attacks();

// What is wrong between the list and the attempts, one sentence each: an attack without an attempt, an attempt
// for no attack.
[[nodiscard]] std::vector<std::string> gaps(const std::vector<Attack>& attacks, const std::vector<Attempt>& attempts);

// docs/reference/escapes.md. It says what the headers declare, and so what every passed run has shown.
[[nodiscard]] std::string page(const std::vector<Attack>& attacks, const std::vector<Attempt>& attempts);

// The part of it that is attack by layer, for a terminal.
[[nodiscard]] std::string matrix(const std::vector<Attack>& attacks, const std::vector<Attempt>& attempts);

}  // namespace ward::test
