// What a filter has to find out about the arguments of calls, as a graph: which value of which word leads
// where. Between the model and its layout; only emit() uses it.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/call_tests.hpp"
#include "compiler/filter.hpp"
#include "compiler/interner.hpp"

namespace ward::compiler {

using NodeId = std::uint32_t;

// Decisions of all calls, shared: two that are built alike are the same node. Nothing is asked whose
// answer does not matter.
class Decisions {
public:
    // The values up to `last`, from the branch before on.
    struct Branch {
        std::uint32_t last = 0;
        NodeId to = 0;
        friend bool operator==(const Branch&, const Branch&) = default;
    };
    struct Node {
        enum class Kind : std::uint8_t { response, field, exec_key } kind{};
        Response response{};             // response
        Field field{};                   // field
        std::vector<Branch> branches{};  // field: two or more, neighbours lead elsewhere; exec_key: right, wrong

        [[nodiscard]] std::size_t hash() const;
        friend bool operator==(const Node&, const Node&) = default;
    };

    [[nodiscard]] NodeId respond(Response response);
    // May throw TooManyTests.
    [[nodiscard]] NodeId decide(const CallModel& call);
    [[nodiscard]] const Node& operator[](NodeId id) const { return nodes_[id]; }

private:
    // `right` if the sixth argument is the launcher's one-time key, which emit() is given.
    [[nodiscard]] NodeId exec_key(NodeId right, NodeId wrong);
    [[nodiscard]] NodeId cheapest(CallTests& tests);
    [[nodiscard]] std::size_t cost(NodeId id, std::vector<NodeId>& seen) const;

    Interner<Node> nodes_;
};

// The first value from `least` on that has no bit outside the mask; greater than the mask if there is none.
[[nodiscard]] std::uint64_t next_value(std::uint32_t mask, std::uint32_t least);

}  // namespace ward::compiler
