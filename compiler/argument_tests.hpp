// Comparisons of one argument as conditions over registers.
//
// Knows widths, signs and pairs of registers; nothing of policies. What always or never holds is
// always() or never().
#pragma once

#include <cstdint>
#include <span>

#include "compiler/argument_values.hpp"
#include "compiler/condition.hpp"

namespace ward::compiler {

// Of an argument whose width depends on another one, a test `in_both` widths holds only where it holds in
// 32 bits and in all; the other kind where it holds in either.
enum class Certainty : std::uint8_t { in_both, in_either };
[[nodiscard]] Certainty opposite(Certainty certainty);

// (argument & mask) == value
[[nodiscard]] Condition equals(const ArgumentPlace& place, std::uint64_t mask, std::uint64_t value,
                               Certainty certainty);
// argument < value, by the argument's sign
[[nodiscard]] Condition less(const ArgumentPlace& place, std::uint64_t value, Certainty certainty);
// argument <= value
[[nodiscard]] Condition at_most(const ArgumentPlace& place, std::uint64_t value, Certainty certainty);
// Every one of the flags and fields.
[[nodiscard]] Condition has(const ArgumentPlace& place, std::span<const ArgumentValue> values, Certainty certainty);
// None of them.
[[nodiscard]] Condition lacks(const ArgumentPlace& place, std::span<const ArgumentValue> values, Certainty certainty);
// No bits but these; a field that is named has one of the values named.
[[nodiscard]] Condition within(const ArgumentPlace& place, std::span<const ArgumentValue> values, Certainty certainty);

}  // namespace ward::compiler
