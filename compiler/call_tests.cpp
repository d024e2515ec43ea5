#include "compiler/call_tests.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace ward::compiler {
namespace {

using Relation = WordTest::Relation;

constexpr std::size_t most_tests = 4096;  // BPF_MAXINSNS
constexpr std::size_t most_work = std::size_t{1} << 18;

constexpr std::uint32_t low_half(std::uint64_t value) {
    return static_cast<std::uint32_t>(value);
}
constexpr std::uint32_t high_half(std::uint64_t value) {
    return static_cast<std::uint32_t>(value >> 32);
}
// All bits that belong to a value of so many bits.
constexpr std::uint64_t bits_below(unsigned bits) {
    return bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

// The ends of a diagram: conditions that hold never and always, then the responses.
constexpr CallTests::Node no = 0, yes = 1, first_response = 2;

}  // namespace

CallTests::CallTests(const CallModel& call) {
    // Backwards: a later answer is the rest of an earlier one.
    steps_.push_back({Operation::answer, response_index(call.otherwise)});
    for (auto answer = call.answers.rbegin(); answer != call.answers.rend(); ++answer) {
        add(answer->when);
        steps_.push_back({Operation::answer, response_index(answer->response)});
    }
    sort_fields();
}

// The order in which the policy names them must not show.
void CallTests::sort_fields() {
    std::vector<Field> sorted = fields_;
    std::sort(sorted.begin(), sorted.end());
    for (WordTest& test : written_) {
        const auto found = std::lower_bound(sorted.begin(), sorted.end(), fields_[test.field]);
        test.field = static_cast<std::uint32_t>(found - sorted.begin());
    }
    fields_ = std::move(sorted);
}

std::uint32_t CallTests::response_index(Response response) {
    if (response.kind != Response::Kind::refuse) response.error = 0;
    const auto found = std::find(responses_.begin(), responses_.end(), response);
    const auto index = static_cast<std::uint32_t>(found - responses_.begin());
    if (found == responses_.end()) responses_.push_back(response);
    return index;
}

// Parts from the last to the first: sorted lists of values then need one step each.
void CallTests::add(const Condition& condition) {
    const bool is_all = condition.kind == Condition::Kind::all;
    switch (condition.kind) {
        case Condition::Kind::comparison:
            return add(condition.comparison);
        case Condition::Kind::negation:
            add(condition.parts.front());
            return add_operation(Operation::negate);
        case Condition::Kind::all:
        case Condition::Kind::any:
            add_operation(is_all ? Operation::always : Operation::never);
            for (auto part = condition.parts.rbegin(); part != condition.parts.rend(); ++part) {
                add(*part);
                add_operation(is_all ? Operation::both : Operation::either);
            }
    }
}

void CallTests::add(const Comparison& c) {
    const std::uint64_t sign = std::uint64_t{1} << (c.bits - 1);
    const std::uint64_t mask = c.mask & bits_below(c.bits);
    if (c.relation == Comparison::Relation::equal) {
        add_test(c.argument, true, Relation::equal, high_half(mask), high_half(c.value));
        add_test(c.argument, false, Relation::equal, low_half(mask), low_half(c.value));
        return add_operation(Operation::both);
    }
    add_below(c, c.value);
    if (!c.is_signed) return;
    // Negative values are the great ones: below a negative bound are only those, below another all of
    // them and more.
    const bool bound_is_negative = (c.value & sign) != 0;
    add_below(c, sign);
    add_operation(Operation::negate);
    add_operation(bound_is_negative ? Operation::both : Operation::either);
}

// Unsigned.
void CallTests::add_below(const Comparison& c, std::uint64_t value) {
    add_test(c.argument, false, Relation::at_least, low_half(bits_below(c.bits)), low_half(value));
    add_operation(Operation::negate);
    if (c.bits <= 32) return;
    add_test(c.argument, true, Relation::equal, ~0u, high_half(value));
    add_operation(Operation::both);
    add_test(c.argument, true, Relation::at_least, ~0u, high_half(value));
    add_operation(Operation::negate);
    add_operation(Operation::either);
}

void CallTests::add_test(std::uint8_t argument, bool high_half, Relation relation, std::uint32_t mask,
                         std::uint32_t value) {
    // What is decided without looking. A bit that the mask has cleared is never set.
    const bool always = relation == Relation::at_least ? value == 0 : mask == 0 && value == 0;
    const bool never = relation == Relation::equal ? (value & ~mask) != 0 : value > mask;
    if (always || never) return add_operation(always ? Operation::always : Operation::never);
    const Field field{argument, high_half, mask};
    const auto found = std::find(fields_.begin(), fields_.end(), field);
    const auto index = static_cast<std::uint32_t>(found - fields_.begin());
    if (found == fields_.end()) fields_.push_back(field);
    steps_.push_back({Operation::test, static_cast<std::uint32_t>(written_.size())});
    written_.push_back({relation, index, value});
    if (written_.size() > most_tests) throw TooManyTests{};
}

void CallTests::sort_tests(const std::vector<std::uint32_t>& order) {
    std::vector<std::uint32_t> rank(order.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
    const auto key = [&](std::uint32_t n) {
        return std::tuple{rank[written_[n].field], written_[n].value, written_[n].relation};
    };
    std::vector<std::uint32_t> sorted(written_.size());
    std::iota(sorted.begin(), sorted.end(), 0);
    std::sort(sorted.begin(), sorted.end(), [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
    tests_.clear();
    place_.resize(written_.size());
    for (const std::uint32_t n : sorted) {
        if (tests_.empty() || !(tests_.back() == written_[n])) tests_.push_back(written_[n]);
        place_[n] = static_cast<std::uint32_t>(tests_.size() - 1);
    }
}

CallTests::Node CallTests::arrange(const std::vector<std::uint32_t>& order) {
    sort_tests(order);
    choices_.clear();
    chosen_.fill({});
    for (Node end = 0; end < first_response + responses_.size(); ++end)
        (void)choices_.intern({Choice::end, end - first_response, 0});
    std::vector<Node> stack;
    for (std::uint32_t step = 0; step < steps_.size(); ++step) stack.push_back(run(step, stack));
    return stack.back();
}

CallTests::Node CallTests::run(std::uint32_t step, std::vector<Node>& stack) {
    const auto pop = [&stack] {
        const Node top = stack.back();
        stack.pop_back();
        return top;
    };
    const auto [operation, index] = steps_[step];
    switch (operation) {
        case Operation::always:
            return yes;
        case Operation::test:
            return choices_.intern({place_[index], yes, no});
        case Operation::negate:
            return choose(pop(), no, yes);
        case Operation::both: {
            const Node condition = pop();
            return choose(condition, pop(), no);
        }
        case Operation::either: {
            const Node condition = pop();
            return choose(condition, yes, pop());
        }
        case Operation::answer: {
            const Node response = first_response + index;
            if (stack.empty()) return response;
            const Node condition = pop();
            return choose(condition, response, pop());
        }
        case Operation::never:
            break;
    }
    return no;
}

// What is left of a node once a test has its answer. A field that equals a value answers its other tests as well, and
// one below a bound those that follow, whose values are greater: without that a list of pairs, `level == 1 and
// option == 2` or ..., takes twice as much with each.
CallTests::Node CallTests::without_decided(Node node, std::uint32_t test, bool holds) const {
    const WordTest& decided = tests_[test];
    if (holds != (decided.relation == Relation::equal)) return node;
    for (;;) {
        const Choice& choice = choices_[node];
        if (choice.test == Choice::end || tests_[choice.test].field != decided.field) return node;
        node = holds && tests_[choice.test].holds(decided.value) ? choice.yes : choice.no;
    }
}

CallTests::Node CallTests::choose(Node condition, Node then, Node otherwise) {
    if (condition == yes || then == otherwise) return then;
    if (condition == no) return otherwise;
    if (then == yes && otherwise == no) return condition;
    const std::size_t at = hash_mixed(hash_mixed(condition, then), otherwise) % chosen_.size();
    if (const Chosen& known = chosen_[at];
        known.condition == condition && known.then == then && known.otherwise == otherwise)
        return known.result;

    if (++work_ > most_work) throw TooManyTests{};
    const std::uint32_t test = std::min({choices_[condition].test, choices_[then].test, choices_[otherwise].test});
    const auto side = [&](Node node, bool holds) {
        const Choice& choice = choices_[node];
        return without_decided(choice.test != test ? node : holds ? choice.yes : choice.no, test, holds);
    };
    const auto half = [&](bool holds) {
        return choose(side(condition, holds), side(then, holds), side(otherwise, holds));
    };
    const Node when = half(true);
    const Node otherwise_not = half(false);
    const Node result = when == otherwise_not ? when : choices_.intern({test, when, otherwise_not});
    chosen_[at] = {condition, then, otherwise, result};
    return result;
}

}  // namespace ward::compiler
