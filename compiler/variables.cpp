#include "compiler/variables.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "compiler/lower.hpp"
#include "compiler/parameter_types.hpp"

namespace ward::compiler {
namespace {

using policy::Word;

// Far above any path or text that makes sense; ends variables that double each other.
constexpr std::size_t max_expansion = std::size_t{64} << 10;
constexpr std::size_t max_expanded = std::size_t{16} << 20;  // of a whole file
constexpr unsigned max_depth = 64;

bool is_glob_character(char c) {
    return c == '*' || c == '?' || c == '[' || c == ']';
}

// ---- the launcher's variables

std::string repository_or_cwd(const Facts& facts) {
    std::string folder = facts.repository ? facts.repository() : std::string();
    return folder.empty() ? facts.cwd : folder;
}

struct GivenVariable {
    std::string_view name;
    std::string (*value)(const Facts&);
};

constexpr std::array given_variables{
    GivenVariable{"home", [](const Facts& facts) { return facts.home; }},
    GivenVariable{"cwd", [](const Facts& facts) { return facts.cwd; }},
    GivenVariable{"repository", repository_or_cwd},
    GivenVariable{"user", [](const Facts& facts) { return facts.user ? facts.user() : std::string(); }},
    GivenVariable{"uid", [](const Facts& facts) { return std::to_string(facts.uid); }},
    GivenVariable{"gid", [](const Facts& facts) { return std::to_string(facts.gid); }},
    GivenVariable{"runtime", [](const Facts& facts) { return facts.runtime; }},
    GivenVariable{"program", [](const Facts& facts) { return facts.program; }},
};

const GivenVariable* find_given(std::string_view name) {
    const auto* found = std::find_if(given_variables.begin(), given_variables.end(),
                                     [&](const GivenVariable& given) { return given.name == name; });
    return found == given_variables.end() ? nullptr : found;
}

// ---- names

// As in the grammar.
bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// The name after a `$` (`name` or `{name}`), and how many characters it takes. Empty: no name.
struct Reference {
    std::string_view name;
    std::size_t length = 0;
};

Reference read_reference(std::string_view rest) {
    const bool braced = rest.starts_with('{');
    std::string_view name = rest.substr(braced ? 1 : 0);
    name = name.substr(
        0, static_cast<std::size_t>(std::find_if_not(name.begin(), name.end(), is_name_character) - name.begin()));
    if (name.empty()) return {};
    const std::size_t length = name.size() + (braced ? 2 : 0);
    if (braced && (rest.size() < length || rest[length - 1] != '}')) return {};
    return {name, length};
}

}  // namespace

std::string literal(std::string_view pattern) {
    std::string text;
    text.reserve(pattern.size());
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
        text += pattern[at];
    }
    return text;
}

std::string as_pattern(std::string_view text) {
    std::string pattern;
    pattern.reserve(text.size());
    for (const char c : text) {
        if (c == '\\' || is_glob_character(c)) pattern += '\\';
        pattern += c;
    }
    return pattern;
}

Scope::Scope(const policy::Policy& policy, const Facts& facts, const GivenValues& given,
             policy::Diagnostics& diagnostics)
    : facts_(&facts), diagnostics_(&diagnostics) {
    for (const policy::Let& let : policy.lets) add({&let.name, &let.value});
    for (const policy::Param& param : policy.params) add_parameter(param, given);
    for (const policy::Param& param : policy.params) check_default(param, given.contains(param.name.text));
    for (auto& [name, variable] : variables_) {
        if (variable.state == State::fresh) static_cast<void>(resolve(variable, variable.name->span));
    }
}

void Scope::add(Variable variable) {
    const Word& name = *variable.name;
    if (find_given(name.text) != nullptr || name.text == "arguments") {
        diagnostics_->add(policy::slug::duplicate_name, name.span, "`$" + name.text + "` is a variable of the launcher")
            .help("choose another name");
    } else if (const Variable* first = find(name.text)) {
        diagnostics_->add(policy::slug::duplicate_name, name.span, "`" + name.text + "` is defined twice")
            .also(first->name->span, "already here")
            .help("remove one of the two, or choose another name");
    } else {
        variables_.emplace(name.text, std::move(variable));
    }
}

