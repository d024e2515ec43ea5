// Builds a Policy from what the grammar finds, a statement at a time, and words the syntax errors.
//
// A statement is a draft until the grammar has seen all of it: one with an error leaves nothing
// behind. PEGTL never comes here; places are byte offsets.
#pragma once

#include <cstddef>
#include <cstdint>
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
    void begin_statement() { draft_ = {}; }
    void keyword(Span span);
    void mark_optional() { draft_.optional = true; }
    void item() { (draft_.in_exceptions ? draft_.exceptions : draft_.items).push_back(word_); }
    void comma(Span sign) { draft_.comma = sign; }
    void begin_exceptions(Span keyword);
    void name(Span span) { draft_.first = Word{std::string(text(span)), span, false}; }
    void second_name(Span span) { draft_.second = Word{std::string(text(span)), span, false}; }
    void first_operand() { draft_.first = word_; }
    void second_operand() { draft_.second = word_; }
    void description() { draft_.clause = word_; }
    void from() { draft_.clause = word_; }
    void fallback() { draft_.clause = word_; }
    [[nodiscard]] bool size(Span value) { return once(draft_.size, value); }  // false, and an error, if given twice
    [[nodiscard]] bool mode(Span value) { return once(draft_.mode, value); }
    // The name that begins a statement of network, limits or process. False, and an error, if it is
    // known to belong elsewhere or to a later version.
    [[nodiscard]] bool open_name(Span name);

    // ---- whole statements; `span` may end in blanks
    void grant(Span span);
    void hide(Span span);
    void protect(Span span);
    void private_folder(Span span);
    void device(Span span);
    void link(Span span);
    void text_file(Span span);
    void setuid(Span span);
    void network(Span span);
    void call(Span span);
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

    // ---- sections
    void open_section(Span brace);
    void close_section() { section_ = {}; }

    // ---- errors; `offset` is where the grammar could not go on
    void syntax_error(const SyntaxError& error, std::uint32_t offset);
    void unquoted(std::uint32_t offset);
    void unterminated_string(std::uint32_t offset);
    void bad_escape(std::uint32_t offset);
    void other_name(Span name) { draft_.other = name; }
    void other_statement(Span span);
    void stray_brace(Span brace);
    void never_closed();
    void too_deep(std::uint32_t offset);

    // The policy, after what can only be said about a whole text. Absent after any error in it.
    [[nodiscard]] std::optional<Policy> finish();

private:
    struct Draft {
        Span keyword;               // the last one
        Span comma;                 // the last one
        std::string_view verb;      // the first one
        std::optional<Span> other;  // the name that begins a statement of no known kind
        bool optional = false;
        bool in_exceptions = false;
        std::vector<Word> items;
        std::vector<Word> exceptions;
        Word first;
        Word second;
        std::optional<Word> clause;
        std::optional<Word> size;
        std::optional<Word> mode;
    };
    struct Section {
        std::string_view word;  // empty: outside every section
        Span name;
        Span brace;
        bool holds_section = false;  // an error about that was given, so a missing brace is no news
    };

    [[nodiscard]] std::string_view text(Span span) const { return text_.substr(span.begin, span.end - span.begin); }
    [[nodiscard]] Span range(std::size_t begin, std::size_t end) const;
    [[nodiscard]] Span without_blanks(Span span) const;
    [[nodiscard]] bool once(std::optional<Word>& clause, Span value);
    void add(Statement statement) { policy_.body.statements.push_back(std::move(statement)); }
    void outside_sections(Span item);

    // What stands at a place, as a range to underline and in words.
    [[nodiscard]] Span token_at(std::uint32_t offset) const;
    [[nodiscard]] std::string found_at(std::uint32_t offset) const;
    // False if the table has nothing to say about a name at this place.
    bool known_elsewhere(Span name, std::string_view word);
    void condition(std::uint32_t offset);
    void section_in_section(Span name);
    void misplaced(Span name, std::string_view word, std::string_view sections);
    void not_yet_supported(Span place, const std::string& what);
    void unknown_statement(Span name, bool has_block);
    void check_policy_line();

    std::string_view source_name_;
    std::string_view text_;
    Diagnostics& diagnostics_;
    std::size_t errors_before_;
    Policy policy_;
    Word word_;
    Draft draft_;
    Section section_;
    std::optional<Span> policy_word_;  // of the first `policy` line, well-formed or not
    std::optional<Span> first_item_;   // what stands first of all that is not the `policy` line
    bool item_before_policy_ = false;
    bool too_deep_ = false;  // the text was not read to its end
};

}  // namespace ward::policy
