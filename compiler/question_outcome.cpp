#include "compiler/question_outcome.hpp"

#include <vector>

#include "compiler/condition_diagram.hpp"
#include "compiler/diagram.hpp"

namespace ward::compiler {
namespace {

using Node = Diagram::Node;
using Arguments = std::array<std::uint64_t, 6>;

// One call's answers, as functions of its arguments.
class Answers {
public:
    explicit Answers(const CallModel& call) : call_(call) {
        Node open = Diagram::yes;
        for (const CallModel::Answer& answer : call.answers) {
            const Node when = diagram_.both(open, node_of(answer.when, diagram_));
            if (answer.response.kind == Response::Kind::allow) allowed_ = diagram_.either(allowed_, when);
            open = diagram_.both(open, diagram_.negate(when));
            answers_.push_back(when);
        }
        if (call.otherwise.kind == Response::Kind::allow) allowed_ = diagram_.either(allowed_, open);
    }

    Outcome where(const Condition& given) {
        const Node space = node_of(given, diagram_);
        const Node not_allowed = diagram_.negate(allowed_);
        return {example(space, allowed_), example(space, not_allowed)};
    }

private:
    // Arguments in `space` for which `wanted` holds.
    std::optional<ExampleCall> example(Node space, Node wanted) {
        const Node both = diagram_.both(space, wanted);
        if (both == Diagram::no) return std::nullopt;
        ExampleCall call;
        call.arguments = diagram_.difference(both, Diagram::no);
        call.response = response_for(call.arguments);
        call.matters = needed(call.arguments, space, wanted);
        return call;
    }

    [[nodiscard]] Response response_for(const Arguments& arguments) const {
        for (std::size_t n = 0; n < answers_.size(); ++n)
            if (diagram_.evaluate(answers_[n], arguments) == 1) return call_.answers[n].response;
        return call_.otherwise;
    }

    // Leaves out one argument after the other as long as `wanted` holds for every value that `space` has.
    unsigned needed(const Arguments& arguments, Node space, Node wanted) {
        unsigned matters = 0b111111;
        for (unsigned left_out = 0; left_out < 6; ++left_out) {
            const unsigned fewer = matters & ~(1U << left_out);
            const Node stated = diagram_.both(space, stated_in(arguments, fewer));
            if (diagram_.both(stated, diagram_.negate(wanted)) == Diagram::no) matters = fewer;
        }
        return matters;
    }

    Node stated_in(const Arguments& arguments, unsigned which) {
        Node stated = Diagram::yes;
        for (std::uint8_t argument = 0; argument < 6; ++argument) {
            if ((which & (1U << argument)) == 0) continue;
            const Condition same =
                holds({argument, 64, false, Comparison::Relation::equal, ~std::uint64_t{0}, arguments[argument]});
            stated = diagram_.both(stated, node_of(same, diagram_));
        }
        return stated;
    }

    const CallModel& call_;
    Diagram diagram_;
    std::vector<Node> answers_;  // where each of them is given
    Node allowed_ = Diagram::no;
};

}  // namespace

std::optional<Outcome> outcome_of(const CallModel& call, const Condition& given) {
    try {
        return Answers(call).where(given);
    } catch (const Diagram::TooLarge&) {
        return std::nullopt;
    }
}

std::optional<bool> can_hold_together(const Condition& a, const Condition& b) {
    try {
        Diagram diagram;
        return diagram.both(node_of(a, diagram), node_of(b, diagram)) != Diagram::no;
    } catch (const Diagram::TooLarge&) {
        return std::nullopt;
    }
}

}  // namespace ward::compiler
