// A witness that knows nothing of ours: z3 (a solver of formulas over bit vectors) is asked whether the tests
// of words that the compiler makes of random conditions can ever differ from the conditions. Only built where
// z3 is installed.
#include <gtest/gtest.h>
#include <z3++.h>

#include "compiler/call_tests.hpp"
#include "compiler/condition_diagram.hpp"
#include "tests/unit/compiler/random_models.hpp"

namespace ward::compiler {
namespace {

class Formulas {
public:
    Formulas() {
        for (unsigned i = 0; i < 6; ++i)
            arguments_.push_back(context_.bv_const(("argument" + std::to_string(i)).c_str(), 64));
    }

    // ---- as condition.hpp defines it

    z3::expr of(const Comparison& c) {
        const z3::expr value = arguments_[c.argument].extract(c.bits - 1u, 0);
        const z3::expr bound = number(c.value, c.bits);
        if (c.relation == Comparison::Relation::less)
            return c.is_signed ? z3::slt(value, bound) : z3::ult(value, bound);
        return (value & number(c.mask, c.bits)) == bound;
    }

    z3::expr of(const Condition& condition) {
        if (condition.kind == Condition::Kind::comparison) return of(condition.comparison);
        if (condition.kind == Condition::Kind::negation) return !of(condition.parts.front());
        const bool is_any = condition.kind == Condition::Kind::any;
        z3::expr result = context_.bool_val(!is_any);
        for (const Condition& part : condition.parts) result = is_any ? result || of(part) : result && of(part);
        return result;
    }

    z3::expr of(const CallModel& call) {
        z3::expr result = response(call.otherwise);
        for (auto answer = call.answers.rbegin(); answer != call.answers.rend(); ++answer)
            result = z3::ite(of(answer->when), response(answer->response), result);
        return result;
    }

    // ---- as the compiler and the prover have it

    z3::expr of(const CallTests& tests, CallTests::Node node) {
        const CallTests::Choice& choice = tests[node];
        if (choice.test == CallTests::Choice::end) return response(tests.responses()[choice.yes]);
        const WordTest& test = tests.tests()[choice.test];
        const Field& field = tests.fields()[test.field];
        const unsigned low = field.high_half ? 32 : 0;
        const z3::expr value = arguments_[field.argument].extract(low + 31, low) & number(field.mask, 32);
        const z3::expr bound = number(test.value, 32);
        const z3::expr holds = test.relation == WordTest::Relation::equal ? value == bound : z3::uge(value, bound);
        return z3::ite(holds, of(tests, choice.yes), of(tests, choice.no));
    }

    z3::expr of(const Diagram& diagram, Diagram::Node node) {
        if (node == Diagram::yes || node == Diagram::no) return context_.bool_val(node == Diagram::yes);
        const Diagram::Split split = diagram.split(node);
        const z3::expr is_set = arguments_[split.argument].extract(split.bit, split.bit) == number(1, 1);
        return z3::ite(is_set, of(diagram, split.set), of(diagram, split.clear));
    }

    // Empty if no arguments tell them apart, else such arguments.
    std::string difference(const z3::expr& a, const z3::expr& b) {
        z3::solver solver(context_);
        solver.add(a != b);
        const z3::check_result result = solver.check();
        if (result == z3::unsat) return "";
        return result == z3::sat ? solver.get_model().to_string() : "not decided";
    }

private:
    z3::expr number(std::uint64_t value, unsigned bits) {
        const std::uint64_t kept = bits == 64 ? value : value & ((std::uint64_t{1} << bits) - 1);
        return context_.bv_val(kept, bits);
    }
    z3::expr response(Response response) {
        const unsigned error = response.kind == Response::Kind::refuse ? response.error : 0u;
        return number((static_cast<unsigned>(response.kind) << 16) | error, 32);
    }

    z3::context context_;
    std::vector<z3::expr> arguments_;
};

TEST(ByZ3, TestsOfWordsAreTheConditions) {
    test::RandomModel random(31);
    for (unsigned round = 0; round < 300; ++round) {
        const CallModel call = random.call();
        CallTests tests(call);
        std::vector<std::uint32_t> order(tests.fields().size());
        for (std::uint32_t i = 0; i < order.size(); ++i) order[order.size() - 1 - i] = i;
        const CallTests::Node node = tests.arrange(order);
        Formulas formulas;
        EXPECT_EQ(formulas.difference(formulas.of(call), formulas.of(tests, node)), "") << "round " << round;
    }
}

TEST(ByZ3, DiagramsOfBitsAreTheConditions) {
    test::RandomModel random(32);
    for (unsigned round = 0; round < 300; ++round) {
        const Condition condition = round % 2 ? holds(random.comparison()) : negated(holds(random.comparison()));
        Diagram diagram;
        const Diagram::Node node = node_of(condition, diagram);
        Formulas formulas;
        EXPECT_EQ(formulas.difference(formulas.of(condition), formulas.of(diagram, node)), "") << "round " << round;
    }
}

TEST(ByZ3, ItFindsADifferenceOfOneBit) {
    Formulas formulas;
    const Comparison five{0, 32, false, Comparison::Relation::equal, ~std::uint64_t{0}, 5};
    Comparison other = five;
    other.mask = ~(std::uint64_t{1} << 31);
    EXPECT_EQ(formulas.difference(formulas.of(five), formulas.of(five)), "");
    EXPECT_NE(formulas.difference(formulas.of(five), formulas.of(other)), "");
}

}  // namespace
}  // namespace ward::compiler
