// The half of PolicyBuilder that says what is wrong, and what to write instead.
#include <algorithm>

#include "policy/builder.hpp"
#include "policy/similar_name.hpp"

namespace ward::policy {

namespace {

constexpr std::size_t max_excerpt = 40;  // bytes of a policy that a message repeats

constexpr const char* enforced_or_nothing = "what a policy asks for is enforced, or nothing runs";

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}
bool ends_line(char c) {
    return c == '\n' || c == '\r';
}
bool ends_token(char c) {
    return is_blank(c) || ends_line(c) || std::string_view(",;{}\"").find(c) != std::string_view::npos;
}

// Text of a policy in backticks, cut where it is long.
std::string quoted(std::string_view text) {
    if (text.size() <= max_excerpt) return '`' + std::string(text) + '`';
    std::size_t end = max_excerpt;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
    return '`' + std::string(text.substr(0, end)) + "…`";
}

// `text` with `{}` replaced.
std::string with_keyword(std::string_view text, std::string_view keyword) {
    std::string result(text);
    const std::size_t hole = result.find("{}");
    if (hole != std::string::npos) result.replace(hole, 2, keyword);
    return result;
}

// "`files { ... }`", or the two that have a statement of this name.
std::string sections_with(std::string_view word) {
    std::string result;
    for (const StatementWord& row : statement_words) {
        if (row.word != word || row.section.empty() || !row.supported) continue;
        result += (result.empty() ? "`" : " or `") + std::string(row.section) + " { ... }`";
    }
    return result;
}

bool is_section(std::string_view word) {
    return std::find(std::begin(section_words), std::end(section_words), word) != std::end(section_words);
}

// The last part of a file's path without `.ward`: what its policy is called.
std::string policy_name_for(std::string_view path) {
    path.remove_prefix(path.rfind('/') + 1);  // npos + 1 is 0
    if (!path.ends_with(".ward")) return "NAME";
    path.remove_suffix(5);
    return std::string(path);
}

}  // namespace

Span PolicyBuilder::token_at(std::uint32_t offset) const {
    std::size_t begin = offset;
    if (begin >= text_.size() || ends_line(text_[begin]) || text_[begin] == '#') {
        // Nothing stands here: point behind what stands before.
        while (begin > 0 && is_blank(text_[begin - 1])) --begin;
        return range(begin, begin);
    }
    if (text_[begin] == '"') {
        const std::size_t end = std::min(text_.find_first_of("\"\r\n", begin + 1), text_.size());
        return range(begin, end < text_.size() && text_[end] == '"' ? end + 1 : end);
    }
    std::size_t end = begin + 1;
    while (!ends_token(text_[begin]) && end < text_.size() && !ends_token(text_[end])) ++end;
    return range(begin, end);
}

std::string PolicyBuilder::found_at(std::uint32_t offset) const {
    if (offset >= text_.size()) return "the text ends here";
    if (ends_line(text_[offset]) || text_[offset] == '#') return "the line ends here";
    return "found " + quoted(text(token_at(offset)));
}

// ---- what the grammar could not read

void PolicyBuilder::syntax_error(const SyntaxError& error, std::uint32_t offset) {
    const bool in_text = offset < text_.size();
    if (in_text && std::string_view("()\\'").find(text_[offset]) != std::string_view::npos &&
        error.kind != &slug::not_yet_supported) {
        return unquoted(offset);
    }
    if (section_.word == "syscalls" && text(token_at(offset)) == "if") return condition(offset);
    if (error.kind == &slug::unexpected_text && section_.word == "network" && draft_.first.text == "unix") {
        return not_yet_supported(token_at(offset), "`unix` for one socket");
    }
    const std::string_view keyword = text(draft_.keyword);
    const Span place = error.at_comma ? draft_.comma : token_at(offset);
    Diagnostic& diagnostic = diagnostics_.add(*error.kind, place, with_keyword(error.message, keyword));
    if (!error.at_comma) diagnostic.label(found_at(offset));
    if (error.kind == &slug::empty_list) diagnostic.note("an empty list never means everything");
    if (error.kind == &slug::not_yet_supported) diagnostic.note(enforced_or_nothing);
    const bool in_list = error.kind == &slug::unexpected_text && !draft_.items.empty() && !draft_.clause;
    if (in_list && in_text && !ends_token(text_[offset])) {
        diagnostic.help("write a comma before " + quoted(text(token_at(offset))));
    } else {
        diagnostic.help(with_keyword(error.help, keyword));
    }
}

