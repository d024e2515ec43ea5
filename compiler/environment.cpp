// Which variables of the caller the program gets, and which it is given.
#include <array>

#include "compiler/lower.hpp"
#include "compiler/path_pattern.hpp"

namespace ward::compiler {
namespace {

using policy::KeepVariableStatement;
using policy::SetVariableStatement;
using policy::Word;

// Variables that make the loader, the C library or an interpreter run code or read files of the
// caller's choice (ld.so(8), iconv, bash(1), and each interpreter's manual).
constexpr std::array<std::string_view, 20> dangerous_names{
    "LD_PRELOAD",     "LD_LIBRARY_PATH", "LD_AUDIT",   "GCONV_PATH",    "GLIBC_TUNABLES",
    "LOCPATH",        "BASH_ENV",        "ENV",        "SHELLOPTS",     "PS4",
    "PROMPT_COMMAND", "PYTHONPATH",      "PYTHONHOME", "PYTHONSTARTUP", "PERL5LIB",
    "PERL5OPT",       "RUBYLIB",         "RUBYOPT",    "NODE_OPTIONS",  "JAVA_TOOL_OPTIONS"};

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_variable_name(std::string_view name, bool pattern) {
    if (name.empty() || !is_name_character(name.front()) || (name.front() >= '0' && name.front() <= '9')) return false;
    return std::all_of(name.begin(), name.end(), [&](char c) { return is_name_character(c) || (pattern && c == '*'); });
}

// The dangerous variable that a pattern lets through; empty if none is known.
std::string_view dangerous_match(std::string_view pattern) {
    const auto* found = std::find_if(dangerous_names.begin(), dangerous_names.end(),
                                     [&](std::string_view name) { return matches(pattern, name); });
    if (found != dangerous_names.end()) return *found;
    return pattern.starts_with("LD_") ? pattern : std::string_view{};
}

void warn_if_dangerous(const Word& word, std::string_view pattern, policy::Diagnostics& diagnostics) {
    const std::string_view name = dangerous_match(pattern);
    if (name.empty()) return;
    diagnostics
        .add(policy::slug::dangerous_variable, word.span,
             "the caller's `" + std::string(name) + "` reaches the program")
        .note("its value chooses code that the program runs before any of its own")
        .help("write the value that the program needs: `set " + std::string(name) + " \"VALUE\"`");
}

bool check_name(const Word& word, std::string_view name, bool pattern, policy::Diagnostics& diagnostics) {
    if (is_variable_name(name, pattern)) return true;
    policy::Diagnostic& wrong = diagnostics.add(policy::slug::bad_environment_name, word.span,
                                                "`" + std::string(name) + "` is no name of an environment variable");
    if (name.starts_with('*')) {
        wrong.note("a pattern that begins with `*` would keep variables that nobody thought of")
            .help("name the variables, for example `http_proxy, https_proxy`");
    } else {
        wrong.help("write letters, digits and `_`, for example `LC_" + std::string(pattern ? "*" : "ALL") + "`");
    }
    return false;
}

struct Keep {
    std::string pattern;
    policy::Span span;
    unsigned distance;
};

void collect_kept(Lowering& lowering, std::vector<Keep>& kept) {
    each<KeepVariableStatement>(lowering, [&](const KeepVariableStatement& keep, Place place) {
        for (const Word& word : keep.patterns) {
            auto pattern = place.scope.text(word);
            if (!pattern || !check_name(word, *pattern, true, lowering.diagnostics)) continue;
            warn_if_dangerous(word, *pattern, lowering.diagnostics);
            kept.push_back({*std::move(pattern), word.span, place.distance});
        }
    });
}

void lower_kept(Lowering& lowering, Environment& environment) {
    std::vector<Keep> kept;
    collect_kept(lowering, kept);
    std::stable_sort(kept.begin(), kept.end(), [](const Keep& a, const Keep& b) {
        return a.pattern != b.pattern ? a.pattern < b.pattern : a.distance < b.distance;
    });
    for (Keep& keep : kept) {
        const bool known = !environment.kept.empty() && environment.kept.back().pattern == keep.pattern;
        if (!known) {
            environment.kept.push_back({std::move(keep.pattern), {keep.span}});
            continue;
        }
        Environment::Kept& before = environment.kept.back();
        if (before.origins.back().file == keep.span.file) {
            warn_duplicate(lowering.diagnostics, keep.pattern, before.origins.back(), keep.span);
        }
        before.origins.push_back(keep.span);
    }
}

void lower_set(Lowering& lowering, Environment& environment) {
    std::map<std::string, std::vector<Candidate<std::string>>> candidates;
    each<SetVariableStatement>(lowering, [&](const SetVariableStatement& set, Place place) {
        const bool valid = check_name(set.name, set.name.text, false, lowering.diagnostics);
        auto value = place.scope.text(set.value);
        if (valid && value) candidates[set.name.text].push_back({*std::move(value), set.span, place.distance});
    });
    for (auto& [name, values] : candidates) {
        auto stated = nearest(std::move(values), name, lowering.diagnostics);
        if (stated) environment.set[name] = {std::move(stated->value), std::move(stated->origins)};
    }
}

}  // namespace

void lower_environment(Lowering& lowering, Jail& jail) {
    lower_kept(lowering, jail.environment);
    lower_set(lowering, jail.environment);
}

}  // namespace ward::compiler
