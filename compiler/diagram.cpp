#include "compiler/diagram.hpp"

#include <algorithm>

namespace ward::compiler {
namespace {

constexpr std::uint32_t empty_bucket = ~0u;
// Powers of two. Small at first: most diagrams are, and pages that nobody touches cost nothing.
constexpr std::size_t first_size = 256;
constexpr std::size_t most_memory = 1024;  // of choose()

std::size_t mixed(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    std::uint64_t hash = a * 0x9e3779b97f4a7c15u;
    hash = (hash ^ (hash >> 29) ^ b) * 0xbf58476d1ce4e5b9u;
    hash = (hash ^ (hash >> 32) ^ c) * 0x94d049bb133111ebu;
    return hash ^ (hash >> 31);
}

// Arguments in order, each from its greatest bit on: comparisons stay linear. The halves of an
// argument alternate, because filters combine them bit by bit (a 64-bit key by xor and or).
std::uint32_t variable_of(unsigned argument, unsigned bit) {
    const unsigned within_half = 31 - bit % 32;
    return argument * 64 + within_half * 2 + (bit < 32 ? 1 : 0);
}

unsigned bit_of(std::uint32_t variable) {
    const unsigned place = variable % 64;
    return 31 - place / 2 + (place % 2 ? 0 : 32);
}

}  // namespace

Diagram::Diagram() : buckets_(first_size, empty_bucket), chosen_(first_size) {
    nodes_.reserve(first_size / 2);
    (void)intern({leaf_variable, 0, 0});
    (void)intern({leaf_variable, 1, 0});
}

Diagram::Node Diagram::intern(Entry entry) {
    const std::size_t last = buckets_.size() - 1;
    std::size_t at = mixed(entry.variable, entry.low, entry.high) & last;
    for (; buckets_[at] != empty_bucket; at = (at + 1) & last)
        if (nodes_[buckets_[at]] == entry) return buckets_[at];
    const auto node = static_cast<Node>(nodes_.size());
    buckets_[at] = node;
    nodes_.push_back(entry);
    if (nodes_.size() * 2 > buckets_.size()) grow();
    return node;
}

void Diagram::grow() {
    buckets_.assign(buckets_.size() * 2, empty_bucket);
    const std::size_t last = buckets_.size() - 1;
    for (Node node = 0; node < nodes_.size(); ++node) {
        std::size_t at = mixed(nodes_[node].variable, nodes_[node].low, nodes_[node].high) & last;
        while (buckets_[at] != empty_bucket) at = (at + 1) & last;
        buckets_[at] = node;
    }
    if (chosen_.size() < most_memory) chosen_.assign(chosen_.size() * 4, {});
}

Diagram::Node Diagram::leaf(std::uint32_t value) {
    return intern({leaf_variable, value, 1});
}

Diagram::Node Diagram::bit(unsigned argument, unsigned bit) {
    return intern({variable_of(argument, bit), no, yes});
}

Diagram::Split Diagram::split(Node node) const {
    const Entry& entry = nodes_[node];
    return {entry.variable / 64, bit_of(entry.variable), entry.low, entry.high};
}

Diagram::Node Diagram::branch(Node node, std::uint32_t variable, bool set) const {
    const Entry& entry = nodes_[node];
    if (entry.variable != variable) return node;
    return set ? entry.high : entry.low;
}

Diagram::Node Diagram::choose(Node condition, Node then, Node otherwise) {
    if (condition == yes || then == otherwise) return then;
    if (condition == no) return otherwise;
    if (then == yes && otherwise == no) return condition;

    // One bit above all that follows, as comparisons have it that are built from their last bit on.
    const Entry& test = nodes_[condition];
    if (test.low <= yes && test.high <= yes && test.variable < nodes_[then].variable &&
        test.variable < nodes_[otherwise].variable)
        return test.low == no ? intern({test.variable, otherwise, then}) : intern({test.variable, then, otherwise});

    const std::size_t hash = mixed(condition, then, otherwise);
    if (const Chosen& known = chosen_[hash & (chosen_.size() - 1)];
        known.condition == condition && known.then == then && known.otherwise == otherwise)
        return known.result;

    if (++choices_ > max_choices) throw TooLarge{};
    const std::uint32_t variable =
        std::min({nodes_[condition].variable, nodes_[then].variable, nodes_[otherwise].variable});
    const auto half = [&](bool set) {
        return choose(branch(condition, variable, set), branch(then, variable, set), branch(otherwise, variable, set));
    };
    const Node low = half(false);
    const Node high = half(true);
    const Node result = low == high ? low : intern({variable, low, high});
    chosen_[hash & (chosen_.size() - 1)] = {condition, then, otherwise, result};
    return result;
}

std::array<std::uint64_t, 6> Diagram::difference(Node a, Node b) const {
    std::array<std::uint64_t, 6> arguments{};
    // Different nodes differ in a branch of their first variable: canonicity leads the way down.
    while (a != b && !(is_leaf(a) && is_leaf(b))) {
        const std::uint32_t variable = std::min(nodes_[a].variable, nodes_[b].variable);
        const bool set = branch(a, variable, false) == branch(b, variable, false);
        if (set) arguments[variable / 64] |= std::uint64_t{1} << bit_of(variable);
        a = branch(a, variable, set);
        b = branch(b, variable, set);
    }
    return arguments;
}

std::uint32_t Diagram::evaluate(Node node, const std::array<std::uint64_t, 6>& arguments) const {
    while (!is_leaf(node)) {
        const std::uint32_t variable = nodes_[node].variable;
        const bool set = (arguments[variable / 64] >> bit_of(variable)) & 1;
        node = set ? nodes_[node].high : nodes_[node].low;
    }
    return value(node);
}

}  // namespace ward::compiler
