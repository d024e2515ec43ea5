#include "compiler/condition_diagram.hpp"

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
