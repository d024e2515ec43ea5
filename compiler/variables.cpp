#include "compiler/variables.hpp"

#include <algorithm>
#include <array>

#include "compiler/lower.hpp"
#include "compiler/values.hpp"

namespace ward::compiler {
namespace {

using policy::Word;

// Far above any path or text that makes sense; ends variables that double each other.
constexpr std::size_t max_expansion = std::size_t{64} << 10;
constexpr unsigned max_depth = 64;
bool is_glob_character(char c) {
    return c == '*' || c == '?' || c == '[' || c == ']';
}

// ---- the launcher's variables

struct GivenVariable {
    std::string_view name;
    std::string (*value)(const Facts&);
};

constexpr std::array given_variables{
    GivenVariable{"home", [](const Facts& facts) { return facts.home; }},
    GivenVariable{"cwd", [](const Facts& facts) { return facts.cwd; }},
    GivenVariable{"user", [](const Facts& facts) { return facts.user; }},
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

// ---- types of parameters

bool is_size(std::string_view text) {
    return parse_value(Unit::size, text).has_value();
}
bool is_duration(std::string_view text) {
    return parse_value(Unit::duration, text).has_value();
}
bool is_count(std::string_view text) {
    return parse_value(Unit::count, text).has_value();
}
bool is_flag(std::string_view text) {
    return text == "true" || text == "false";
}
bool is_path(std::string_view text) {
    return !text.empty();
}

bool is_port(std::string_view text) {
    const auto port = parse_value(Unit::count, text);
    return port && *port >= 1 && *port <= 65535;
}

bool is_plain_name(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_name_character(c) || c == '.'; });
}

struct Type {
    std::string_view name;
    bool (*accepts)(std::string_view);
    std::string_view example;
};

constexpr std::array types{
    Type{"path", is_path, "/srv/data"}, Type{"size", is_size, "512M"}, Type{"duration", is_duration, "30s"},
    Type{"count", is_count, "64"},      Type{"port", is_port, "8080"}, Type{"name", is_plain_name, "web"},
    Type{"flag", is_flag, "true"},
};

const Type* find_type(std::string_view name) {
    const auto* found = std::find_if(types.begin(), types.end(), [&](const Type& type) { return type.name == name; });
    return found == types.end() ? nullptr : found;
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

Scope::Scope(const policy::Policy& policy, const Facts& facts, policy::Diagnostics& diagnostics)
    : facts_(&facts), diagnostics_(&diagnostics) {
    for (const policy::Let& let : policy.lets) add({&let.name, &let.value});
    for (const policy::Param& param : policy.params) add_parameter(param);
    for (const policy::Param& param : policy.params) check_parameter(param);
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

void Scope::add_parameter(const policy::Param& param) {
    Variable variable{&param.name, param.fallback ? &*param.fallback : nullptr};
    const auto given = facts_->parameters.find(param.name.text);
    if (given != facts_->parameters.end()) {
        // A path on the command line is relative to where the command is given.
        const bool below_cwd = param.type.text == "path" && !given->second.empty() && given->second.front() != '/' &&
                               given->second.front() != '~';
        variable.expansion.pattern = as_pattern(below_cwd ? facts_->cwd + "/" + given->second : given->second);
        variable.state = State::ready;
    } else if (!param.fallback) {
        variable.state = State::failed;
        diagnostics_->add(policy::slug::missing_parameter, param.span, "`" + param.name.text + "` has no value")
            .help("add `--set " + param.name.text + "=VALUE` to the command");
    }
    add(std::move(variable));
}

void Scope::check_parameter(const policy::Param& param) {
    const Type* type = find_type(param.type.text);
    if (type == nullptr) {
        std::array<std::string_view, types.size()> names{};
        std::transform(types.begin(), types.end(), names.begin(), [](const Type& each) { return each.name; });
        suggest(diagnostics_->add(policy::slug::unknown_type, param.type.span,
                                  "there is no type `" + param.type.text + "`"),
                "type", param.type.text, names);
        return;
    }
    Variable* variable = find(param.name.text);
    if (variable == nullptr || variable->name != &param.name || !resolve(*variable, param.span)) return;
    const std::string value = literal(variable->expansion.pattern);
    if (type->accepts(value)) return;
    variable->state = State::failed;
    const bool given = facts_->parameters.find(param.name.text) != facts_->parameters.end();
    const std::string setting = "--set " + param.name.text + "=";
    policy::Diagnostic& wrong = diagnostics_->add(policy::slug::bad_value, given ? param.span : param.fallback->span,
                                                  "`" + value + "` is no " + param.type.text);
    if (given) wrong.label("set by `" + setting + value + "`");
    wrong.help("write for example `" + (given ? setting : std::string()) + std::string(type->example) + "`");
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
    if (result.pattern.size() + variable.expansion.pattern.size() > max_expansion) {
        diagnostics_->add(policy::slug::bad_value, word.span, "the value is longer than 64 KiB").help("write less");
        return false;
    }
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
        ++depth_;
        const bool complete = check_depth(asked_by) && append(*variable.value, variable.expansion);
        --depth_;
        variable.state = complete ? State::ready : State::failed;
    }
    return variable.state == State::ready;
}

bool Scope::check_depth(policy::Span asked_by) {
    if (depth_ <= max_depth) return true;
    diagnostics_
        ->add(policy::slug::nesting_too_deep, asked_by, "variables that stand for variables nest at most 64 deep")
        .help("write the value in place of a variable");
    return false;
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
    std::vector<std::string_view> known;
    for (const auto& [own, variable] : variables_) known.push_back(own);
    for (const GivenVariable& given : given_variables) known.push_back(given.name);
    known.emplace_back("arguments");
    suggest(diagnostics_->add(policy::slug::unknown_variable, word.span,
                              "there is no variable `$" + std::string(name) + "` in this file"),
            "variable", name, known);
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
