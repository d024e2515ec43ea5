// The variables that one policy text sees: the launcher's, its `let`s and its `param`s.
//
// A Scope never looks at another file: what a policy means does not depend on who uses it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/facts.hpp"
#include "policy/diagnostic.hpp"
#include "policy/library.hpp"

namespace ward::compiler {

// A text with its variables replaced. A character that a pattern would take for a glob although it
// is meant literally (quoted, or a value from the launcher) has a backslash before it.
struct Expansion {
    std::string pattern;
    bool has_glob = false;
    std::string_view empty_variable;  // the first variable that had no value; empty if all had one
};

// The text itself, without those backslashes.
[[nodiscard]] std::string literal(std::string_view pattern);
// The pattern that means exactly this text.
[[nodiscard]] std::string as_pattern(std::string_view text);

// The parameters whose values come from outside of their file. Without a value: it had an error, which
// has been reported.
using GivenValues = std::map<std::string_view, std::optional<Expansion>>;

class Scope {
public:
    // Checks every name and every value, used or not. The policy, the facts and the diagnostics must
    // outlive the scope; `given` refers to names of the policy. A parameter that has neither a default
    // nor a given value must have been reported.
    Scope(const policy::Policy& policy, const Facts& facts, const GivenValues& given, policy::Diagnostics& diagnostics);

    // Absent after an error, which has been reported.
    [[nodiscard]] std::optional<Expansion> expand(const policy::Word& word);
    // The same without patterns: every character stands for itself.
    [[nodiscard]] std::optional<std::string> text(const policy::Word& word);
    // The value of a parameter of type `flag`, as `$name`. Absent after an error, which has been reported.
    [[nodiscard]] std::optional<bool> flag(const policy::Word& word);
    // The word is not needed now, and its variables count as used.
    void mark_used(const policy::Word& word);
    // A warning for each `let` and `param` that nothing has asked for so far.
    void warn_unused() const;
    // Where errors go from now on; must outlive the scope.
    void report_to(policy::Diagnostics& diagnostics) { diagnostics_ = &diagnostics; }

private:
    enum class State { fresh, expanding, ready, failed };
    struct Variable {
        const policy::Word* name;
        const policy::Word* value;           // as written; null if `expansion` was given
        const policy::Word* type = nullptr;  // of a parameter
        bool used = false;
        State state = State::fresh;
        Expansion expansion{};
        unsigned depth = 0;  // of the variables that it stands for
    };

    void add_parameter(const policy::Param& param, const GivenValues& given);
    void add(Variable variable);
    void check_default(const policy::Param& param, bool is_given);
    bool append(const policy::Word& word, Expansion& result);
    bool append_variable(const policy::Word& word, std::string_view name, Expansion& result);
    bool append_own(const policy::Word& word, Variable& variable, Expansion& result);
    bool resolve(Variable& variable, policy::Span asked_by);
    bool check_depth(unsigned depth, policy::Span asked_by);
    bool check_length(const policy::Word& word, std::size_t length);
    Variable* find(std::string_view name);
    void report_unknown(const policy::Word& word, std::string_view name);
    void report_no_flag(const policy::Word& word, const Variable* variable);

    const Facts* facts_;
    policy::Diagnostics* diagnostics_;
    std::map<std::string_view, Variable> variables_;
    unsigned depth_ = 0;        // of resolve() in resolve()
    unsigned nested_ = 0;       // the greatest depth of what the variable that is being resolved stands for
    std::size_t expanded_ = 0;  // characters that came from variables so far
};

}  // namespace ward::compiler
