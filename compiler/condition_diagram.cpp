#include "compiler/condition_diagram.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace ward::compiler {
namespace {

using Node = Diagram::Node;

// The diagram looks at the greatest bit first, and at bit 32 just before bit 0 (diagram.cpp): in this order, each bit
// is above all before it.
Node equal(const Comparison& comparison, Diagram& diagram) {
    const std::uint64_t looked_at =
        comparison.bits < 64 ? (std::uint64_t{1} << comparison.bits) - 1 : ~std::uint64_t{0};
    if ((comparison.value & ~comparison.mask & looked_at) != 0) return Diagram::no;
    Node all = Diagram::yes;
    for (unsigned place = 0; place < 32; ++place)
        for (unsigned bit = place; bit < comparison.bits; bit += 32) {
            if (((comparison.mask >> bit) & 1) == 0) continue;
            const bool is_set = ((comparison.value >> bit) & 1) != 0;
            const Node set = diagram.bit(comparison.argument, bit);
            all = diagram.choose(set, is_set ? all : Diagram::no, is_set ? Diagram::no : all);
        }
    return all;
}

// From the least bit on: where a bit differs, it decides over all below it. A sign bit counts the other
// way round.
Node less(const Comparison& comparison, Diagram& diagram) {
    Node result = Diagram::no;
    for (unsigned bit = 0; bit < comparison.bits; ++bit) {
        const bool is_sign = comparison.is_signed && bit + 1 == comparison.bits;
        const bool is_set = ((comparison.value >> bit) & 1) != 0;
        const Node if_greater = is_set != is_sign ? result : Diagram::no;
        const Node if_not = is_set != is_sign ? Diagram::yes : result;
        const Node set = diagram.bit(comparison.argument, bit);
        result = diagram.choose(set, is_sign ? if_not : if_greater, is_sign ? if_greater : if_not);
    }
    return result;
}

// ---- single arguments, which need no diagram

using Arguments = std::array<std::uint64_t, 6>;

bool holds_for(const Condition& condition, const Arguments& arguments) {
    const auto part_holds = [&](const Condition& part) { return holds_for(part, arguments); };
    switch (condition.kind) {
        case Condition::Kind::all:
            return std::ranges::all_of(condition.parts, part_holds);
        case Condition::Kind::any:
            return std::ranges::any_of(condition.parts, part_holds);
        case Condition::Kind::negation:
            return !part_holds(condition.parts.front());
        case Condition::Kind::comparison:
            break;
    }
    const Comparison& comparison = condition.comparison;
    const std::uint64_t sign = std::uint64_t{1} << (comparison.bits - 1);
    const std::uint64_t value = arguments[comparison.argument] & comparison.mask & (sign | (sign - 1));
    if (comparison.relation == Comparison::Relation::equal) return value == comparison.value;
    const std::uint64_t turned = comparison.is_signed ? sign : 0;
    return (value ^ turned) < (comparison.value ^ turned);
}

// Whether it holds for the values that it names, one more of them each time.
class Trial {
public:
    explicit Trial(const Condition& condition) : whole_(condition) {
        ask();
        ask_with_values_of(condition);
    }

    [[nodiscard]] bool has_held_and_failed() const { return held_ && failed_; }

private:
    void ask() {
        --left_;
        (holds_for(whole_, arguments_) ? held_ : failed_) = true;
    }

    void ask_with_values_of(const Condition& condition) {
        for (const Condition& part : condition.parts) ask_with_values_of(part);
        if (condition.kind != Condition::Kind::comparison || has_held_and_failed() || left_ == 0) return;
        arguments_[condition.comparison.argument] = condition.comparison.value;
        ask();
    }

    const Condition& whole_;
    Arguments arguments_{};
    bool held_ = false;
    bool failed_ = false;
    unsigned left_ = 64;  // so that the time stays linear
};

}  // namespace

Node node_of(const Condition& condition, Diagram& diagram) {
    const bool is_any = condition.kind == Condition::Kind::any;
    if (condition.kind == Condition::Kind::negation) return diagram.negate(node_of(condition.parts.front(), diagram));
    if (condition.kind == Condition::Kind::comparison)
        return condition.comparison.relation == Comparison::Relation::equal ? equal(condition.comparison, diagram)
                                                                            : less(condition.comparison, diagram);
    Node result = is_any ? Diagram::no : Diagram::yes;
    for (const Condition& part : condition.parts)
        result = is_any ? diagram.either(node_of(part, diagram), result) : diagram.both(node_of(part, diagram), result);
    return result;
}

std::optional<bool> constant_outcome(const Condition& condition) {
    // Mostly the answer, and much quicker.
    if (Trial(condition).has_held_and_failed()) return std::nullopt;
    try {
        Diagram diagram;
        const Node node = node_of(condition, diagram);
        if (node == Diagram::yes) return true;
        if (node == Diagram::no) return false;
    } catch (const Diagram::TooLarge&) {
        return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace ward::compiler
