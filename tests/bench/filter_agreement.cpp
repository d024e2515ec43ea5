// Random (policy, call) pairs, answered by the conditions, the diagram, our program and, where it can say
// them, libseccomp's.
//   filter_agreement [PAIRS [SEED]]
#include <cstdio>
#include <cstdlib>

#include "tests/unit/compiler/agreement.hpp"

int main(int argc, char** argv) {
    const unsigned long long pairs = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000'000;
    const unsigned long long seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    const auto agreement = ward::compiler::test::compare_random(pairs, seed);
    std::printf("seed %llu: %lu policies, %lu pairs, %lu of them also by libseccomp: %s\n", seed, agreement.policies,
                agreement.pairs, agreement.by_libseccomp,
                agreement.fault.empty() ? "all agree" : agreement.fault.c_str());
    return agreement.fault.empty() ? 0 : 1;
}
