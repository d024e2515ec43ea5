// The part of PolicyBuilder that says what the grammar could not read, and what to write instead.
#include <algorithm>

#include "policy/builder.hpp"
#include "policy/excerpt.hpp"

namespace ward::policy {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}
bool ends_line(char c) {
    return c == '\n' || c == '\r';
}
bool ends_token(char c) {
    return is_blank(c) || ends_line(c) || std::string_view(",;{}()\"").find(c) != std::string_view::npos;
}

// U+2018 to U+201F.
constexpr std::size_t curly_quote_size = 3;
bool is_curly_quote(std::string_view text) {
    return text.size() >= curly_quote_size && text.starts_with("\xe2\x80") && text[2] >= '\x98' && text[2] <= '\x9f';
}

// `text` with `{}` replaced.
std::string with_keyword(std::string_view text, std::string_view keyword) {
    std::string result(text);
    for (std::size_t hole = result.find("{}"); hole != std::string::npos;
         hole = result.find("{}", hole + keyword.size()))
        result.replace(hole, 2, keyword);
    return result;
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
    return "found " + excerpt(text(token_at(offset)));
}

// ---- what the grammar could not read

// `conect tcp 443`: not the port is too much, the first word is wrong.
bool PolicyBuilder::begins_with_no_network_word() const {
    if (block().word != "network" || draft_.first.text.empty()) return false;
    const std::vector<std::string_view> words = words_of_block();
    return std::find(words.begin(), words.end(), draft_.first.text) == words.end();
}

void PolicyBuilder::syntax_error(const SyntaxError& error, std::uint32_t offset) {
    if (error.kind == &slug::unknown_question) return question_error(error, offset);
    if (error.kind == &slug::missing_parenthesis && !draft_.parens.empty()) return missing_parenthesis(offset);
    if (draft_.has_condition && condition_error(error, offset)) return;
    if (no_condition(token_at(offset)) || is_unquoted(offset) || is_text_as_argument(error, offset)) return;
    if (error.kind == &slug::unexpected_text && begins_with_no_network_word())
        return unknown_statement(draft_.first.span, false);
    const std::string_view keyword = text(draft_.keyword);
    const Span place = error.at_comma ? draft_.comma : token_at(offset);
    Diagnostic& diagnostic = diagnostics_.add(*error.kind, place, with_keyword(error.message, keyword));
    if (!error.at_comma) diagnostic.label(found_at(offset));
    if (error.kind == &slug::empty_list) diagnostic.note("an empty list never means everything");
    diagnostic.help(error.kind == &slug::unexpected_text ? help_to_end(error, offset)
                                                         : with_keyword(error.help, keyword));
}

// Whether a character that needs quotes is the mistake; then that is said. A `)` may be in its place.
bool PolicyBuilder::is_unquoted(std::uint32_t offset) {
    if (offset >= text_.size()) return false;
    const char character = text_[offset];
    const bool closes = character == ')' && !draft_.parens.empty();
    const bool special = std::string_view("()\\'").find(character) != std::string_view::npos;
    if (closes || (!special && !is_curly_quote(text_.substr(offset)))) return false;
    unquoted(offset);
    return true;
}

// Whether a question has a path in the place of a pointer to it; then that is said.
bool PolicyBuilder::is_text_as_argument(const SyntaxError& error, std::uint32_t offset) {
    const bool misses_value = error.kind == &slug::missing_value || error.kind == &slug::empty_list;
    const std::size_t begin = text_.find_first_not_of(" \t", offset);
    if (!misses_value || !draft_.arguments || begin == std::string_view::npos || text_[begin] != '"') return false;
    const std::size_t end = std::min(text_.find_first_of("\"\n", begin + 1), text_.size());
    const std::string inside(text_.substr(begin + 1, end - begin - 1));
    const Span place = range(begin, std::min(end + 1, text_.size()));
    diagnostics_.add(slug::pointer_compared, place, "a text is no value of an argument")
        .note("what a pointer points to can change after the check, so no answer depends on it")
        .help("write `_`" + (inside.starts_with('/') ? ", or ask " + excerpt("read " + inside) : std::string()));
    return true;
}

// What to do about text behind a statement, or about a `?`.
std::string PolicyBuilder::help_to_end(const SyntaxError& error, std::uint32_t offset) const {
    const bool single = block().word == "limits" || block().word == "process";  // most of them, at least
    const bool in_list = !single && !draft_.clause && (!draft_.items.empty() || !draft_.calls.empty());
    const bool word = offset < text_.size() && !ends_token(text_[offset]);
    if (block().word == "test") return "ask about one thing on each line";
    if (in_list && word) return help_in_list(token_at(offset));
    if (offset < text_.size() && text_[offset] == ',') return "remove the comma and what follows it";
    return with_keyword(error.help, text(draft_.keyword));
}

// A word behind another one of a list. One that cannot begin a path is a part of the one before.
std::string PolicyBuilder::help_in_list(Span word) const {
    const bool paths = block().word == "files" && draft_.verb != "device";
    if (!paths || draft_.items.empty() || std::string_view("/~$\"").find(text_[word.begin]) != std::string_view::npos)
        return "write a comma before " + excerpt(text(word));
    const Span path{file(), draft_.items.back().span.begin, word.end};
    return "put the path in double quotes: " + excerpt('"' + std::string(text(path)) + '"');
}

