// How a filter finds the outcome of a call number: the shortest sequence of compares.
//
// Knows neither BPF nor what an outcome is; outcomes are small numbers, 0 .. outcome_count - 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ward::compiler {

// The numbers [first, last] share an outcome.
struct NumberSegment {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint32_t outcome = 0;
};

// A run of segments that equality tests decide: `base`, except for the segments of another outcome,
// which are single numbers.
struct NumberBlock {
    std::size_t begin = 0, end = 0;  // indexes of segments
    std::uint32_t base = 0;
};

// The blocks, in order, that need the fewest compares: one for each segment that is not its block's
// base, and one between neighbouring blocks. Neighbouring segments have different outcomes.
[[nodiscard]] std::vector<NumberBlock> cheapest_blocks(std::span<const NumberSegment> segments,
                                                       std::size_t outcome_count);

}  // namespace ward::compiler
