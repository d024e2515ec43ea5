#include "compiler/decisions.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <unordered_map>

namespace ward::compiler {
namespace {

using TestNode = CallTests::Node;

// A diagram of tests, field by field: all tests of a field become one node that says where each of its
// values leads.
class Merger {
public:
    Merger(const CallTests& tests, Decisions& decisions, Interner<Decisions::Node>& nodes)
        : tests_(tests), decisions_(decisions), nodes_(nodes) {}

    NodeId merge(TestNode node) {
        const CallTests::Choice& choice = tests_[node];
        if (choice.test == CallTests::Choice::end) return decisions_.respond(tests_.responses()[choice.yes]);
        const auto known = merged_.find(node);
        if (known != merged_.end()) return known->second;
        const NodeId result = merge_field(node, choice.test);
        merged_.emplace(node, result);
        return result;
    }

private:
    NodeId merge_field(TestNode node, std::uint32_t test) {
        const std::uint32_t index = tests_.tests()[test].field;
        const Field field = tests_.fields()[index];
        Decisions::Node made{.kind = Decisions::Node::Kind::field, .field = field};
        for (const std::uint32_t first : starts(index, field.mask, test)) {
            const NodeId to = merge(after_field(node, index, first));
            auto& branches = made.branches;
            if (!branches.empty() && branches.back().to == to) continue;
            if (!branches.empty()) branches.back().last = first - 1;
            branches.push_back({field.mask, to});
        }
        return made.branches.size() == 1 ? made.branches.front().to : nodes_.intern(std::move(made));
    }

    // Possible values of the field: from one to the next no test of it, from `test` on, changes its outcome.
    std::vector<std::uint32_t> starts(std::uint32_t index, std::uint32_t mask, std::uint32_t test) const {
        std::vector<std::uint32_t> values = {0};
        const auto add = [&](std::uint64_t least) {
            if (least > mask) return;
            const std::uint64_t value = next_value(mask, static_cast<std::uint32_t>(least));
            if (value <= mask && value > values.back()) values.push_back(static_cast<std::uint32_t>(value));
        };
        for (; test < tests_.tests().size() && tests_.tests()[test].field == index; ++test) {
            const WordTest& each = tests_.tests()[test];
            add(each.value);
            if (each.relation == WordTest::Relation::equal) add(std::uint64_t{each.value} + 1);
        }
        return values;
    }

    TestNode after_field(TestNode node, std::uint32_t index, std::uint32_t value) const {
        for (;;) {
            const CallTests::Choice& choice = tests_[node];
            if (choice.test == CallTests::Choice::end || tests_.tests()[choice.test].field != index) return node;
            node = tests_.tests()[choice.test].holds(value) ? choice.yes : choice.no;
        }
    }

    const CallTests& tests_;
    Decisions& decisions_;
    Interner<Decisions::Node>& nodes_;
    std::unordered_map<TestNode, NodeId> merged_;
};

}  // namespace

std::uint64_t next_value(std::uint32_t mask, std::uint32_t least) {
    const std::uint32_t outside = least & ~mask;
    if (outside == 0) return least;
    // The greatest bit that must not be set is carried on to the next bit that may be.
    const std::uint64_t step = std::uint64_t{2} << (31 - std::countl_zero(outside));
    const std::uint64_t carried = (std::uint64_t{least | ~mask} & ~(step - 1)) + step;
    return carried > ~0u ? carried : carried & mask;
}

std::size_t Decisions::Node::hash() const {
    std::size_t hash = hash_mixed(static_cast<std::size_t>(kind), static_cast<std::size_t>(response.kind));
    hash = hash_mixed(hash, response.error);
    hash = hash_mixed(
        hash, (std::uint64_t{field.mask} << 8) | (std::uint64_t{field.argument} << 1) | (field.high_half ? 1u : 0u));
    for (const Branch& branch : branches) hash = hash_mixed(hash, (std::uint64_t{branch.last} << 32) | branch.to);
    return hash;
}

NodeId Decisions::respond(Response response) {
    if (response.kind != Response::Kind::refuse) response.error = 0;
    return nodes_.intern({.kind = Node::Kind::response, .response = response});
}

NodeId Decisions::exec_key(NodeId right, NodeId wrong) {
    if (right == wrong) return right;
    return nodes_.intern({.kind = Node::Kind::exec_key, .branches = {{0, right}, {~0u, wrong}}});
}

NodeId Decisions::decide(const CallModel& call) {
    NodeId result{};
    if (call.answers.empty()) {
        result = respond(call.otherwise);
    } else {
        CallTests tests(call);
        result = cheapest(tests);
    }
    return call.one_shot ? exec_key(respond({Response::Kind::allow}), result) : result;
}

// The order of fields decides how often each of them has to be asked. Few fields: all orders are tried.
NodeId Decisions::cheapest(CallTests& tests) {
    constexpr std::size_t few = 3;
    std::vector<std::uint32_t> order(tests.fields().size());
    std::iota(order.begin(), order.end(), 0);
    NodeId best = 0;
    std::size_t least = ~std::size_t{0};
    do {
        const NodeId id = Merger(tests, *this, nodes_).merge(tests.arrange(order));
        std::vector<NodeId> seen;
        const std::size_t price = order.size() > 1 ? cost(id, seen) : 0;
        if (price < least) {
            least = price;
            best = id;
        }
    } while (order.size() <= few && std::next_permutation(order.begin(), order.end()));
    return best;
}

// About the number of instructions: a load, and a jump for each border between branches.
std::size_t Decisions::cost(NodeId id, std::vector<NodeId>& seen) const {
    const Node& node = nodes_[id];
    if (node.kind != Node::Kind::field || std::find(seen.begin(), seen.end(), id) != seen.end()) return 0;
    seen.push_back(id);
    std::size_t sum = node.branches.size();
    for (const Branch& branch : node.branches) sum += cost(branch.to, seen);
    return sum;
}

}  // namespace ward::compiler
