// Builds a Policy from what the grammar finds, a statement at a time, and words the syntax errors.
//
// A statement is a draft until the grammar has seen all of it: one with an error leaves nothing
// behind. PEGTL never comes here; places are byte offsets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/diagnostic.hpp"
#include "policy/keywords.hpp"
#include "policy/policy.hpp"
#include "policy/source.hpp"

namespace ward::policy {

// What is said where a rule of the grammar fails. In `message` and `help`, `{}` stands for the last
// keyword.
struct SyntaxError {
    const Slug* kind = nullptr;
    std::string_view message;
    std::string_view help;
    bool at_comma = false;  // shown at the last comma, not where the text ends
};

class PolicyBuilder {
public:
    PolicyBuilder(const Sources& sources, FileId file, Diagnostics& diagnostics);

    [[nodiscard]] FileId file() const { return policy_.file; }
    // `place` points into the text of the file.
    [[nodiscard]] std::uint32_t offset(const char* place) const {
        return static_cast<std::uint32_t>(place - text_.data());
    }

    // ---- words
    void string_open(Span quote);
    void string_text(Span run) { word_.text += text(run); }
    [[nodiscard]] bool string_escape(Span code);  // false, and an error, for an escape that is no text
    void string_close(Span quote);
    void bare_word(Span span) { word_ = Word{std::string(text(span)), span, false}; }

    // ---- the parts of a statement; a part takes the last word
    void begin_statement() {
        static_cast<DraftMarks&>(draft_) = {};
        if (draft_.has_parts) draft_.clear_parts();
        draft_.has_parts = true;
    }
    void keyword(Span span);
    void mark_optional() { draft_.optional = true; }
    void item() { (draft_.in_exceptions ? draft_.exceptions : draft_.items).push_back(word_); }
    void comma(Span sign) { draft_.comma = sign; }
    void begin_exceptions(Span keyword);
    void name(Span span) { draft_.first = word_at(span); }
    void second_name(Span span) { draft_.second = word_at(span); }
    void first_operand() { draft_.first = word_; }
    void second_operand() { draft_.second = word_; }
    void clause() { draft_.clause = std::make_shared<const Word>(word_); }  // `from`, `into`, a description, a default
    [[nodiscard]] bool size(Span value) { return once(draft_.size, value); }  // false, and an error, if given twice
    [[nodiscard]] bool mode(Span value) { return once(draft_.mode, value); }
    void binding(Span span);
    void open_paren(Span paren) { draft_.parens.push_back(paren); }
    void close_paren() { draft_.parens.pop_back(); }
    void begin_forbidden(Span keyword);
    void protocol(Span name);
    // The place that a question is about, NAME:PORT. False, and an error, for a port alone.
    [[nodiscard]] bool endpoint(Span span);

    // ---- calls with their arguments
    void bare_call(Span span);
    void quoted_call() { draft_.calls.push_back({word_, nullptr}); }
    void open_parameters(Span paren);
    void parameter(Span span) { draft_.parameters.push_back(word_at(span)); }
    void parameters(Span span);

    // ---- conditions; an operand is a whole comparison, or what was made of several
    void condition_begin();
    void condition_end() { draft_.marks.pop_back(); }
    void subject(Span span);
    void mask_value(Span span) { draft_.operands.back().mask.push_back(word_at(span)); }
    void relation(Span span) { draft_.operands.back().relation = word_at(span); }
    void word_relation(Span span);
    void not_in(Span span);
    void value(Span span) { draft_.operands.back().values.push_back(word_at(span)); }
    void comparison(Span span);
    void exists(Span span);
    void flag(Span span);
    void negation(Span span);
    void parenthesis(Span span) { draft_.operands.back().span = span; }
    void join(Span word);
    void all_of() { combine(Expression::Kind::all); }
    void any_of() { combine(Expression::Kind::any); }

    // ---- questions
    void question_call(Span span);
    void open_arguments(Span paren);
    void next_argument() { draft_.arguments->emplace_back(); }
    void argument_value(Span span) { draft_.arguments->back().push_back(word_at(span)); }
    void question(Span span);

