// TCP ports as `connect` and `listen` name them, put together from several statements.
//
// Permissions add up, and a prohibition takes ports out wherever it was written.
#pragma once

#include <vector>

#include "compiler/jail.hpp"
#include "compiler/lower.hpp"

namespace ward::compiler {

// One port or range of one statement; first <= last.
struct PortClaim {
    std::uint16_t first = 0, last = 0;
    policy::Span span;
    unsigned distance = 0;
};

struct PortClaims {
    std::vector<PortClaim> allowed;
    std::vector<PortClaim> forbidden;
};

// `443` or `8000..8100`. Absent after an error, which has been reported.
[[nodiscard]] std::optional<PortClaim> read_ports(const policy::Word& word, Place place,
                                                  policy::Diagnostics& diagnostics);

// `443` or `8000..8100`, as it is read.
[[nodiscard]] std::string ports_in_words(std::uint16_t first, std::uint16_t last);

// Sorted and disjoint, neighbours joined, the same whatever the order of the claims.
[[nodiscard]] std::vector<PortRange> merge_ports(const PortClaims& claims);

// Warns about what is allowed twice in one file, and what a prohibition takes away as a whole.
void check_ports(std::string_view word, const PortClaims& claims, policy::Diagnostics& diagnostics);

}  // namespace ward::compiler