void PolicyBuilder::unquoted(std::uint32_t offset) {
    const char character = text_[offset];
    if (character == '(' && section_.word == "syscalls") return condition(offset);
    const std::string shown = quoted(text_.substr(offset, 1));
    const Span place = range(offset, offset + 1);
    if (character == '#') {
        diagnostics_.add(slug::needs_quotes, place, shown + " inside a word needs quotes")
            .help("put a blank before the comment, or the value in double quotes");
    } else if (character == '\'') {
        diagnostics_.add(slug::needs_quotes, place, shown + " does not quote a value").help(R"(write `"` instead)");
    } else if (character == '\\') {
        diagnostics_.add(slug::needs_quotes, place, shown + " needs quotes")
            .help(R"(put the value in double quotes, and write `\\` for the backslash)");
    } else if (character == '(' || character == ')') {
        diagnostics_.add(slug::needs_quotes, place, shown + " needs quotes")
            .help("put the whole value in double quotes");
    } else {
        diagnostics_.add(slug::needs_quotes, token_at(offset), "a word and a quoted text stand together")
            .help("put the whole value in double quotes");
    }
}

void PolicyBuilder::unterminated_string(std::uint32_t offset) {
    diagnostics_.add(slug::unterminated_string, range(word_.span.begin, offset), "the string has no closing `\"`")
        .note("a string ends on the line it begins on; `\\n` stands for a line end")
        .help("write `\"` where the string ends");
}

void PolicyBuilder::bad_escape(std::uint32_t offset) {
    const bool at_line_end = offset >= text_.size() || ends_line(text_[offset]);
    std::size_t end = at_line_end ? offset : offset + 1;
    while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0U) == 0x80) ++end;
    const Span escape = range(offset - 1, end);
    diagnostics_.add(slug::bad_escape, escape, "unknown escape " + quoted(text(escape)))
        .note(R"(the escapes are `\"`, `\\`, `\n`, `\t` and `\xNN` with two hexadecimal digits)")
        .help(R"(write `\\` for a backslash)");
}

void PolicyBuilder::condition(std::uint32_t offset) {
    not_yet_supported(token_at(offset), "a condition on a call's arguments");
}

void PolicyBuilder::stray_brace(Span brace) {
    diagnostics_.add(slug::stray_brace, brace, "`}` closes nothing").help("remove the `}`");
}

void PolicyBuilder::never_closed() {
    if (!section_.holds_section) {
        const std::string word(section_.word);
        diagnostics_.add(slug::missing_brace, section_.brace, "`" + word + "` is never closed")
            .label("opened here")
            .help("write `}` after the last statement of `" + word + "`");
    }
    section_ = {};
}

void PolicyBuilder::too_deep(std::uint32_t offset) {
    too_deep_ = true;
    diagnostics_.add(slug::nesting_too_deep, range(offset, offset + 1), "blocks nest more than 64 deep")
        .note("sections hold statements; no policy needs more than a few levels")
        .help("remove the braces around this block");
}

// ---- statements of no known kind

void PolicyBuilder::other_statement(Span span) {
    const Span whole = without_blanks(span);
    outside_sections(draft_.other.value_or(whole));
    if (!draft_.other) {
        const bool block = text_[span.begin] == '{';
        diagnostics_
            .add(slug::unexpected_text, token_at(span.begin),
                 block ? "a block without the name of a section" : "a statement begins with a word")
            .label(found_at(span.begin))
            .help(block ? "write the section's name before `{`" : "remove this text");
        return;
    }
    std::string_view word = text(*draft_.other);
    if (word.ends_with('?')) word.remove_suffix(1);
    if (!known_elsewhere(*draft_.other, word)) {
        unknown_statement(*draft_.other, text(span).find('{') != std::string_view::npos);
    }
}

