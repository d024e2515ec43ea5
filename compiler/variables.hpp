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

class Scope {
public:
    // Checks the names and the values of parameters. All three must outlive the scope.
    Scope(const policy::Policy& policy, const Facts& facts, policy::Diagnostics& diagnostics);

    // Absent after an error, which has been reported.
    [[nodiscard]] std::optional<Expansion> expand(const policy::Word& word);
    // The same without patterns: every character stands for itself.
    [[nodiscard]] std::optional<std::string> text(const policy::Word& word);
    // A warning for each `let` and `param` that nothing has asked for so far.
    void warn_unused() const;

private:
    enum class State { fresh, expanding, ready, failed };
    struct Variable {
        const policy::Word* name;
        const policy::Word* value;  // as written; null if `expansion` came from the command line
        bool used = false;
        State state = State::fresh;
        Expansion expansion{};
    };

    void add_parameter(const policy::Param& param);
    void add(Variable variable);
    void check_parameter(const policy::Param& param);
    bool append(const policy::Word& word, Expansion& result);
    bool append_variable(const policy::Word& word, std::string_view name, Expansion& result);
    bool append_own(const policy::Word& word, Variable& variable, Expansion& result);
    bool resolve(Variable& variable, policy::Span asked_by);
    bool check_depth(policy::Span asked_by);
    Variable* find(std::string_view name);
    void report_unknown(const policy::Word& word, std::string_view name);

    const Facts* facts_;
    policy::Diagnostics* diagnostics_;
    std::map<std::string_view, Variable> variables_;
    unsigned depth_ = 0;  // of variables that stand for variables
};

}  // namespace ward::compiler
