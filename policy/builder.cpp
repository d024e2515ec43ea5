#include "policy/builder.hpp"

#include <algorithm>
#include <charconv>

namespace ward::policy {

namespace {

Access access_of(std::string_view verb) {
    if (verb == "write") return Access::write;
    return verb == "execute" ? Access::execute : Access::read;
}

// The character that an escape such as `n` or `x1b` stands for.
char unescaped(std::string_view code) {
    if (code[0] == 'n') return '\n';
    if (code[0] == 't') return '\t';
    if (code[0] != 'x') return code[0];
    unsigned value = 0;
    std::from_chars(code.data() + 1, code.data() + code.size(), value, 16);
    return static_cast<char>(value);
}

void clear_word(Word& word) {
    word.text.clear();
    word.span = {};
    word.quoted = false;
}

}  // namespace

PolicyBuilder::PolicyBuilder(const Sources& sources, FileId file, Diagnostics& diagnostics)
    : source_name_(sources[file].name()),
      text_(sources[file].text()),
      diagnostics_(diagnostics),
      errors_before_(diagnostics.errors()) {
    policy_.file = file;
    // Mostly a statement a line, of some words: to grow would touch twice the memory.
    constexpr std::size_t bytes_of_one = 16;
    constexpr std::size_t most = 4096;
    policy_.body.statements.reserve(std::min(text_.size() / bytes_of_one, most));
}

Span PolicyBuilder::range(std::size_t begin, std::size_t end) const {
    return {file(), static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

Span PolicyBuilder::without_blanks(Span span) const {
    while (span.end > span.begin && (text_[span.end - 1] == ' ' || text_[span.end - 1] == '\t')) --span.end;
    return span;
}

// ---- words

void PolicyBuilder::string_open(Span quote) {
    word_ = Word{{}, quote, true};
}

void PolicyBuilder::string_close(Span quote) {
    word_.span.end = quote.end;
}

bool PolicyBuilder::string_escape(Span code) {
    const char character = unescaped(text(code));
    if (character == '\0') {
        const Span escape = range(code.begin - 1, code.end);
        diagnostics_.add(slug::bad_escape, escape, "a value cannot hold a NUL byte")
            .note("the kernel would cut the value off there")
            .help("remove the `\\x00`");
        return false;
    }
    word_.text += character;
    return true;
}

// ---- the parts of a statement

void PolicyBuilder::Draft::clear_parts() {
    items.clear();
    exceptions.clear();
    clear_word(first);
    clear_word(second);
    clause.reset();
    size.reset();
    mode.reset();
    protocol.reset();
    bindings.clear();
    calls.clear();
    parameters.clear();
    arguments.reset();
    operands.clear();
    marks.clear();
    parens.clear();
}

void PolicyBuilder::keyword(Span span) {
    const std::string_view word = text(span);
    draft_.keyword = span;
    if (!draft_.verb.empty()) return;
    draft_.verb = word;
    draft_.verb_span = span;
    if (!open_.empty()) return note_outdented(span);
    if (word != "policy") {
        outside_sections(span);
    } else if (!policy_word_) {
        policy_word_ = span;
        item_before_policy_ = first_item_.has_value();
    }
}

void PolicyBuilder::begin_forbidden(Span keyword) {
    draft_.keyword = keyword;
    draft_.forbidden = true;
}

void PolicyBuilder::begin_exceptions(Span keyword) {
    draft_.keyword = keyword;
    draft_.in_exceptions = true;
}

bool PolicyBuilder::once(OptionalWord& clause, Span value) {
    if (clause) {
        const std::string word(text(draft_.keyword));
        diagnostics_.add(slug::unexpected_text, value, "`" + word + "` is given twice")
            .also(clause->span, "first here")
            .help("remove one of the two values");
        return false;
    }
    clause = std::make_shared<const Word>(word_);
    return true;
}

void PolicyBuilder::binding(Span span) {
    draft_.bindings.push_back({std::move(draft_.second), word_, without_blanks(span)});
}

void PolicyBuilder::protocol(Span name) {
    draft_.keyword = name;
    draft_.protocol = std::make_shared<const Word>(word_at(name));
}

bool PolicyBuilder::endpoint(Span span) {
    if (draft_.first.text == "connect" && word_.text.find(':') != std::string::npos) {
        item();
        return true;
    }
    const std::string verb = draft_.first.text;
    diagnostics_.add(slug::missing_value, without_blanks(span), "`" + verb + "` needs `tcp` before its ports")
        .help("write `" + verb + " tcp PORT`");
    return false;
}

bool PolicyBuilder::open_name(Span name) {
    this->name(name);
    draft_.keyword = name;
    return !known_elsewhere(name, text(name));
}

void PolicyBuilder::outside_sections(Span item) {
    if (!first_item_) first_item_ = item;
}

// ---- whole statements

void PolicyBuilder::grant(Span span) {
    add(GrantStatement{access_of(draft_.verb), draft_.optional, std::move(draft_.items), std::move(draft_.clause),
                       without_blanks(span)});
}

void PolicyBuilder::hide(Span span) {
    add(HideStatement{draft_.optional, std::move(draft_.items), without_blanks(span)});
}

void PolicyBuilder::protect(Span span) {
    add(ProtectStatement{draft_.optional, std::move(draft_.items), without_blanks(span)});
}

void PolicyBuilder::private_folder(Span span) {
    add(PrivateStatement{std::move(draft_.items), std::move(draft_.size), std::move(draft_.mode),
                         without_blanks(span)});
}

void PolicyBuilder::overlay(Span span) {
    add(OverlayStatement{std::move(draft_.items), std::move(draft_.clause), without_blanks(span)});
}

void PolicyBuilder::root(Span span) {
    add(RootStatement{std::move(draft_.first), without_blanks(span)});
}

void PolicyBuilder::directory(Span span) {
    add(DirectoryStatement{std::move(draft_.items), without_blanks(span)});
}

void PolicyBuilder::device(Span span) {
    add(DeviceStatement{std::move(draft_.items), without_blanks(span)});
}

void PolicyBuilder::link(Span span) {
    add(LinkStatement{std::move(draft_.first), std::move(draft_.second), without_blanks(span)});
}

void PolicyBuilder::text_file(Span span) {
    add(TextFileStatement{std::move(draft_.first), std::move(draft_.second), without_blanks(span)});
}

void PolicyBuilder::setuid(Span span) {
    add(SetuidStatement{without_blanks(span)});
}

void PolicyBuilder::network(Span span) {
    const Permission permission = draft_.forbidden ? Permission::forbid : Permission::allow;
    add(NetworkStatement{permission, std::move(draft_.first), std::move(draft_.protocol), std::move(draft_.items),
                         without_blanks(span)});
}

void PolicyBuilder::call(Span span) {
    const Permission permission = draft_.verb == "allow" ? Permission::allow : Permission::forbid;
    auto& statement = add<CallStatement>();
    statement.permission = permission;
    statement.calls.take(draft_.calls);
    if (!draft_.exceptions.empty()) statement.except = std::move(draft_.exceptions);
    if (draft_.has_condition) statement.condition = condition();
    statement.span = without_blanks(span);
}

// The verb, blanks and the name.
void PolicyBuilder::plain_call(Span span) {
    std::uint32_t begin = span.end;
    while (text_[begin - 1] != ' ' && text_[begin - 1] != '\t') --begin;
    const Permission permission = draft_.verb == "allow" ? Permission::allow : Permission::forbid;
    auto& statement = add<CallStatement>();
    statement.permission = permission;
    statement.calls.take({word_at(range(begin, span.end)), nullptr});
    statement.span = span;
    draft_.has_parts = false;
}

void PolicyBuilder::abi(Span span) {
    add(AbiStatement{std::move(draft_.items), without_blanks(span)});
}

void PolicyBuilder::refuse(Span span) {
    add(RefuseStatement{std::move(draft_.items), std::move(draft_.second), without_blanks(span)});
}

void PolicyBuilder::keep_capability(Span span) {
    add(CapabilityStatement{std::move(draft_.items), without_blanks(span)});
}

void PolicyBuilder::limit(Span span) {
    add(LimitStatement{std::move(draft_.first), draft_.optional, std::move(draft_.items), without_blanks(span)});
}

void PolicyBuilder::keep_variable(Span span) {
    add(KeepVariableStatement{std::move(draft_.items), without_blanks(span)});
}

void PolicyBuilder::set_variable(Span span) {
    add(SetVariableStatement{std::move(draft_.first), std::move(draft_.second), without_blanks(span)});
}

void PolicyBuilder::process(Span span) {
    add(ProcessStatement{std::move(draft_.first), std::move(draft_.items), without_blanks(span)});
}

// ---- what stands outside the sections

void PolicyBuilder::policy_line(Span span) {
    if (!policy_.name.text.empty()) {
        diagnostics_.add(slug::duplicate_policy_line, without_blanks(span), "a second `policy` line")
            .also(policy_.name.span, "the first names the policy")
            .help("remove this line");
        return;
    }
    policy_.name = std::move(draft_.first);
    policy_.description = std::move(draft_.clause);
}

void PolicyBuilder::use(Span span) {
    policy_.uses.push_back({std::move(draft_.first), std::move(draft_.bindings), without_blanks(span)});
}

void PolicyBuilder::let(Span span) {
    policy_.lets.push_back({std::move(draft_.first), std::move(draft_.second), without_blanks(span)});
}

void PolicyBuilder::param(Span span) {
    policy_.params.push_back(
        {std::move(draft_.first), std::move(draft_.second), std::move(draft_.clause), without_blanks(span)});
}

std::optional<Policy> PolicyBuilder::finish(Policy* unfinished) {
    if (!too_deep_) check_policy_line();
    if (diagnostics_.errors() == errors_before_) return std::move(policy_);
    if (unfinished) *unfinished = std::move(policy_);
    return std::nullopt;
}

}  // namespace ward::policy
