// Random policies over the whole grammar: most of them right, all of them well-formed.
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

namespace ward::compiler {

using Random = std::mt19937_64;

struct GeneratedPolicies {
    std::string text;                                      // of `main`
    std::map<std::string, std::string, std::less<>> used;  // texts by name
};

// The same state of `random` always gives the same policies.
[[nodiscard]] GeneratedPolicies generate_policies(Random& random);

// One statement with its section, such as `files { read /a }`.
[[nodiscard]] std::string generate_permission(Random& random);
[[nodiscard]] std::string generate_prohibition(Random& random);

}  // namespace ward::compiler
