// How a filter finds where a value leads, a call number or a word of an argument: the shortest sequence of
// compares.
//
// Knows neither BPF nor what an outcome is; outcomes are small numbers, 0 .. outcome_count - 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ward::compiler {

// The values [first, last] share an outcome.
struct Segment {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint32_t outcome = 0;
};

// A run of segments that equality tests decide: `base`, except for the segments of another outcome,
// which are single values.
struct Block {
    std::size_t begin = 0, end = 0;  // indexes of segments
    std::uint32_t base = 0;
};

// The blocks, in order, that need the fewest compares: one for each segment that is not its block's
// base, and one between neighbouring blocks. Neighbouring segments have different outcomes.
[[nodiscard]] std::vector<Block> cheapest_blocks(std::span<const Segment> segments, std::size_t outcome_count);

// The compares that these blocks need.
[[nodiscard]] std::size_t count_compares(std::span<const Block> blocks, std::span<const Segment> segments);

// A test of bits that settles more values at once than compares do.
struct Shortcut {
    enum class Kind : std::uint8_t {
        none,
        within,  // values without a bit outside `bits` have `outcome`; the segments are for the others
        ignore,  // `bits` never matter; the segments are for values that have none of them
    } kind = Kind::none;
    std::uint32_t bits = 0;
    std::uint32_t outcome = 0;  // within
    std::vector<Segment> segments{};
};

// The one that saves most, if any does.
[[nodiscard]] Shortcut best_shortcut(std::span<const Segment> segments, std::size_t outcome_count);

}  // namespace ward::compiler
