// What a filter has to find out, as a graph of tests of 32-bit words: all that BPF can look at. Between
// the model and its layout; only emit() uses it.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "compiler/condition.hpp"
#include "compiler/filter.hpp"

namespace ward::compiler {

// One test of one half of one argument: (half & mask) RELATION value.
struct Test {
    enum class Relation : std::uint8_t { equal, at_least };
    std::uint8_t argument = 0;  // 0..5
    bool high_half = false;
    Relation relation = Relation::equal;
    std::uint32_t mask = ~0u;
    std::uint32_t value = 0;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the operator for a pointer
    friend auto operator<=>(const Test&, const Test&) = default;
};

using NodeId = std::uint32_t;

// Decisions over arguments, shared: two that are built alike are the same node. A test whose
// outcome does not matter is never made.
class Decisions {
public:
    struct Node {
        enum class Kind : std::uint8_t { response, test, exec_key } kind{};
        Response response{};     // response
        Test test{};             // test
        NodeId yes = 0, no = 0;  // test, exec_key
    };

    [[nodiscard]] NodeId respond(Response response);
    [[nodiscard]] NodeId test(Test test, NodeId yes, NodeId no);
    // `yes` if the sixth argument is the launcher's one-time key, which emit() is given.
    [[nodiscard]] NodeId exec_key(NodeId yes, NodeId no);
    // `yes` where the condition holds.
    [[nodiscard]] NodeId decide(const Condition& condition, NodeId yes, NodeId no);
    [[nodiscard]] NodeId decide(const CallModel& call);
    [[nodiscard]] const Node& operator[](NodeId id) const { return nodes_[id]; }

private:
    NodeId intern(const Node& node);
    NodeId decide(const Comparison& comparison, NodeId yes, NodeId no);
    NodeId equal(const Comparison& comparison, NodeId yes, NodeId no);
    NodeId less(const Comparison& comparison, NodeId yes, NodeId no);

    std::vector<Node> nodes_;
    std::map<std::tuple<Node::Kind, Response, Test, NodeId, NodeId>, NodeId> known_;
};

}  // namespace ward::compiler
