// Writes the compares that find where the value in the accumulator leads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compiler/filter_assembler.hpp"
#include "compiler/filter_layout.hpp"

namespace ward::compiler {

// Segments of a value, collected from the least value on, and the places that they lead to: labels, or
// nodes that will have one.
class SegmentList {
public:
    // [the end of the last segment + 1, last] leads there.
    void add(std::uint32_t last, std::uint32_t place);

    [[nodiscard]] std::span<const Segment> segments() const { return segments_; }
    // By outcome.
    [[nodiscard]] std::span<const std::uint32_t> places() const { return places_; }

private:
    std::vector<Segment> segments_;
    std::vector<std::uint32_t> places_;
};

// `segments` cover all values. The accumulator keeps its value.
[[nodiscard]] Assembler::Label write_search(Assembler& assembler, std::span<const Segment> segments,
                                            std::span<const Assembler::Label> labels);

}  // namespace ward::compiler