bool PolicyBuilder::known_elsewhere(Span name, std::string_view word) {
    if (is_section(word) && !section_.word.empty()) {
        section_in_section(name);
        return true;
    }
    bool here = false;
    bool later = false;
    bool outside = false;
    for (const StatementWord& row : statement_words) {
        if (row.word != word) continue;
        if (row.section == section_.word) (row.supported ? here : later) = true;
        if (row.section.empty()) (row.supported ? outside : later) = true;
    }
    if (here) return false;
    const std::string sections = sections_with(word);
    if (later) {
        not_yet_supported(name, quoted(word));
    } else if (outside || !sections.empty()) {
        misplaced(name, word, sections);
    }
    return later || outside || !sections.empty();
}

void PolicyBuilder::section_in_section(Span name) {
    const std::string inner(text(name));
    const std::string outer(section_.word);
    diagnostics_.add(slug::misplaced_section, name, "section `" + inner + "` stands inside `" + outer + "`")
        .also(section_.brace, "`" + outer + "` is still open")
        .help("write `}` before `" + inner + "` to close `" + outer + "`");
    section_.holds_section = true;
}

void PolicyBuilder::misplaced(Span name, std::string_view word, std::string_view sections) {
    const std::string where = section_.word.empty() ? " stands outside its section"
                                                    : " is not a statement of `" + std::string(section_.word) + "`";
    Diagnostic& diagnostic = diagnostics_.add(slug::misplaced_statement, name, quoted(word) + where);
    if (sections.empty()) {
        diagnostic.help("write it outside the sections");
    } else {
        diagnostic.help("write it in " + std::string(sections));
    }
}

void PolicyBuilder::not_yet_supported(Span place, const std::string& what) {
    diagnostics_.add(slug::not_yet_supported, place, what + " is not supported yet")
        .note(enforced_or_nothing)
        .help("remove it from the policy");
}

void PolicyBuilder::unknown_statement(Span name, bool has_block) {
    std::vector<std::string_view> candidates;
    if (section_.word.empty()) candidates.assign(std::begin(section_words), std::end(section_words));
    for (const StatementWord& row : statement_words) {
        if (row.section == section_.word && row.supported) candidates.push_back(row.word);
    }
    const bool section = has_block && section_.word.empty();
    const std::string what = section ? "section" : "statement";
    std::string message = "unknown " + what + ' ' + quoted(text(name));
    if (!section_.word.empty()) message += " in `" + std::string(section_.word) + '`';
    Diagnostic& diagnostic =
        diagnostics_.add(section ? slug::unknown_section : slug::unknown_statement, name, std::move(message));
    const auto similar = similar_names(text(name), candidates);
    if (!similar.empty()) {
        diagnostic.help("a " + what + " with a similar name exists: " + quoted_list(similar));
    } else {
        std::vector<std::string> all(candidates.begin(), candidates.end());
        diagnostic.help("write one of " + quoted_list(all));
    }
}

// ---- the whole text

void PolicyBuilder::check_policy_line() {
    const bool says_something = !policy_.body.statements.empty() || !policy_.uses.empty();
    if (!policy_word_ && !first_item_) {
        diagnostics_.add(slug::empty_policy, range(0, 0), "the policy is empty")
            .note("a policy that says nothing is a mistake, not a jail without limits")
            .help("begin with `policy NAME \"what it is for\"`");
    } else if (!policy_word_) {
        const std::string name = policy_name_for(source_name_);
        diagnostics_.add(slug::missing_policy_line, *first_item_, "the policy has no `policy` line")
            .label("stands first")
            .help("begin the text with `policy " + name + " \"what it is for\"`");
    } else if (item_before_policy_) {
        diagnostics_.add(slug::policy_line_not_first, *policy_word_, "the `policy` line is not the first")
            .also(*first_item_, "stands before it")
            .help("move the `policy` line to the beginning of the text");
    } else if (!says_something && diagnostics_.errors() == errors_before_) {
        diagnostics_.add(slug::empty_policy, policy_.name.span, "the policy allows and forbids nothing")
            .note("a policy that says nothing is a mistake, not a jail without limits")
            .help("add what the policy needs, such as `use base.program`");
    }
}

}  // namespace ward::policy
