// What the accumulator of a filter holds, as conditions on the arguments of a call.
//
// Knows nothing of instructions.
#pragma once

#include <array>
#include <cstdint>

#include "compiler/diagram.hpp"

namespace ward::compiler {

// A 32-bit value: whether each bit is set, the least bit first.
struct Word {
    std::array<Diagram::Node, 32> bits{};
    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the comparison with 0 for a pointer
    friend auto operator<=>(const Word&, const Word&) = default;
};

[[nodiscard]] Word constant(std::uint32_t value);
// The half of an argument at this offset in seccomp_data.
[[nodiscard]] Word argument_half(std::uint32_t offset, Diagram& diagram);

// All three may throw Diagram::TooLarge.
[[nodiscard]] Diagram::Node equals(const Word& word, std::uint32_t value, Diagram& diagram);
[[nodiscard]] Diagram::Node at_least(const Word& word, std::uint32_t value, Diagram& diagram);
// Whether a bit of the mask is set.
[[nodiscard]] Diagram::Node any_of(const Word& word, std::uint32_t mask, Diagram& diagram);

}  // namespace ward::compiler
