// The part of PolicyBuilder that knows blocks: sections, the branches of a `when`, groups and tests.
#include "policy/builder.hpp"

namespace ward::policy {

const PolicyBuilder::OpenBlock& PolicyBuilder::block() const {
    static const OpenBlock outside;
    return open_.empty() ? outside : open_.back();
}

Block& PolicyBuilder::statements() {
    return open_.empty() ? policy_.body : *open_.back().statements;
}

void PolicyBuilder::open_block(Span brace) {
    open_.push_back({draft_.verb, draft_.verb_span, brace, &statements()});
}

void PolicyBuilder::close_block() {
    closed_when_ = open_.back().when;
    open_.pop_back();
}

std::optional<std::size_t> PolicyBuilder::indentation(Span place) const {
    std::size_t begin = place.begin;
    while (begin > 0 && (text_[begin - 1] == ' ' || text_[begin - 1] == '\t')) --begin;
    if (begin != 0 && text_[begin - 1] != '\n') return std::nullopt;
    return place.begin - begin;
}

// Where the `}` of a branch is missing, what follows is read as part of it: its place shows where.
void PolicyBuilder::note_outdented(Span item) {
    OpenBlock& branch = open_.back();
    if (!branch.indentation || branch.outdented) return;
    const auto inner = indentation(item);
    if (inner && *inner <= *branch.indentation) branch.outdented = item;
}

// ---- statements without their section

// After an error the section of the statement before is still open.
void PolicyBuilder::begin_loose() {
    is_loose_ = true;
    open_.clear();
}

void PolicyBuilder::open_section(std::string_view section) {
    open_.push_back({section, draft_.keyword, draft_.keyword, &statements()});
}

std::optional<Block> PolicyBuilder::finish_statements() {
    if (diagnostics_.errors() != errors_before_) return std::nullopt;
    return std::move(policy_.body);
}

// ---- when

// An `else when` belongs to the `when` that was closed; another one to the block around it.
void PolicyBuilder::open_when(Span brace) {
    Block& parent = draft_.after_else ? closed_when_->otherwise : statements();
    const Span condition = draft_.operands.back().span;
    When& when = parent.whens.emplace_back();
    when.condition = std::move(draft_.operands.back());
    when.span = range(draft_.verb_span.begin, condition.end);
    open_.push_back({"when", draft_.verb_span, brace, &when.then, &when, indentation(draft_.verb_span)});
}

void PolicyBuilder::begin_else(Span word) {
    begin_statement();
    draft_.keyword = word;
    draft_.after_else = true;
}

void PolicyBuilder::open_else(Span brace) {
    open_.push_back({"else", draft_.keyword, brace, &closed_when_->otherwise});
}

// ---- group

void PolicyBuilder::open_group(Span brace) {
    const Span span = range(draft_.verb_span.begin, draft_.first.span.end);
    policy_.groups.push_back({std::move(draft_.first), {}, {}, span});
    open_.push_back({"group", draft_.verb_span, brace, &statements()});
}

void PolicyBuilder::group_entry() {
    Group& group = policy_.groups.back();
    group.calls.insert(group.calls.end(), draft_.items.begin(), draft_.items.end());
    group.except.insert(group.except.end(), draft_.exceptions.begin(), draft_.exceptions.end());
}

// ---- test

void PolicyBuilder::open_test(Span brace) {
    const Span span = without_blanks(range(draft_.verb_span.begin, brace.begin));
    policy_.tests.push_back({std::move(draft_.first), std::move(draft_.bindings), {}, span});
    open_.push_back({"test", draft_.verb_span, brace, &statements()});
}

void PolicyBuilder::expectation(Span span) {
    const Permission expected = draft_.verb == "allow" ? Permission::allow : Permission::forbid;
    policy_.tests.back().expectations.push_back({expected, std::move(question_), without_blanks(span)});
}

// ---- questions

void PolicyBuilder::question_call(Span span) {
    draft_.items.push_back(word_at(span));
    draft_.first = {"syscall", draft_.keyword.end == 0 ? span : draft_.keyword, false};
}

void PolicyBuilder::open_arguments(Span paren) {
    draft_.arguments.emplace();
    open_paren(paren);
}

void PolicyBuilder::question(Span span) {
    if (draft_.protocol) draft_.items.insert(draft_.items.begin(), *draft_.protocol);
    question_ = {std::move(draft_.first), std::move(draft_.items), std::move(draft_.arguments), without_blanks(span)};
}

std::optional<Question> PolicyBuilder::finish_question() {
    if (diagnostics_.errors() != errors_before_) return std::nullopt;
    return std::move(question_);
}

}  // namespace ward::policy
