#include "compiler/condition_diagram.hpp"

namespace ward::compiler {
namespace {

using Node = Diagram::Node;

Node equal(const Comparison& comparison, Diagram& diagram) {
    Node all = Diagram::yes;
    for (unsigned bit = 0; bit < comparison.bits; ++bit) {
        const bool is_set = ((comparison.value >> bit) & 1) != 0;
        if (((comparison.mask >> bit) & 1) != 0) {
            const Node set = diagram.bit(comparison.argument, bit);
            all = diagram.both(is_set ? set : diagram.negate(set), all);
        } else if (is_set) {
            return Diagram::no;
        }
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
        const Node set = diagram.bit(comparison.argument, bit);
        const Node greater = is_sign ? diagram.negate(set) : set;
        result = is_set != is_sign ? diagram.choose(greater, result, Diagram::yes)
                                   : diagram.choose(greater, Diagram::no, result);
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
