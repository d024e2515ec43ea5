// Equal functions are equal nodes, and a node is the function that it was made as.
#include "compiler/diagram.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "compiler/condition_diagram.hpp"

namespace ward::compiler {
namespace {

// The first and last bits of both halves of an argument, and one of another.
constexpr std::pair<unsigned, unsigned> looked_at[] = {{0, 0}, {0, 31}, {0, 32}, {0, 63}, {1, 5}};
constexpr std::size_t inputs = std::size_t{1} << std::size(looked_at);
using Table = std::vector<std::uint32_t>;  // the outcome for each input

std::array<std::uint64_t, 6> arguments_of(std::size_t input) {
    std::array<std::uint64_t, 6> arguments{};
    for (std::size_t i = 0; i < std::size(looked_at); ++i)
        if ((input >> i & 1) != 0) arguments.at(looked_at[i].first) |= std::uint64_t{1} << looked_at[i].second;
    return arguments;
}

struct Function {
    Diagram::Node node;
    Table table;
};

class Diagrams : public testing::Test {
protected:
    Diagrams() {
        conditions = {{Diagram::no, Table(inputs, 0)}, {Diagram::yes, Table(inputs, 1)}};
        for (std::size_t i = 0; i < std::size(looked_at); ++i) {
            Table table(inputs);
            for (std::size_t input = 0; input < inputs; ++input) table[input] = input >> i & 1;
            conditions.push_back({diagram.bit(looked_at[i].first, looked_at[i].second), table});
        }
        for (const std::uint32_t value : {7U, 8U, 9U}) outcomes.push_back({diagram.leaf(value), Table(inputs, value)});
    }

    const Function& any_of(const std::vector<Function>& functions) { return functions[random() % functions.size()]; }

    Function chosen(const std::vector<Function>& from) {
        const Function condition = any_of(conditions);
        const Function then = any_of(from);
        const Function otherwise = any_of(from);
        Function made{diagram.choose(condition.node, then.node, otherwise.node), Table(inputs)};
        for (std::size_t input = 0; input < inputs; ++input)
            made.table[input] = condition.table[input] != 0 ? then.table[input] : otherwise.table[input];
        return made;
    }

    void expect_as_made(const std::vector<Function>& functions) {
        std::map<Table, Diagram::Node> nodes;
        for (const Function& each : functions) {
            for (std::size_t input = 0; input < inputs; ++input)
                ASSERT_EQ(diagram.evaluate(each.node, arguments_of(input)), each.table[input]);
            ASSERT_EQ(nodes.try_emplace(each.table, each.node).first->second, each.node) << "equal, and two nodes";
        }
    }

    Diagram diagram;
    std::mt19937 random{20261129};
    std::vector<Function> conditions, outcomes;
};

TEST_F(Diagrams, RandomChoicesAreWhatTheirTablesSay) {
    for (int i = 0; i < 2000; ++i) {
        conditions.push_back(chosen(conditions));
        if (i % 3 == 0) conditions.push_back({diagram.negate(conditions.back().node), conditions.back().table});
        if (i % 3 == 0)
            for (std::uint32_t& value : conditions.back().table) value = 1 - value;
        outcomes.push_back(chosen(outcomes));
    }
    expect_as_made(conditions);
    expect_as_made(outcomes);
}

// By the meaning of its words, on values around its own.
TEST(ConditionDiagram, ComparisonsHoldWhereTheySay) {
    std::mt19937_64 random(20261129);
    for (int i = 0; i < 3000; ++i) {
        Comparison comparison{.bits = std::array<std::uint8_t, 3>{16, 32, 64}.at(random() % 3)};
        const std::uint64_t within =
            comparison.bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << comparison.bits) - 1;
        comparison.relation = random() % 2 == 0 ? Comparison::Relation::equal : Comparison::Relation::less;
        const bool is_less = comparison.relation == Comparison::Relation::less;
        comparison.is_signed = is_less && random() % 2 == 0;
        if (!is_less && random() % 2 == 0) comparison.mask = random() & random();
        comparison.value = random() & within & (random() % 4 == 0 ? ~std::uint64_t{0} : comparison.mask);
        Diagram diagram;
        const Diagram::Node node = node_of(holds(comparison), diagram);
        const unsigned unused = 64U - comparison.bits;
        const auto sign_extended = [unused](std::uint64_t value) {
            return static_cast<std::int64_t>(value << unused) >> unused;
        };
        for (const std::uint64_t change : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}, random(), ~within}) {
            const std::uint64_t argument = comparison.value ^ change;
            const std::uint64_t seen = argument & within;
            const bool is_below =
                comparison.is_signed ? sign_extended(seen) < sign_extended(comparison.value) : seen < comparison.value;
            const bool wanted = is_less ? is_below : (seen & comparison.mask) == comparison.value;
            ASSERT_EQ(diagram.evaluate(node, {argument}), wanted ? Diagram::yes : Diagram::no)
                << std::hex << argument << ' ' << comparison.value << ' ' << comparison.mask << ' ' << comparison.bits;
        }
    }
}

}  // namespace
}  // namespace ward::compiler
