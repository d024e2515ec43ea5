// What ward has to say about a policy, a host or a launch: one message with the places it is about.
//
// A Diagnostic holds facts; render.hpp turns it into text. Every kind of diagnostic is a row of
// slugs.inc and nothing else may invent one.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/source.hpp"

namespace ward::policy {

enum class Severity { error, warning };

// A kind of diagnostic: its stable name, how severe it is, and the rule behind it in a sentence.
struct Slug {
    std::string_view name;
    Severity severity;
    std::string_view rule;
};

namespace slug {
#define WARD_SLUG(id, name, severity, rule) inline constexpr Slug id{name, Severity::severity, rule};
#include "policy/slugs.inc"
#undef WARD_SLUG
}  // namespace slug

struct Label {
    Span span;
    std::string text;  // may be empty
};

// As messages name things: in backticks.
[[nodiscard]] std::string quoted(std::string_view text);

// House style: lower case, no full stop, code in backticks. `message` stands alone, `note` tells the
// rule, `help` one concrete change. Text that comes from a policy is escaped by the renderer.
class Diagnostic {
public:
    Diagnostic(const Slug& kind, std::optional<Span> where, std::string message)
        : kind_(&kind), message_(std::move(message)) {
        if (where) primary_ = Label{*where, {}};
    }
    // Of places alone: words are forgotten as they come.
    Diagnostic(const Slug& kind, std::optional<Span> where) : Diagnostic(kind, where, {}) { has_words_ = false; }

    Diagnostic& label(std::string text);            // words below the primary range
    Diagnostic& also(Span span, std::string text);  // a secondary place; at most two are shown
    Diagnostic& note(std::string text);
    Diagnostic& help(std::string text);

    [[nodiscard]] const Slug& kind() const { return *kind_; }
    [[nodiscard]] const std::string& message() const { return message_; }
    [[nodiscard]] const std::optional<Label>& primary() const { return primary_; }
    [[nodiscard]] const std::vector<Label>& secondary() const { return secondary_; }
    [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }
    [[nodiscard]] const std::vector<std::string>& helps() const { return helps_; }

private:
    const Slug* kind_;
    std::string message_;
    std::optional<Label> primary_;  // absent: about no place in a text (a host, a command line)
    std::vector<Label> secondary_;
    std::vector<std::string> notes_;
    std::vector<std::string> helps_;
    bool has_words_ = true;
};

// Collects the diagnostics of a run, at most max_kept of them or as many as it is made for; counts all.
class Diagnostics {
public:
    static constexpr std::size_t max_kept = 50;

    enum class Keep { all, places };  // places: for who wants to know where, and shows nothing

    explicit Diagnostics(std::size_t most = max_kept, Keep keep = Keep::all) : most_(most), keep_(keep) {}

    // `where` is absent for a diagnostic about no text. When no more are kept, a scratch diagnostic is
    // handed out, valid until the next one. Cold: compilers move what leads here out of the way of what is executed.
    [[gnu::cold]] Diagnostic& add(const Slug& kind, std::optional<Span> where, std::string message);

    [[nodiscard]] bool has_errors() const { return errors_ != 0; }
    [[nodiscard]] std::size_t errors() const { return errors_; }
    [[nodiscard]] std::size_t warnings() const { return warnings_; }
    [[nodiscard]] std::size_t suppressed() const;
    [[nodiscard]] const std::list<Diagnostic>& all() const { return kept_; }
    // In order of file and position, places before none; what was added first stays first.
    [[nodiscard]] std::vector<const Diagnostic*> sorted() const;

private:
    std::size_t most_;
    Keep keep_;
    std::list<Diagnostic> kept_;
    std::optional<Diagnostic> scratch_;
    std::size_t errors_ = 0;
    std::size_t warnings_ = 0;
};

}  // namespace ward::policy
