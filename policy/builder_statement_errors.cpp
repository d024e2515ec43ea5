// The part of PolicyBuilder that says what is wrong with a statement that begins with no word of its block.
#include <algorithm>
#include <span>

#include "policy/builder.hpp"
#include "policy/excerpt.hpp"
#include "policy/similar_name.hpp"

namespace ward::policy {

namespace {

// "`files { ... }`", or the two that have a statement of this name.
std::string sections_with(std::string_view word) {
    std::string result;
    for (const StatementWord& row : statement_words) {
        if (row.word != word || row.section.empty()) continue;
        result += (result.empty() ? "`" : " or `") + std::string(row.section) + " { ... }`";
    }
    return result;
}

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
    return std::ranges::find(words, word) != words.end();
}

bool is_branch(std::string_view block) {
    return block == "when" || block == "else";
}

}  // namespace

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
    if (is_misspelt_section(*draft_.other)) return unknown_statement(*draft_.other, true);
    if (!known_elsewhere(*draft_.other, word)) {
        unknown_statement(*draft_.other, text(span).find('{') != std::string_view::npos);
    }
}

// `file {`: a statement of that name would not begin a block.
bool PolicyBuilder::is_misspelt_section(Span name) const {
    const std::string_view around = block().word;
    const std::size_t behind = text_.find_first_not_of(" \t", name.end);
    const bool begins_block = behind != std::string_view::npos && text_[behind] == '{';
    return begins_block && (around.empty() || is_branch(around)) && !is_one_of(text(name), section_words) &&
           !similar_names(text(name), section_words).empty();
}

bool PolicyBuilder::known_elsewhere(Span name, std::string_view word) {
    const std::string_view around = block().word;
    if (is_one_of(word, section_words) && !around.empty() && !is_branch(around)) {
        section_in_section(name);
        return true;
    }
    bool outside = false;
    for (const StatementWord& row : statement_words) {
        if (row.word != word) continue;
        if (row.section == around && word != "else") return false;
        outside = outside || row.section.empty();
    }
    const std::string sections = sections_with(word);
    if (!outside && sections.empty()) return false;
    if (word == "else") {
        else_without_when(name);
    } else {
        misplaced(name, word, sections);
    }
    return true;
}

void PolicyBuilder::section_in_section(Span name) {
    const std::string inner(text(name));
    const std::string outer(block().word);
    diagnostics_.add(slug::misplaced_section, name, "section `" + inner + "` stands inside `" + outer + "`")
        .also(block().brace, "`" + outer + "` is still open")
        .help("write `}` before `" + inner + "` to close `" + outer + "`");
    open_.back().holds_section = true;
}

void PolicyBuilder::else_without_when(Span name) {
    diagnostics_.add(slug::misplaced_statement, name, "`else` without a `when` before it")
        .note("`else` follows the `}` that closes the block of its `when`")
        .help("write `when CONDITION { ... } else { ... }`");
}

void PolicyBuilder::misplaced(Span name, std::string_view word, std::string_view sections) {
    const std::string around(block().word);
    const std::string where =
        around.empty() ? " stands outside its section" : " is not a statement of `" + around + "`";
    Diagnostic& diagnostic = diagnostics_.add(slug::misplaced_statement, name, excerpt(word) + where);
    if (around == "test" && is_one_of(word, question_words)) {
        diagnostic.help("write `allow` or `deny` before the question");
    } else if (!sections.empty()) {
        diagnostic.help("write it in " + std::string(sections));
    } else if (is_branch(around)) {
        diagnostic.note("a `when` decides about sections; what a policy takes in and names never depends on one")
            .help("write it before the `when`");
    } else {
        diagnostic.help(word == "when" ? "write the section inside the `when`" : "write it outside the sections");
    }
}

// The words that a statement in the innermost block can begin with.
std::vector<std::string_view> PolicyBuilder::words_of_block() const {
    const std::string_view around = block().word;
    std::vector<std::string_view> words;
    if (around.empty() || is_branch(around)) words.assign(std::begin(section_words), std::end(section_words));
    if (is_branch(around)) words.emplace_back("when");
    if (around == "test") words.assign(std::begin(expectation_words), std::end(expectation_words));
    for (const StatementWord& row : statement_words) {
        const bool is_here = around.empty() && is_loose_ ? !row.section.empty() : row.section == around;
        if (is_here && row.word != "else") words.push_back(row.word);
    }
    return words;
}

void PolicyBuilder::unknown_statement(Span name, bool has_block) {
    const std::string around(block().word);
    const std::vector<std::string_view> candidates = words_of_block();
    const bool section = has_block && (around.empty() || is_branch(around));
    const std::string what = section ? "section" : "statement";
    std::string message = "unknown " + what + ' ' + excerpt(text(name));
    if (!around.empty()) message += " in `" + around + '`';
    Diagnostic& diagnostic =
        diagnostics_.add(section ? slug::unknown_section : slug::unknown_statement, name, std::move(message));
    const auto similar = similar_names(text(name), candidates);
    if (similar.empty() && is_loose_ && around.empty()) {
        diagnostic.help("`ward explain` lists the statements");
    } else if (!similar.empty()) {
        diagnostic.help("a " + what + " with a similar name exists: " + quoted_list(similar));
    } else {
        std::vector<std::string> all(candidates.begin(), candidates.end());
        diagnostic.help((all.size() > 2 ? "write one of " : "write ") + quoted_list(all));
    }
}

// `forbid ptrace`, where no section says whether it is a call.
void PolicyBuilder::unclear_section(Span span) {
    const Span whole = without_blanks(span);
    const std::string_view statement = text(whole);
    const std::string_view word = statement.substr(0, statement.find_first_of(" \t?"));
    std::vector<std::string> examples;
    for (const StatementWord& row : statement_words)
        if (row.word == word) examples.push_back(std::string(row.section) + " { " + std::string(statement) + " }");
    diagnostics_
        .add(slug::section_unclear, range(whole.begin, whole.begin + word.size()),
             excerpt(word) + " begins statements of several sections")
        .help("write " + quoted_list(examples));
}

// ---- questions

void PolicyBuilder::question_error(const SyntaxError& error, std::uint32_t offset) {
    const Span place = token_at(offset);
    const std::string_view word = text(place);
    const bool is_call = place.end < text_.size() && text_[place.end] == '(';
    if (word.empty() || word == ";" || word == "}") {
        diagnostics_.add(slug::unknown_question, place, std::string(error.message))
            .label(found_at(offset))
            .help(std::string(error.help));
        return;
    }
    Diagnostic& diagnostic = diagnostics_.add(slug::unknown_question, place, "unknown question " + excerpt(word));
    const auto similar = similar_names(word, question_words);
    if (is_call) {
        diagnostic.help("write `syscall` before the name of a system call");
    } else if (!similar.empty()) {
        diagnostic.note("a question about a system call begins with `syscall`")
            .help("a question with a similar name exists: " + quoted_list(similar));
    } else {
        diagnostic.note("a question about a system call begins with `syscall`")
            .help("write one of " + quoted_list({std::begin(question_words), std::end(question_words)}));
    }
}

}  // namespace ward::policy
