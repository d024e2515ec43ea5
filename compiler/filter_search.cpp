#include "compiler/filter_search.hpp"

#include <linux/seccomp.h>

#include <algorithm>

namespace ward::compiler {
namespace {

using Label = Assembler::Label;

class Search {
public:
    Search(Assembler& assembler, std::span<const Segment> segments, std::span<const Label> labels)
        : assembler_(assembler),
          segments_(segments),
          labels_(labels),
          blocks_(cheapest_blocks(segments, labels.size())) {
        weights_.reserve(blocks_.size());
        for (const Block& block : blocks_) weights_.push_back(weight(block));
    }

    Label write() { return split(0, blocks_.size()); }

private:
    // n blocks need n - 1 splits, whatever the shape of the tree; calls that run the filter weigh more.
    Label split(std::size_t first, std::size_t end) {
        if (end - first == 1) return chain(blocks_[first]);
        const std::size_t middle = middle_of(first, end);
        const Label upper = split(middle, end);
        const Label lower = split(first, middle);
        return assembler_.jump(BPF_JGE, segments_[blocks_[middle].begin].first, upper, lower);
    }

    // Where the right side begins, for sides of about the same weight.
    [[nodiscard]] std::size_t middle_of(std::size_t first, std::size_t end) const {
        std::size_t all = 0;
        for (std::size_t i = first; i < end; ++i) all += weights_[i];
        std::size_t left = weights_[first];
        std::size_t middle = first + 1;
        while (middle + 1 < end && left + weights_[middle] / 2 < all / 2) left += weights_[middle++];
        return middle;
    }

    [[nodiscard]] std::size_t weight(const Block& block) const {
        std::size_t sum = 0;
        for (std::size_t i = block.begin; i < block.end; ++i) sum += weight(labels_[segments_[i].outcome]);
        return sum;
    }

    // Tests for equality, those of calls that run the filter first.
    Label chain(const Block& block) {
        Label label = labels_[block.base];
        // Backwards: what comes last here is tested first.
        for (const std::size_t weight_now : {of_rare, of_refused, of_checked})
            for (const Segment& segment : segments_.subspan(block.begin, block.end - block.begin))
                if (segment.outcome != block.base && weight(labels_[segment.outcome]) == weight_now)
                    label = assembler_.jump(BPF_JEQ, segment.first, labels_[segment.outcome], label);
        return label;
    }

    // How often the filter runs for a call, as a guess. The kernel's map answers for those that are always allowed, and
    // a program is ended once.
    static constexpr std::size_t of_checked = 8, of_refused = 4, of_rare = 1;

    [[nodiscard]] std::size_t weight(Label label) const {
        const sock_filter& first = assembler_[label];
        if (BPF_CLASS(first.code) != BPF_RET) return of_checked;
        const std::uint32_t action = first.k & SECCOMP_RET_ACTION_FULL;
        return action == SECCOMP_RET_ERRNO || action == SECCOMP_RET_TRAP ? of_refused : of_rare;
    }

    Assembler& assembler_;
    std::span<const Segment> segments_;
    std::span<const Label> labels_;
    std::vector<Block> blocks_;
    std::vector<std::size_t> weights_;  // of the blocks
};

}  // namespace

void SegmentList::add(std::uint32_t last, std::uint32_t place) {
    // As it is for most numbers of calls.
    if (!segments_.empty() && places_[segments_.back().outcome] == place) {
        segments_.back().last = last;
        return;
    }
    const auto found = std::find(places_.begin(), places_.end(), place);
    const auto outcome = static_cast<std::uint32_t>(found - places_.begin());
    if (found == places_.end()) places_.push_back(place);
    segments_.push_back({segments_.empty() ? 0 : segments_.back().last + 1, last, outcome});
}

Label write_search(Assembler& assembler, std::span<const Segment> segments, std::span<const Label> labels) {
    return Search(assembler, segments, labels).write();
}

}  // namespace ward::compiler