void Scope::add_parameter(const policy::Param& param, const GivenValues& given) {
    Variable variable{&param.name, param.fallback ? &*param.fallback : nullptr, &param.type};
    const auto found = given.find(param.name.text);
    if (found != given.end() && found->second) variable.expansion = *found->second;
    if (found != given.end()) variable.state = found->second ? State::ready : State::failed;
    if (found == given.end() && !param.fallback) variable.state = State::failed;
    add(std::move(variable));
}

// A default is looked at even where a value is given: a mistake in it would wait for the next start.
void Scope::check_default(const policy::Param& param, bool is_given) {
    const ParameterType* type = find_parameter_type(param.type.text);
    Variable* variable = find(param.name.text);
    if (type == nullptr || !param.fallback || variable == nullptr || variable->name != &param.name) return;
    const Word& written = *param.fallback;
    Expansion value;
    if (is_given ? !append(written, value) : !resolve(*variable, written.span)) return;
    const std::string text = literal(is_given ? value.pattern : variable->expansion.pattern);
    if (type->accepts(text)) return;
    if (!is_given) variable->state = State::failed;
    report_wrong_type(*diagnostics_, written.span, text, *type);
}

std::optional<Expansion> Scope::expand(const Word& word) {
    Expansion result;
    if (!append(word, result)) return std::nullopt;
    return result;
}

std::optional<std::string> Scope::text(const Word& word) {
    if (!word.quoted && word.text.find('$') == std::string::npos) return word.text;
    const auto expansion = expand(word);
    return expansion ? std::optional(literal(expansion->pattern)) : std::nullopt;
}

bool Scope::append(const Word& word, Expansion& result) {
    const std::string_view text = word.text;
    result.pattern.reserve(result.pattern.size() + text.size() + 32);
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '$' && text.substr(at + 1).starts_with('$')) {
            result.pattern += c;
            ++at;
        } else if (c == '$') {
            const Reference reference = read_reference(text.substr(at + 1));
            if (!append_variable(word, reference.name, result)) return false;
            at += reference.length;
        } else {
            const bool special = is_glob_character(c);
            if (c == '\\' || (special && word.quoted)) result.pattern += '\\';
            result.has_glob = result.has_glob || (special && !word.quoted);
            result.pattern += c;
        }
    }
    return true;
}

bool Scope::append_variable(const Word& word, std::string_view name, Expansion& result) {
    if (name == "arguments") {
        diagnostics_->add(policy::slug::misplaced_arguments, word.span, "`$arguments` cannot stand here")
            .note("`$arguments` is every existing path named on the command line: a list, not one value")
            .help("write `$arguments` alone, in place of a path after `read`, `write`, `execute`, `hide` or `protect`");
        return false;
    }
    if (Variable* own = find(name)) return append_own(word, *own, result);
    const GivenVariable* given = find_given(name);
    if (given == nullptr) {
        report_unknown(word, name);
        return false;
    }
    const std::string value = given->value(*facts_);
    if (value.empty() && result.empty_variable.empty()) result.empty_variable = given->name;
    result.pattern += as_pattern(value);
    return true;
}

bool Scope::append_own(const Word& word, Variable& variable, Expansion& result) {
    variable.used = true;
    if (!resolve(variable, word.span)) return false;
    nested_ = std::max(nested_, variable.depth);
    if (!check_length(word, result.pattern.size() + variable.expansion.pattern.size())) return false;
    expanded_ += variable.expansion.pattern.size();
    if (result.empty_variable.empty()) result.empty_variable = variable.expansion.empty_variable;
    result.has_glob = result.has_glob || variable.expansion.has_glob;
    result.pattern += variable.expansion.pattern;
    return true;
}