    // The name that begins a statement of network, limits or process. False, and an error, if it is
    // known to belong elsewhere or to a later version.
    [[nodiscard]] bool open_name(Span name);

    // ---- whole statements; `span` may end in blanks
    void grant(Span span);
    void hide(Span span);
    void protect(Span span);
    void private_folder(Span span);
    void overlay(Span span);
    void root(Span span);
    void directory(Span span);
    void device(Span span);
    void link(Span span);
    void text_file(Span span);
    void setuid(Span span);
    void network(Span span);
    void call(Span span);
    void plain_call(Span span);
    void abi(Span span);
    void refuse(Span span);
    void keep_capability(Span span);
    void limit(Span span);
    void keep_variable(Span span);
    void set_variable(Span span);
    void process(Span span);
    void policy_line(Span span);
    void use(Span span);
    void let(Span span);
    void param(Span span);

    void group_entry();
    void expectation(Span span);

    // ---- blocks
    void open_block(Span brace);
    void open_when(Span brace);
    void begin_else(Span word);
    void open_else(Span brace);
    void open_group(Span brace);
    void open_test(Span brace);
    void close_block();

    // ---- statements without their section
    void begin_loose();
    void open_section(std::string_view section);
    void unclear_section(Span span);

    // ---- errors; `offset` is where the grammar could not go on
    void syntax_error(const SyntaxError& error, std::uint32_t offset);
    void unquoted(std::uint32_t offset);
    void missing_condition(std::uint32_t offset);
    void missing_relation(std::uint32_t offset);
    void unterminated_string(std::uint32_t offset);
    void bad_escape(std::uint32_t offset);
    void other_name(Span name) { draft_.other = name; }
    void other_statement(Span span);
    void stray_brace(Span brace);
    void never_closed();
    void too_deep(std::uint32_t offset);

    // The policy, after what can only be said about a whole text. Absent after any error in it: then what
    // could be read is in `unfinished`.
    [[nodiscard]] std::optional<Policy> finish(Policy* unfinished);
    // The statements, of a text that has nothing else. Absent after any error in it.
    [[nodiscard]] std::optional<Block> finish_statements();
    // The question, of a text that is one. Absent after any error in it.
    [[nodiscard]] std::optional<Question> finish_question();

private:
    // What a draft remembers in few bytes.
    struct DraftMarks {
        Span keyword;           // the last one
        Span comma;             // the last one
        std::string_view verb;  // the first one
        Span verb_span;
        std::optional<Span> other;  // the name that begins a statement of no known kind
        bool optional = false;
        bool forbidden = false;
        bool in_exceptions = false;
        bool after_else = false;
        // Conditions
        bool has_condition = false;
        bool negated = false;    // the relation is `not in`
        bool list_open = false;  // of `in` or `within`
        Span join;               // the last `and` or `or`
    };
    struct Draft : DraftMarks {
        std::vector<Word> items;
        std::vector<Word> exceptions;
        Word first;
        Word second;
        OptionalWord clause;
        OptionalWord size;
        OptionalWord mode;
        OptionalWord protocol;
        std::vector<Binding> bindings;
        std::vector<CallPattern> calls;
        std::vector<Word> parameters;  // of the last one
        std::optional<std::vector<std::vector<Word>>> arguments;
        std::vector<Expression> operands;  // of conditions: read, and not yet part of another
        std::vector<std::size_t> marks;    // how many operands stand before each condition that is open
        std::vector<Span> parens;          // those that are open
        bool has_parts = false;            // some of this may be of an earlier statement

        // Empty, but lists keep their memory: this is done for nearly each line of a policy.
        void clear_parts();
    };
    // A section, or another block.
    struct OpenBlock {
        std::string_view word;  // empty: outside of all
        Span name;
        Span brace;
        Block* statements = nullptr;                            // where its statements go
        When* when = nullptr;                                   // whose first branch it is
        std::optional<std::size_t> indentation = std::nullopt;  // of the first branch of a `when` that begins its line
        std::optional<Span> outdented = std::nullopt;           // its first section that stands as far left as it does
        bool holds_section = false;  // an error about that was given, so a missing brace is no news
    };

