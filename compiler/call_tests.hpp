// The conditions of one call as tests of 32-bit words, which are all that BPF can look at, and as a
// canonical diagram of those tests. Between the model and Decisions; only emit() uses it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "compiler/filter.hpp"
#include "compiler/interner.hpp"

namespace ward::compiler {

// Some bits of one half of one argument.
struct Field {
    std::uint8_t argument = 0;  // 0..5
    bool high_half = false;
    std::uint32_t mask = ~0u;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the operator for a pointer
    friend auto operator<=>(const Field&, const Field&) = default;
};

// (the field) RELATION value. The value has no bit that the field has not.
struct WordTest {
    enum class Relation : std::uint8_t { equal, at_least } relation = Relation::equal;
    std::uint32_t field = 0;  // index
    std::uint32_t value = 0;

    [[nodiscard]] bool holds(std::uint32_t field_value) const {
        return relation == Relation::equal ? field_value == value : field_value >= value;
    }
    friend bool operator==(const WordTest&, const WordTest&) = default;
};

// Thrown for conditions that no program of the kernel's greatest length could decide.
struct TooManyTests {};

class CallTests {
public:
    using Node = std::uint32_t;  // of the diagram

    // A test and what follows, or the end: then `test` is `end`, and `yes` an index of responses().
    struct Choice {
        static constexpr std::uint32_t end = ~0u;
        std::uint32_t test;  // index of tests()
        Node yes, no;
        [[nodiscard]] std::size_t hash() const { return hash_mixed(hash_mixed(test, yes), no); }
        friend bool operator==(const Choice&, const Choice&) = default;
    };

    explicit CallTests(const CallModel& call);

    [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }  // sorted
    [[nodiscard]] const std::vector<Response>& responses() const { return responses_; }
    // In the order of the diagram: all tests of a field stand together, sorted by value.
    [[nodiscard]] const std::vector<WordTest>& tests() const { return tests_; }

    // The diagram for fields looked at in this order (a permutation of their indexes). Ends the life of
    // any earlier one.
    [[nodiscard]] Node arrange(const std::vector<std::uint32_t>& order);
    [[nodiscard]] const Choice& operator[](Node node) const { return choices_[node]; }

private:
    // The conditions in postfix form: each operation takes what is on the stack.
    enum class Operation : std::uint8_t { test, negate, both, either, always, never, answer };
    struct Step {
        Operation operation;
        std::uint32_t index;  // test: of written_; answer: of responses_
    };
    struct Chosen {
        Node condition = ~0u, then = 0, otherwise = 0, result = 0;
    };

    void add(const Condition& condition);
    void add(const Comparison& comparison);
    void add_below(const Comparison& comparison, std::uint64_t value);
    void add_test(std::uint8_t argument, bool high_half, WordTest::Relation relation, std::uint32_t mask,
                  std::uint32_t value);
    void add_operation(Operation operation) { steps_.push_back({operation, 0}); }
    [[nodiscard]] std::uint32_t response_index(Response response);

    void sort_fields();
    void sort_tests(const std::vector<std::uint32_t>& order);
    [[nodiscard]] Node run(std::uint32_t step, std::vector<Node>& stack);
    [[nodiscard]] Node without_decided(Node node, std::uint32_t test, bool holds) const;
    [[nodiscard]] Node choose(Node condition, Node then, Node otherwise);

    std::vector<Field> fields_;
    std::vector<Response> responses_;
    std::vector<WordTest> written_;  // as the conditions have them
    std::vector<Step> steps_;

    std::vector<WordTest> tests_;
    std::vector<std::uint32_t> place_;  // written_[n] is tests_[place_[n]]
    Interner<Choice> choices_;
    std::array<Chosen, 64> chosen_{};  // direct-mapped memory of choose()
    std::size_t work_ = 0;
};

}  // namespace ward::compiler
