// Random policies and random calls, answered in several ways that know nothing of each other. For tests only.
#pragma once

#include <cstdint>
#include <string>

namespace ward::compiler::test {

struct Agreement {
    std::uint64_t policies = 0;
    std::uint64_t pairs = 0;  // (policy, call): the conditions read one by one, the diagram, and the program run
    std::uint64_t by_libseccomp = 0;  // of these, also libseccomp's program run
    std::string fault;                // the first difference; empty: there is none
};

// Until there are so many pairs, or one differs.
[[nodiscard]] Agreement compare_random(std::uint64_t pairs, std::uint64_t seed);

}  // namespace ward::compiler::test