    [[nodiscard]] std::string_view text(Span span) const { return text_.substr(span.begin, span.end - span.begin); }
    [[nodiscard]] Span range(std::size_t begin, std::size_t end) const;
    [[nodiscard]] Span without_blanks(Span span) const;
    [[nodiscard]] bool once(OptionalWord& clause, Span value);
    [[nodiscard]] Word word_at(Span span) const { return {std::string(text(span)), span, false}; }
    [[nodiscard]] const OpenBlock& block() const;  // the innermost
    [[nodiscard]] Block& statements();             // those that a statement joins
    template <typename Kind>
    Kind& add() {
        return std::get<Kind>(statements().statements.emplace_back(std::in_place_type<Kind>));
    }
    template <typename Kind>
    void add(Kind statement) {
        statements().statements.emplace_back(std::in_place_type<Kind>, std::move(statement));
    }
    void combine(Expression::Kind kind);
    [[nodiscard]] std::shared_ptr<const Expression> condition();
    // The column of a place that only blanks stand before in its line.
    [[nodiscard]] std::optional<std::size_t> indentation(Span place) const;
    void note_outdented(Span item);
    void outside_sections(Span item);

    // What stands at a place, as a range to underline and in words.
    [[nodiscard]] Span token_at(std::uint32_t offset) const;
    [[nodiscard]] std::string found_at(std::uint32_t offset) const;
    [[nodiscard]] bool is_misspelt_section(Span name) const;
    // False if the table has nothing to say about a name at this place.
    bool known_elsewhere(Span name, std::string_view word);
    void section_in_section(Span name);
    void else_without_when(Span name);
    void misplaced(Span name, std::string_view word, std::string_view sections);
    [[nodiscard]] std::vector<std::string_view> words_of_block() const;
    void unknown_statement(Span name, bool has_block);
    [[nodiscard]] bool begins_with_no_network_word() const;
    [[nodiscard]] std::string help_to_end(const SyntaxError& error, std::uint32_t offset) const;
    [[nodiscard]] std::string help_in_list(Span word) const;
    void missing_parenthesis(std::uint32_t offset);
    [[nodiscard]] bool knows_parentheses() const;
    void parenthesis_error(std::uint32_t offset);
    void question_error(const SyntaxError& error, std::uint32_t offset);
    // The next ones are false if the mistake is none of theirs, and nothing was said.
    [[nodiscard]] bool condition_error(const SyntaxError& error, std::uint32_t offset);
    [[nodiscard]] bool misspelt_operator(std::uint32_t offset);
    [[nodiscard]] bool missing_operand(const SyntaxError& error, std::uint32_t offset);
    [[nodiscard]] bool is_unquoted(std::uint32_t offset);
    [[nodiscard]] bool is_text_as_argument(const SyntaxError& error, std::uint32_t offset);
    [[nodiscard]] bool behind_condition(const SyntaxError& error, std::uint32_t offset);
    [[nodiscard]] bool no_condition(Span word);
    void mixed_condition(std::uint32_t offset);
    void alternatives_in_list(std::uint32_t offset);
    void unknown_operator(Span place, std::string_view meant);
    void check_policy_line();

    std::string_view source_name_;
    std::string_view text_;
    Diagnostics& diagnostics_;
    std::size_t errors_before_;
    Policy policy_;
    Word word_;
    Draft draft_;
    Question question_;  // the last one
    std::vector<OpenBlock> open_;
    When* closed_when_ = nullptr;      // the last one, until something else follows it
    std::optional<Span> policy_word_;  // of the first `policy` line, well-formed or not
    std::optional<Span> first_item_;   // what stands first of all that is not the `policy` line
    bool item_before_policy_ = false;
    bool is_loose_ = false;  // statements may stand without their section
    bool too_deep_ = false;  // the text was not read to its end
};

}  // namespace ward::policy
