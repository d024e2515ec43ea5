#include "compiler/filter_layout.hpp"

#include <algorithm>
#include <optional>

namespace ward::compiler {
namespace {

// A chain of equality tests is walked one by one: a longer one costs more time than it saves room.
constexpr std::size_t longest_chain = 16;

// A block that grows segment by segment.
class GrowingBlock {
public:
    explicit GrowingBlock(std::size_t outcome_count) : counts_(outcome_count) {}

    void clear() {
        std::fill(counts_.begin(), counts_.end(), 0);
        size_ = 0;
        base_ = 0;
        fixed_ = false;
    }

    // False if the segments no longer fit in one block; nothing that follows would fit either.
    bool add(const Segment& segment) {
        ++size_;
        const bool is_single = segment.first == segment.last;
        if (!is_single && fixed_ && base_ != segment.outcome) return false;
        ++counts_[segment.outcome];
        if (!is_single) {
            fixed_ = true;
            base_ = segment.outcome;
        } else if (!fixed_ && counts_[segment.outcome] > counts_[base_]) {
            base_ = segment.outcome;
        }
        return tests() <= longest_chain;
    }

    [[nodiscard]] std::size_t tests() const { return size_ - counts_[base_]; }
    [[nodiscard]] std::uint32_t base() const { return base_; }

private:
    std::vector<std::size_t> counts_;
    std::size_t size_ = 0;
    std::uint32_t base_ = 0;
    bool fixed_ = false;  // a segment of several values is in it, which must be the base
};

// The cheapest way to decide all segments before one, and the block that ends there.
struct Best {
    std::size_t compares = ~std::size_t{0};
    Block last;
};

std::vector<Best> best_prefixes(std::span<const Segment> segments, std::size_t outcome_count) {
    std::vector<Best> best(segments.size() + 1);
    best[0].compares = 0;
    GrowingBlock block(outcome_count);
    for (std::size_t begin = 0; begin < segments.size(); ++begin) {
        block.clear();
        for (std::size_t end = begin; end < segments.size() && block.add(segments[end]); ++end) {
            const std::size_t compares = best[begin].compares + block.tests() + 1;
            // Of equally cheap ones the last wins: shorter blocks make a flatter search.
            if (compares <= best[end + 1].compares) best[end + 1] = {compares, {begin, end + 1, block.base()}};
        }
    }
    return best;
}

}  // namespace

std::vector<Block> cheapest_blocks(std::span<const Segment> segments, std::size_t outcome_count) {
    const std::vector<Best> best = best_prefixes(segments, outcome_count);
    std::vector<Block> blocks;
    for (std::size_t end = segments.size(); end != 0; end = blocks.back().begin) blocks.push_back(best[end].last);
    std::reverse(blocks.begin(), blocks.end());
    return blocks;
}

std::size_t count_compares(std::span<const Block> blocks, std::span<const Segment> segments) {
    std::size_t count = blocks.size() - 1;
    for (const Block& block : blocks)
        for (const Segment& segment : segments.subspan(block.begin, block.end - block.begin))
            count += segment.outcome != block.base;
    return count;
}

}  // namespace ward::compiler