// Each variable is expanded once, however often and in whatever order it is used.
bool Scope::resolve(Variable& variable, policy::Span asked_by) {
    if (variable.state == State::expanding) {
        diagnostics_->add(policy::slug::variable_cycle, asked_by, "`$" + variable.name->text + "` stands for itself")
            .also(variable.name->span, "defined here")
            .help("write the value in place of `$" + variable.name->text + "`");
        return false;
    }
    if (variable.state == State::fresh) {
        variable.state = State::expanding;
        const unsigned outer = std::exchange(nested_, 0);
        ++depth_;
        bool complete = check_depth(depth_, asked_by) && append(*variable.value, variable.expansion);
        --depth_;
        variable.depth = nested_ + 1;
        nested_ = outer;
        // What was resolved before, in whatever order, counts as well.
        complete = complete && check_depth(variable.depth, asked_by);
        variable.state = complete ? State::ready : State::failed;
    }
    return variable.state == State::ready;
}

bool Scope::check_depth(unsigned depth, policy::Span asked_by) {
    if (depth <= max_depth) return true;
    diagnostics_
        ->add(policy::slug::nesting_too_deep, asked_by, "variables that stand for variables nest at most 64 deep")
        .help("write the value in place of a variable");
    return false;
}

bool Scope::check_length(const Word& word, std::size_t length) {
    const bool is_long = length > max_expansion;
    if (!is_long && expanded_ <= max_expanded) return true;
    diagnostics_
        ->add(policy::slug::bad_value, word.span,
              is_long ? "the value is longer than 64 KiB" : "the variables of this file stand for more than 16 MiB")
        .help("write less");
    return false;
}

std::optional<bool> Scope::flag(const Word& word) {
    const std::string_view text = word.text;
    const Reference reference = text.starts_with('$') ? read_reference(text.substr(1)) : Reference{};
    Variable* variable = reference.length + 1 == text.size() ? find(reference.name) : nullptr;
    if (variable == nullptr && !reference.name.empty() && find_given(reference.name) == nullptr &&
        reference.name != "arguments") {
        report_unknown(word, reference.name);
        return std::nullopt;
    }
    if (variable == nullptr || variable->type == nullptr || variable->type->text != "flag") {
        report_no_flag(word, variable);
        return std::nullopt;
    }
    variable->used = true;
    if (!resolve(*variable, word.span)) return std::nullopt;
    return literal(variable->expansion.pattern) == "true";
}

void Scope::report_no_flag(const Word& word, const Variable* variable) {
    policy::Diagnostic& wrong =
        diagnostics_->add(policy::slug::not_a_flag, word.span, "`" + word.text + "` is no flag");
    if (variable != nullptr) wrong.also(variable->name->span, "defined here");
    wrong.note("only a parameter of type `flag` is true or false");
    const std::string name = variable != nullptr ? variable->name->text : "NAME";
    wrong.help("write `param " + name + ": flag = false` to make it one");
}

void Scope::mark_used(const Word& word) {
    const std::string_view text = word.text;
    for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at)) {
        ++at;
        if (at < text.size() && text[at] == '$') {
            ++at;
        } else if (Variable* own = find(read_reference(text.substr(std::min(at, text.size()))).name)) {
            own->used = true;
        }
    }
}

Scope::Variable* Scope::find(std::string_view name) {
    const auto found = variables_.find(name);
    return found == variables_.end() ? nullptr : &found->second;
}

void Scope::report_unknown(const Word& word, std::string_view name) {
    if (name.empty()) {
        diagnostics_->add(policy::slug::unknown_variable, word.span, "`$` is not followed by a name")
            .help("write `$$` for a dollar sign");
        return;
    }
    policy::Diagnostic& unknown = diagnostics_->add(policy::slug::unknown_variable, word.span,
                                                    "there is no variable `$" + std::string(name) + "` in this file");
    if (diagnostics_->suppressed() != 0) return;  // nobody sees it: no need to compare all names
    std::vector<std::string_view> known;
    for (const auto& [own, variable] : variables_) known.push_back(own);
    for (const GivenVariable& given : given_variables) known.push_back(given.name);
    known.emplace_back("arguments");
    suggest(unknown, "variable", name, known);
}

void Scope::warn_unused() const {
    for (const auto& [name, variable] : variables_) {
        if (variable.used) continue;
        diagnostics_
            ->add(policy::slug::unused_variable, variable.name->span, "nothing uses `$" + std::string(name) + "`")
            .help("remove it");
    }
}

}  // namespace ward::compiler
