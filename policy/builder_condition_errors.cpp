// The part of PolicyBuilder that says what is wrong with a condition, and with what people write instead.
#include <algorithm>

#include "policy/builder.hpp"
#include "policy/excerpt.hpp"
#include "policy/similar_name.hpp"

namespace ward::policy {

namespace {

// What people know from other languages; the longer of two that begin alike first.
struct Mistake {
    std::string_view written;
    std::string_view meant;
};
constexpr Mistake signs[] = {
    {"&&", "and"}, {"||", "or"}, {"===", "=="}, {"!==", "!="}, {"<>", "!="}, {"=<", "<="},
    {"=>", ">="},  {"=~", "=="}, {"!~", "!="},  {"=!", "!="},  {"=", "=="},  {"!", "not"},
};
constexpr Mistake words[] = {
    {"AND", "and"}, {"OR", "or"},     {"NOT", "not"},      {"IN", "in"},        {"is", "=="},
    {"eq", "=="},   {"equals", "=="}, {"ne", "!="},        {"lt", "<"},         {"le", "<="},
    {"gt", ">"},    {"ge", ">="},     {"contains", "has"}, {"includes", "has"}, {"any", "in"},
};
constexpr std::string_view relations[] = {"has", "lacks", "within", "in", "and", "or", "not"};

bool is_blank_or_line_end(char c) {
    return std::string_view(" \t\r\n").find(c) != std::string_view::npos;
}

bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

std::string_view name_at(std::string_view rest) {
    const auto* const end = std::ranges::find_if_not(rest, is_name);
    return rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
}

// The sign or word at the beginning of `rest` that people write for another one.
const Mistake* mistake_at(std::string_view rest) {
    // Real ones, which are only out of place here.
    if (rest.starts_with("==") && !rest.starts_with("===")) return nullptr;
    if (rest.starts_with("!=") && !rest.starts_with("!==")) return nullptr;
    for (const Mistake& sign : signs) {
        if (rest.starts_with(sign.written)) return &sign;
    }
    const auto* word = std::ranges::find(words, name_at(rest), &Mistake::written);
    return word == std::end(words) ? nullptr : word;
}

}  // namespace

bool PolicyBuilder::condition_error(const SyntaxError& error, std::uint32_t offset) {
    if (error.kind == &slug::mixed_condition) {
        mixed_condition(offset);
        return true;
    }
    if (offset >= text_.size()) return false;
    const std::string_view rest = text_.substr(offset);
    if (const Mistake* mistake = mistake_at(rest)) {
        unknown_operator(range(offset, offset + mistake->written.size()), mistake->meant);
        return true;
    }
    if (error.kind == &slug::missing_condition) return missing_operand(error, offset);
    return misspelt_operator(offset) || behind_condition(error, offset);
}

// True, always: the row is only the beginning.
bool PolicyBuilder::missing_operand(const SyntaxError& error, std::uint32_t offset) {
    Diagnostic& diagnostic = diagnostics_.add(*error.kind, token_at(offset), std::string(error.message));
    diagnostic.label(found_at(offset));
    const bool quoted_value = text_[offset] == '"';
    if (text_[offset] == '(') {
        diagnostic.help("remove the parentheses");
    } else if (quoted_value) {
        diagnostic.help("remove the quotes");
    } else {
        diagnostic.help(std::string(error.help));
    }
    return true;
}

void PolicyBuilder::unknown_operator(Span place, std::string_view meant) {
    diagnostics_.add(slug::unknown_operator, place, "unknown operator " + excerpt(text(place)))
        .help("write " + excerpt(meant));
}

// A name behind a comparison or its subject that looks like an operator.
bool PolicyBuilder::misspelt_operator(std::uint32_t offset) {
    const std::string_view name = name_at(text_.substr(offset));
    const auto similar = similar_names(name, relations);
    if (similar.empty()) return false;
    diagnostics_.add(slug::unknown_operator, range(offset, offset + name.size()), "unknown operator " + excerpt(name))
        .help("an operator with a similar name exists: " + quoted_list(similar));
    return true;
}

void PolicyBuilder::missing_condition(std::uint32_t offset) {
    const bool call = block().word == "syscalls";
    const SyntaxError error{&slug::missing_condition, "a condition is missing",
                            call ? "write a comparison, such as `domain == AF_UNIX`"
                                 : "write a condition, such as `kernel >= 6.8` or `exists /srv`"};
    syntax_error(error, offset);
}

void PolicyBuilder::missing_relation(std::uint32_t offset) {
    const std::string_view rest = text_.substr(offset);
    if (const Mistake* mistake = mistake_at(rest)) {
        return unknown_operator(range(offset, offset + mistake->written.size()), mistake->meant);
    }
    if (misspelt_operator(offset)) return;
    const std::string& subject = draft_.operands.back().subject.text;
    const bool path = !rest.empty() && std::string_view("/~\"").find(rest.front()) != std::string_view::npos;
    Diagnostic& diagnostic =
        diagnostics_.add(slug::missing_condition, token_at(offset), "`" + subject + "` is not compared with anything");
    diagnostic.label(found_at(offset));
    if (path) {
        diagnostic.help("write `exists` before the path");
    } else if (rest.starts_with(')') && !draft_.operands.back().mask.empty()) {
        diagnostic.help("write the whole comparison in the parentheses, such as `(" + subject + " & MASK == VALUE)`");
    } else {
        diagnostic.help("write `==`, `!=`, `<`, `<=`, `>`, `>=`, `has`, `lacks`, `within` or `in`, and a value");
    }
}

// Text behind a condition that is whole.
bool PolicyBuilder::behind_condition(const SyntaxError& error, std::uint32_t offset) {
    const bool before_block = draft_.verb == "when" && error.kind == &slug::missing_brace;
    if (error.kind != &slug::unexpected_text && !before_block) return false;
    const bool flag = !draft_.operands.empty() && draft_.operands.back().subject.text.starts_with('$');
    const Span place = token_at(offset);
    const bool next_line = text_.substr(0, offset).find_last_not_of(" \t") == text_.substr(0, offset).rfind('\n');
    if (place.begin == place.end || next_line || text_[offset] == ')') return false;
    Diagnostic& diagnostic = diagnostics_.add(slug::unexpected_text, place, "unexpected text behind the condition");
    diagnostic.label(found_at(offset));
    if (flag && std::string_view("=!<>").find(text_[offset]) != std::string_view::npos) {
        const std::string& name = draft_.operands.back().subject.text;
        diagnostic.note("a flag is true or false by itself").help("write `" + name + "` or `not " + name + "`");
    } else {
        diagnostic.help("join comparisons by `and` or `or`");
    }
    return true;
}

void PolicyBuilder::alternatives_in_list(std::uint32_t offset) {
    diagnostics_.add(slug::unexpected_text, range(offset, offset + 1), "a value of a list is one constant or number")
        .help("compare with each combination by `==`, and join the comparisons by `or`");
}

void PolicyBuilder::mixed_condition(std::uint32_t offset) {
    std::size_t begin = offset;
    while (is_blank_or_line_end(text_[begin])) ++begin;
    diagnostics_
        .add(slug::mixed_condition, token_at(static_cast<std::uint32_t>(begin)),
             "`and` and `or` stand together without parentheses")
        .also(draft_.join, "the other one")
        .help("write parentheses around what belongs together, such as `(A and B) or C`");
}

// An `if` behind what has no condition, or instead of `when`.
bool PolicyBuilder::no_condition(Span word) {
    if (text(word) != "if") return false;
    if (draft_.after_else) {
        diagnostics_.add(slug::unexpected_text, word, "`if` behind `else`").help("write `else when`");
    } else if (block().word == "group") {
        diagnostics_.add(slug::unexpected_text, word, "a group has no condition")
            .help("write the condition in `syscalls { ... }`, behind the name of the call");
    } else if (draft_.verb == "refuse") {
        diagnostics_.add(slug::unexpected_text, word, "`refuse` has no condition")
            .help("write the condition behind `forbid`");
    } else if (draft_.in_exceptions) {
        diagnostics_.add(slug::unexpected_text, word, "`except` and `if` do not go together")
            .help("name the calls that the condition is about");
    } else {
        return false;
    }
    return true;
}

}  // namespace ward::policy
