// Lists of flag values (`0, 8, 0x20000, 0x20008`) as one test of bits in place of a compare for each.
#include <algorithm>
#include <bit>

#include "compiler/filter_layout.hpp"

namespace ward::compiler {
namespace {

using Segments = std::vector<Segment>;

// Longer segments are ranges; bits do not help with those.
constexpr std::uint32_t longest_listed = 16;
constexpr int most_bits = 5;
constexpr std::uint32_t any_outcome = ~0u;

std::uint32_t outcome_of(std::span<const Segment> segments, std::uint32_t value) {
    const auto found = std::partition_point(segments.begin(), segments.end(),
                                            [value](const Segment& segment) { return segment.last < value; });
    return found->outcome;
}

std::size_t compares(const Segments& segments, std::size_t outcome_count) {
    return count_compares(cheapest_blocks(segments, outcome_count), segments);
}

template <typename Predicate>
bool all_values(const Segment& segment, Predicate predicate) {
    if (segment.last - segment.first >= longest_listed) return false;
    for (std::uint64_t value = segment.first; value <= segment.last; ++value)
        if (!predicate(static_cast<std::uint32_t>(value))) return false;
    return true;
}

// The segments, where those of impossible values have joined their neighbours.
template <typename Predicate>
Segments without(std::span<const Segment> segments, Predicate is_impossible) {
    Segments result;
    for (const Segment& segment : segments) {
        const bool joins =
            !result.empty() && (result.back().outcome == segment.outcome || all_values(segment, is_impossible));
        if (joins)
            result.back().last = segment.last;
        else
            result.push_back(segment);
    }
    if (result.size() > 1 && all_values(result.front(), is_impossible)) {
        result[1].first = result.front().first;
        result.erase(result.begin());
    }
    return result;
}

// The values of short segments, without those of one outcome.
std::vector<std::uint32_t> listed_values(std::span<const Segment> segments, std::uint32_t except) {
    std::vector<std::uint32_t> values;
    for (const Segment& segment : segments)
        if (segment.outcome != except)
            (void)all_values(segment, [&](std::uint32_t value) {
                values.push_back(value);
                return true;
            });
    return values;
}

// Bits of which every combination has the outcome of 0.
std::uint32_t bits_like_zero(std::span<const Segment> segments) {
    const std::uint32_t wanted = segments.front().outcome;
    std::uint32_t bits = 0;
    for (const std::uint32_t value : listed_values(segments, any_outcome)) {
        if (!std::has_single_bit(value) || std::popcount(bits) == most_bits) continue;
        bool all = true;
        for (std::uint32_t subset = bits;; subset = (subset - 1) & bits) {
            all = all && outcome_of(segments, subset | value) == wanted;
            if (subset == 0) break;
        }
        if (all) bits |= value;
    }
    return bits;
}

// The outcome of all long segments; `any_outcome` if they have several.
std::uint32_t outcome_of_ranges(std::span<const Segment> segments) {
    std::uint32_t outcome = any_outcome;
    for (const Segment& segment : segments) {
        if (segment.last - segment.first < longest_listed || outcome == segment.outcome) continue;
        if (outcome != any_outcome) return any_outcome;
        outcome = segment.outcome;
    }
    return outcome;
}

// Bits that change no outcome. Enough to ask of the values that do not have the outcome of the long
// segments: one that has it would be changed to one of those, and back.
std::uint32_t bits_without_effect(std::span<const Segment> segments) {
    const std::uint32_t usual = outcome_of_ranges(segments);
    if (usual == any_outcome) return 0;
    const std::vector<std::uint32_t> values = listed_values(segments, usual);
    std::uint32_t bits = 0;
    for (const std::uint32_t other : values) {
        const std::uint32_t bit = other ^ values.front();
        if (!std::has_single_bit(bit)) continue;
        const bool has_none = std::all_of(values.begin(), values.end(), [&](std::uint32_t value) {
            return outcome_of(segments, value) == outcome_of(segments, value ^ bit);
        });
        if (has_none) bits |= bit;
    }
    return bits;
}

}  // namespace

Shortcut best_shortcut(std::span<const Segment> segments, std::size_t outcome_count) {
    constexpr std::size_t worth_it = 4;  // fewer segments need two compares at the most
    Shortcut best;
    if (segments.size() < worth_it || segments.size() > 256) return best;
    std::size_t least = compares({segments.begin(), segments.end()}, outcome_count);
    const auto propose = [&](Shortcut::Kind kind, std::uint32_t bits, Segments rest) {
        const std::size_t price = 1 + compares(rest, outcome_count);
        if (price >= least) return;
        least = price;
        best = {kind, bits, segments.front().outcome, std::move(rest)};
    };
    if (const std::uint32_t bits = bits_like_zero(segments))
        propose(Shortcut::Kind::within, bits,
                without(segments, [bits](std::uint32_t value) { return (value & ~bits) == 0; }));
    if (const std::uint32_t bits = bits_without_effect(segments))
        propose(Shortcut::Kind::ignore, bits,
                without(segments, [bits](std::uint32_t value) { return (value & bits) != 0; }));
    return best;
}

}  // namespace ward::compiler
