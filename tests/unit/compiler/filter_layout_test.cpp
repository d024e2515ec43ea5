#include "compiler/filter_layout.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace ward::compiler {
namespace {

using Segments = std::vector<Segment>;

std::size_t tests_in(const Block& block, const Segments& segments) {
    return static_cast<std::size_t>(
        std::count_if(segments.begin() + static_cast<std::ptrdiff_t>(block.begin),
                      segments.begin() + static_cast<std::ptrdiff_t>(block.end),
                      [&](const Segment& segment) { return segment.outcome != block.base; }));
}

std::size_t compares(const std::vector<Block>& blocks, const Segments& segments) {
    std::size_t sum = blocks.size() - 1;
    for (const Block& block : blocks) sum += tests_in(block, segments);
    return sum;
}

// The fewest compares for [begin, end), by trying everything.
std::size_t fewest(const Segments& segments, std::size_t begin, std::size_t end) {
    std::set<std::uint32_t> bases;
    for (std::size_t i = begin; i < end; ++i) bases.insert(segments[i].outcome);
    std::size_t best = ~std::size_t{0};
    for (const std::uint32_t base : bases) {
        bool is_possible = true;
        for (std::size_t i = begin; i < end; ++i)
            is_possible &= segments[i].outcome == base || segments[i].first == segments[i].last;
        if (is_possible) best = std::min(best, tests_in({begin, end, base}, segments));
    }
    for (std::size_t split = begin + 1; split < end; ++split)
        best = std::min(best, 1 + fewest(segments, begin, split) + fewest(segments, split, end));
    return best;
}

Segments random_segments(std::mt19937& random, std::size_t count) {
    Segments segments;
    std::uint32_t first = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto length = static_cast<std::uint32_t>(random() % 2 ? 1 : 1 + random() % 4);
        auto outcome = static_cast<std::uint32_t>(random() % 3);
        if (!segments.empty() && outcome == segments.back().outcome) outcome = (outcome + 1) % 3;
        segments.push_back({first, first + length - 1, outcome});
        first += length;
    }
    return segments;
}

TEST(FilterLayout, NoOtherLayoutIsCheaper) {
    std::mt19937 random(7);
    for (unsigned round = 0; round < 200; ++round) {
        const Segments segments = random_segments(random, 1 + random() % 9);
        EXPECT_EQ(compares(cheapest_blocks(segments, 3), segments), fewest(segments, 0, segments.size()));
    }
}

TEST(FilterLayout, BlocksCoverEverySegmentOnce) {
    std::mt19937 random(8);
    for (unsigned round = 0; round < 50; ++round) {
        const Segments segments = random_segments(random, 1 + random() % 150);
        std::size_t next = 0;
        for (const Block& block : cheapest_blocks(segments, 3)) {
            EXPECT_EQ(block.begin, next);
            EXPECT_LT(block.begin, block.end);
            next = block.end;
            for (std::size_t i = block.begin; i < block.end; ++i)
                EXPECT_TRUE(segments[i].outcome == block.base || segments[i].first == segments[i].last);
            EXPECT_LE(tests_in(block, segments), 16u) << "a chain stays short";
        }
        EXPECT_EQ(next, segments.size());
    }
}

TEST(FilterLayout, HolesInARangeAreOneTestEach) {
    const Segments segments = {{0, 9, 0}, {10, 10, 1}, {11, 19, 0}, {20, 20, 2}, {21, 30, 0}};
    const auto blocks = cheapest_blocks(segments, 3);
    ASSERT_EQ(blocks.size(), 1u);
    EXPECT_EQ(blocks[0].base, 0u);
}

}  // namespace
}  // namespace ward::compiler
