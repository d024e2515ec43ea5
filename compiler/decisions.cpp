#include "compiler/decisions.hpp"

namespace ward::compiler {

NodeId Decisions::respond(Response response) {
    if (response.kind != Response::Kind::refuse) response.error = 0;
    return intern({.kind = Node::Kind::response, .response = response});
}

NodeId Decisions::test(Test test, NodeId yes, NodeId no) {
    if (test.value > test.mask) return no;
    const bool is_equality = test.relation == Test::Relation::equal;
    if (is_equality && (test.value & ~test.mask) != 0) return no;  // a bit that the mask has cleared is never set
    if (yes == no || test.mask == 0 || (!is_equality && test.value == 0)) return yes;
    return intern({.kind = Node::Kind::test, .test = test, .yes = yes, .no = no});
}

NodeId Decisions::exec_key(NodeId yes, NodeId no) {
    if (yes == no) return yes;
    return intern({.kind = Node::Kind::exec_key, .yes = yes, .no = no});
}

NodeId Decisions::decide(const CallModel& call) {
    NodeId result = respond(call.otherwise);
    for (auto answer = call.answers.rbegin(); answer != call.answers.rend(); ++answer)
        result = decide(answer->when, respond(answer->response), result);
    return call.one_shot ? exec_key(respond({Response::Kind::allow}), result) : result;
}

// Backwards: what is decided last is made first.
NodeId Decisions::decide(const Condition& condition, NodeId yes, NodeId no) {
    switch (condition.kind) {
        case Condition::Kind::comparison:
            return decide(condition.comparison, yes, no);
        case Condition::Kind::negation:
            return decide(condition.parts.front(), no, yes);
        case Condition::Kind::all:
            for (auto part = condition.parts.rbegin(); part != condition.parts.rend(); ++part)
                yes = decide(*part, yes, no);
            return yes;
        case Condition::Kind::any:
            for (auto part = condition.parts.rbegin(); part != condition.parts.rend(); ++part)
                no = decide(*part, yes, no);
            return no;
    }
    return no;
}

NodeId Decisions::decide(const Comparison& comparison, NodeId yes, NodeId no) {
    return comparison.relation == Comparison::Relation::equal ? equal(comparison, yes, no) : less(comparison, yes, no);
}

namespace {

constexpr std::uint32_t low_half(std::uint64_t value) {
    return static_cast<std::uint32_t>(value);
}
constexpr std::uint32_t high_half(std::uint64_t value) {
    return static_cast<std::uint32_t>(value >> 32);
}
// All bits that belong to a value of so many bits.
constexpr std::uint64_t bits_below(unsigned bits) {
    return bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

}  // namespace

NodeId Decisions::equal(const Comparison& comparison, NodeId yes, NodeId no) {
    const std::uint64_t mask = comparison.mask & bits_below(comparison.bits);
    const Test high{comparison.argument, true, Test::Relation::equal, high_half(mask), high_half(comparison.value)};
    const Test low{comparison.argument, false, Test::Relation::equal, low_half(mask), low_half(comparison.value)};
    return test(low, test(high, yes, no), no);
}

// A signed value is less than another if it is so without its sign bit, unless the sign bits differ.
NodeId Decisions::less(const Comparison& comparison, NodeId yes, NodeId no) {
    const std::uint64_t sign = std::uint64_t{1} << (comparison.bits - 1);
    const auto below = [&](std::uint64_t value, NodeId then, NodeId otherwise) {
        const Test low{comparison.argument, false, Test::Relation::at_least, low_half(bits_below(comparison.bits)),
                       low_half(value)};
        const NodeId low_decides = test(low, otherwise, then);
        if (comparison.bits <= 32) return low_decides;
        const Test high{comparison.argument, true, Test::Relation::at_least, ~0u, high_half(value)};
        const Test same{comparison.argument, true, Test::Relation::equal, ~0u, high_half(value)};
        return test(high, test(same, low_decides, otherwise), then);
    };
    if (!comparison.is_signed) return below(comparison.value, yes, no);
    const bool is_negative = (comparison.value & sign) != 0;
    return is_negative ? below(sign, no, below(comparison.value, yes, no))
                       : below(comparison.value, yes, below(sign, no, yes));
}

NodeId Decisions::intern(const Node& node) {
    const auto [known, is_new] = known_.try_emplace({node.kind, node.response, node.test, node.yes, node.no},
                                                    static_cast<NodeId>(nodes_.size()));
    if (is_new) nodes_.push_back(node);
    return known->second;
}

}  // namespace ward::compiler
