#include "compiler/argument_tests.hpp"

#include <utility>

namespace ward::compiler {
namespace {

constexpr std::uint64_t low_half = 0xffffffff;

// Bits of one register that hold an argument, or half of one.
struct Register {
    std::uint8_t position = 0;
    std::uint8_t bits = 64;
    bool is_signed = false;

    [[nodiscard]] std::uint64_t all() const { return ~std::uint64_t{0} >> (64 - bits); }
    [[nodiscard]] std::uint64_t least() const { return is_signed ? all() / 2 + 1 : 0; }
    [[nodiscard]] std::uint64_t greatest() const { return is_signed ? all() / 2 : all(); }
};

Condition equals(const Register& part, std::uint64_t mask, std::uint64_t value) {
    mask &= part.all();
    value &= part.all();
    if ((value & ~mask) != 0) return never();
    if (mask == 0) return always();
    return holds({part.position, part.bits, false, Comparison::Relation::equal,
                  mask == part.all() ? ~std::uint64_t{0} : mask, value});
}

Condition less(const Register& part, std::uint64_t value) {
    value &= part.all();
    if (value == part.least()) return never();
    return holds({part.position, part.bits, part.is_signed, Comparison::Relation::less, ~std::uint64_t{0}, value});
}

Condition at_most(const Register& part, std::uint64_t value) {
    value &= part.all();
    return value == part.greatest() ? always() : less(part, value + 1);
}

// The registers of an argument: one, or on i386 the low half and then the high one.
struct Registers {
    Register low;
    Register high;  // of a pair
    bool is_pair = false;
};

Registers registers_of(const ArgumentPlace& place) {
    const Argument& argument = place.argument;
    const auto bits = static_cast<std::uint8_t>(argument_bits(argument, place.abi));
    if (!is_split(argument, place.abi)) return {{argument.position, bits, argument.is_signed}, {}, false};
    const auto next = static_cast<std::uint8_t>(argument.position + 1);
    return {{argument.position, 32, false}, {next, 32, argument.is_signed}, true};
}

// Whether the kernel may look at less than the register, depending on another argument.
bool has_two_widths(const ArgumentPlace& place) {
    return place.argument.kind == Kind::varies && argument_bits(place.argument, place.abi) == 64;
}

Register narrow(const ArgumentPlace& place) {
    return {place.argument.position, 32, place.argument.is_signed};
}

using Order = Condition (*)(const Register&, std::uint64_t);

// A pair is ordered by its high half, and by the low one where those are equal.
Condition ordered(const ArgumentPlace& place, std::uint64_t value, Certainty certainty, Order order) {
    const Registers registers = registers_of(place);
    if (registers.is_pair)
        return either(less(registers.high, value >> 32),
                      both(equals(registers.high, ~std::uint64_t{0}, value >> 32), order(registers.low, value)));
    Condition wide = order(registers.low, value);
    if (!has_two_widths(place)) return wide;
    Condition cut = value > low_half ? always() : order(narrow(place), value);
    return certainty == Certainty::in_both ? both(std::move(wide), std::move(cut))
                                           : either(std::move(wide), std::move(cut));
}

}  // namespace

Certainty opposite(Certainty certainty) {
    return certainty == Certainty::in_both ? Certainty::in_either : Certainty::in_both;
}

Condition equals(const ArgumentPlace& place, std::uint64_t mask, std::uint64_t value, Certainty certainty) {
    // What is equal in all bits is equal in the low ones: the width that is sure is known.
    if (has_two_widths(place) && certainty == Certainty::in_either) return equals(narrow(place), mask, value);
    const Registers registers = registers_of(place);
    Condition low = equals(registers.low, mask, value);
    return registers.is_pair ? both(std::move(low), equals(registers.high, mask >> 32, value >> 32)) : low;
}

Condition less(const ArgumentPlace& place, std::uint64_t value, Certainty certainty) {
    return ordered(place, value, certainty, less);
}

Condition at_most(const ArgumentPlace& place, std::uint64_t value, Certainty certainty) {
    return ordered(place, value, certainty, at_most);
}

Condition has(const ArgumentPlace& place, std::span<const ArgumentValue> values, Certainty certainty) {
    Condition result = always();
    for (const ArgumentValue& value : values)
        result = both(std::move(result), equals(place, value.mask, value.value, certainty));
    return result;
}

Condition lacks(const ArgumentPlace& place, std::span<const ArgumentValue> values, Certainty certainty) {
    Condition result = always();
    for (const ArgumentValue& value : values)
        result = both(std::move(result), value.is_union
                                             ? equals(place, value.mask, 0, certainty)
                                             : negated(equals(place, value.mask, value.value, opposite(certainty))));
    return result;
}

Condition within(const ArgumentPlace& place, std::span<const ArgumentValue> values, Certainty certainty) {
    std::uint64_t named = 0;
    for (const ArgumentValue& value : values) named |= value.is_field ? value.mask : value.value;
    Condition result = equals(place, all_bits_of(place) & ~named, 0, certainty);
    std::uint64_t done = 0;  // of the fields
    for (const ArgumentValue& field : values) {
        if (!field.is_field || (field.mask & done) != 0) continue;
        Condition any = never();
        // Fields that overlap are one: the operations of futex(2), some with and some without a clock bit.
        for (const ArgumentValue& value : values) {
            if (!value.is_field || (value.mask & field.mask) == 0) continue;
            done |= value.mask;
            any = either(std::move(any), equals(place, value.mask, value.value, certainty));
        }
        result = both(std::move(result), std::move(any));
    }
    return result;
}

}  // namespace ward::compiler