void PolicyBuilder::missing_parenthesis(std::uint32_t offset) {
    if (draft_.list_open && offset < text_.size() && text_[offset] == '|') return alternatives_in_list(offset);
    // Where the next line begins another statement, the place is the end of this one.
    const std::size_t end = text_.find_last_not_of(" \t\r\n", offset == 0 ? 0 : offset - 1) + 1;
    if (text_.substr(end, offset - end).find('\n') != std::string_view::npos) offset = static_cast<std::uint32_t>(end);
    const bool in_condition = draft_.has_condition && !draft_.list_open;
    const Span place = token_at(offset);
    const bool more = place.begin != place.end && !ends_token(text_[offset]) && text(place) != "if";
    Diagnostic& diagnostic = diagnostics_.add(slug::missing_parenthesis, place, "`)` is missing");
    diagnostic.label(found_at(offset)).also(draft_.parens.back(), "opened here");
    if (more) {
        diagnostic.help(in_condition ? "join comparisons by `and` or `or`"
                                     : "write a comma before " + excerpt(text(place)));
    } else {
        diagnostic.help(in_condition ? "write `)` where this part of the condition ends" : "write `)` behind the list");
    }
}

// Whether parentheses have a meaning here.
bool PolicyBuilder::knows_parentheses() const {
    const std::string_view around = block().word;
    return draft_.has_condition || draft_.verb == "use" || around == "syscalls" || around == "test" ||
           around == "group";
}

void PolicyBuilder::parenthesis_error(std::uint32_t offset) {
    const bool opens = text_[offset] == '(';
    const bool behind_name = opens && offset > 0 && is_blank(text_[offset - 1]) && !draft_.calls.empty();
    Diagnostic& diagnostic = diagnostics_.add(slug::unexpected_text, range(offset, offset + 1),
                                              opens ? "`(` does not belong here" : "`)` closes nothing");
    if (behind_name && !draft_.has_condition) {
        diagnostic.help("remove the blank before `(`");
    } else {
        diagnostic.help(opens ? "remove the parentheses" : "remove it");
    }
}

void PolicyBuilder::unquoted(std::uint32_t offset) {
    const char character = text_[offset];
    const std::string shown = excerpt(text_.substr(offset, 1));
    const Span place = range(offset, offset + 1);
    if (is_curly_quote(text_.substr(offset))) {
        const std::string_view quote = text_.substr(offset, curly_quote_size);
        diagnostics_
            .add(slug::needs_quotes, range(offset, offset + curly_quote_size),
                 excerpt(quote) + " does not quote a value")
            .help(R"(write the straight quote `"` instead, at both ends)");
    } else if (character == '#') {
        diagnostics_.add(slug::needs_quotes, place, shown + " inside a word needs quotes")
            .help("put a blank before the comment, or the value in double quotes");
    } else if (character == '\'') {
        diagnostics_.add(slug::needs_quotes, place, shown + " does not quote a value").help(R"(write `"` instead)");
    } else if (character == '\\') {
        diagnostics_.add(slug::needs_quotes, place, shown + " needs quotes")
            .help(R"(put the value in double quotes, and write `\\` for the backslash)");
    } else if (character == '(' || character == ')') {
        if (knows_parentheses()) return parenthesis_error(offset);
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
    diagnostics_.add(slug::bad_escape, escape, "unknown escape " + excerpt(text(escape)))
        .note(R"(the escapes are `\"`, `\\`, `\n`, `\t` and `\xNN` with two hexadecimal digits)")
        .help(R"(write `\\` for a backslash)");
}

void PolicyBuilder::stray_brace(Span brace) {
    diagnostics_.add(slug::stray_brace, brace, "`}` closes nothing").help("remove the `}`");
}

void PolicyBuilder::never_closed() {
    if (!block().holds_section) {
        const std::string word(block().word);
        Diagnostic& diagnostic = diagnostics_.add(slug::missing_brace, block().brace, "`" + word + "` is never closed");
        diagnostic.label("opened here").help("write `}` after the last statement of `" + word + "`");
        if (block().outdented) diagnostic.also(*block().outdented, "stands as far left as `" + word + "`");
    }
    close_block();
}

void PolicyBuilder::too_deep(std::uint32_t offset) {
    too_deep_ = true;
    const bool block = offset < text_.size() && (text_[offset] == '{' || !draft_.has_condition);
    diagnostics_
        .add(slug::nesting_too_deep, range(offset, offset + 1),
             block ? "blocks nest more than 64 deep" : "conditions nest more than 64 deep")
        .note("no policy needs more than a few levels")
        .help(block ? "remove the braces around this block" : "remove parentheses and each `not not`");
}

// ---- the whole text

void PolicyBuilder::check_policy_line() {
    const bool says_something =
        !policy_.body.statements.empty() || !policy_.body.whens.empty() || !policy_.uses.empty();
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
