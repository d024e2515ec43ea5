#include "compiler/condition_diagram.hpp"

#include <gtest/gtest.h>

#include "random_models.hpp"

namespace ward::compiler {
namespace {

std::optional<bool> by_diagram(const Condition& condition) {
    Diagram diagram;
    const Diagram::Node node = node_of(condition, diagram);
    if (node > Diagram::yes) return std::nullopt;
    return node == Diagram::yes;
}

TEST(ConditionDiagram, AConstantOutcomeIsWhatTheDiagramSays) {
    test::RandomModel random(7);
    unsigned constant = 0;
    for (int round = 0; round < 3000; ++round) {
        const Condition condition = random.condition(3);
        const auto expected = by_diagram(condition);
        EXPECT_EQ(constant_outcome(condition), expected) << round;
        EXPECT_EQ(constant_outcome(both(condition, negated(condition))), std::optional(false)) << round;
        EXPECT_EQ(constant_outcome(either(negated(condition), condition)), std::optional(true)) << round;
        constant += expected.has_value() ? 1U : 0U;
    }
    EXPECT_GT(constant, 0U);
    EXPECT_LT(constant, 3000U);
}

TEST(ConditionDiagram, WhatNoNamedValueShowsIsFoundAllTheSame) {
    // Holds for 1 to 9 alone, and names 0 and 10.
    const auto below = [](std::uint64_t value) {
        return holds({.argument = 0, .relation = Comparison::Relation::less, .value = value});
    };
    EXPECT_EQ(constant_outcome(both(negated(holds({.argument = 0, .value = 0})), below(10))), std::nullopt);
}

}  // namespace
}  // namespace ward::compiler
