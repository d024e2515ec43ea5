// Canonical decision diagrams over the bits of a system call's arguments.
//
// Two functions from arguments to outcomes are equal exactly if they are the same node: variables
// are tested in one order, no test is superfluous, and equal nodes are shared (Bryant 1986; the
// leaves hold responses, which makes it an MTBDD). Knows nothing of BPF or of policies.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace ward::compiler {

class Diagram {
public:
    using Node = std::uint32_t;
    static constexpr Node no = 0;   // the condition that never holds
    static constexpr Node yes = 1;  // the condition that always holds
    static constexpr unsigned variable_count = 6 * 64;

    // Thrown when a function needs more work than any real filter does: some have no small diagram in
    // any order of the bits.
    struct TooLarge {};
    static constexpr std::size_t max_choices = std::size_t{1} << 20;

    Diagram();

    // The function that always gives `value`. Leaves are outcomes, `no` and `yes` are conditions.
    [[nodiscard]] Node leaf(std::uint32_t value);
    // The condition "bit `bit` (0 is the least) of argument `argument` is set".
    [[nodiscard]] Node bit(unsigned argument, unsigned bit);
    // Where `condition` holds `then`, elsewhere `otherwise`; also of conditions. May throw TooLarge.
    [[nodiscard]] Node choose(Node condition, Node then, Node otherwise);

    [[nodiscard]] Node negate(Node condition) { return choose(condition, no, yes); }
    [[nodiscard]] Node both(Node a, Node b) { return choose(a, b, no); }
    [[nodiscard]] Node either(Node a, Node b) { return choose(a, yes, b); }

    [[nodiscard]] bool is_leaf(Node node) const { return nodes_[node].variable == leaf_variable; }
    [[nodiscard]] std::uint32_t value(Node leaf) const { return nodes_[leaf].low; }
    // What a node that is no leaf looks at, and what follows.
    struct Split {
        unsigned argument = 0, bit = 0;
        Node clear = no, set = no;
    };
    [[nodiscard]] Split split(Node node) const;
    [[nodiscard]] std::size_t size() const { return nodes_.size(); }

    // Arguments for which two different functions differ.
    [[nodiscard]] std::array<std::uint64_t, 6> difference(Node a, Node b) const;
    // The outcome for given arguments.
    [[nodiscard]] std::uint32_t evaluate(Node node, const std::array<std::uint64_t, 6>& arguments) const;

private:
    // Leaves come last in the order of variables.
    static constexpr std::uint32_t leaf_variable = variable_count;
    struct Entry {
        std::uint32_t variable;
        Node low, high;  // of a leaf: its value, and 0 for a condition or 1 for an outcome
        friend bool operator==(const Entry&, const Entry&) = default;
    };
    struct Chosen {
        Node condition = ~0u, then = 0, otherwise = 0, result = 0;
    };

    Node intern(Entry entry);
    void grow();
    [[nodiscard]] Node branch(Node node, std::uint32_t variable, bool set) const;

    std::vector<Entry> nodes_;
    std::vector<Node> buckets_;   // open addressing; empty: ~0
    std::vector<Chosen> chosen_;  // direct-mapped memory of choose()
    std::size_t choices_ = 0;     // calls of choose() that were not trivial
};

}  // namespace ward::compiler
