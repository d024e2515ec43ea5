// Filters that nobody would write. The same seed always gives the same ones. For tests only.
#pragma once

#include <cstdint>
#include <random>

#include "compiler/filter.hpp"

namespace ward::compiler::test {

class RandomModel {
public:
    explicit RandomModel(std::uint64_t seed) : random_(seed) {}

    // Of x86_64. So many of a hundred calls look at arguments: at two at most, so that all combinations
    // of values can be tried.
    [[nodiscard]] FilterModel make(std::uint32_t count, unsigned percent_with_arguments);
    [[nodiscard]] CallModel call();
    // Conjunctions, disjunctions and negations of comparisons, so deep.
    [[nodiscard]] Condition condition(unsigned depth);
    [[nodiscard]] Comparison comparison();
    [[nodiscard]] Response response();
    // 0 .. limit - 1
    [[nodiscard]] unsigned below(unsigned limit) { return static_cast<unsigned>(random_() >> 3) % limit; }

private:
    std::mt19937_64 random_;
};

}  // namespace ward::compiler::test
