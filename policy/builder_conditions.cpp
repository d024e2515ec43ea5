// The part of PolicyBuilder that knows calls with arguments, and conditions.
#include <algorithm>
#include <iterator>

#include "policy/builder.hpp"

namespace ward::policy {

using Kind = Expression::Kind;

void PolicyBuilder::bare_call(Span span) {
    Word& name = draft_.calls.emplace_back().name;
    name.text = text(span);
    name.span = span;
}

void PolicyBuilder::open_parameters(Span paren) {
    draft_.keyword = draft_.calls.back().name.span;
    open_paren(paren);
}

void PolicyBuilder::parameters(Span span) {
    CallPattern& call = draft_.calls.back();
    const Span whole = range(call.name.span.begin, span.end);
    call.arguments =
        std::make_shared<const CallPattern::Arguments>(CallPattern::Arguments{std::move(draft_.parameters), whole});
    draft_.parameters.clear();
}

// ---- comparisons

void PolicyBuilder::condition_begin() {
    draft_.has_condition = true;
    draft_.marks.push_back(draft_.operands.size());
}

void PolicyBuilder::subject(Span span) {
    Expression& comparison = draft_.operands.emplace_back();
    comparison.subject = word_at(span);
    comparison.span = span;
    draft_.negated = false;
}

void PolicyBuilder::word_relation(Span span) {
    draft_.keyword = span;
    draft_.list_open = true;
    relation(span);
}

void PolicyBuilder::not_in(Span span) {
    draft_.keyword = range(span.end - 2, span.end);
    relation(draft_.keyword);
    draft_.negated = true;
    draft_.list_open = true;
}

void PolicyBuilder::comparison(Span span) {
    draft_.operands.back().span = without_blanks(span);
    draft_.list_open = false;
    if (draft_.negated) negation(span);
}

void PolicyBuilder::exists(Span span) {
    Expression& test = draft_.operands.emplace_back();
    test.subject = {"exists", range(span.begin, span.begin + 6), false};
    test.values.push_back(word_);
    test.span = span;
}

void PolicyBuilder::flag(Span span) {
    Expression& test = draft_.operands.emplace_back();
    test.subject = word_at(span);
    test.span = span;
}

// ---- what joins them

void PolicyBuilder::negation(Span span) {
    Expression whole;
    whole.kind = Kind::negation;
    whole.span = without_blanks(span);
    whole.parts.push_back(std::move(draft_.operands.back()));
    draft_.operands.back() = std::move(whole);
}

void PolicyBuilder::join(Span word) {
    draft_.join = word;
    draft_.keyword = word;
}

void PolicyBuilder::combine(Kind kind) {
    const auto first = draft_.operands.begin() + static_cast<std::ptrdiff_t>(draft_.marks.back());
    Expression whole;
    whole.kind = kind;
    whole.span = range(first->span.begin, draft_.operands.back().span.end);
    whole.parts.assign(std::make_move_iterator(first), std::make_move_iterator(draft_.operands.end()));
    draft_.operands.erase(first, draft_.operands.end());
    draft_.operands.push_back(std::move(whole));
}

std::shared_ptr<const Expression> PolicyBuilder::condition() {
    return std::make_shared<const Expression>(std::move(draft_.operands.back()));
}

}  // namespace ward::policy
