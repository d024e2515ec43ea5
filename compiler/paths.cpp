#include "compiler/paths.hpp"

namespace ward::compiler {
namespace {

using policy::Word;

// Calls take(component) for each name between slashes.
template <typename Take>
void each_component(std::string_view path, const Take& take) {
    while (!path.empty()) {
        const std::size_t slash = std::min(path.find('/'), path.size());
        take(path.substr(0, slash));
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
}

bool is_below_tilde(std::string_view pattern) {
    return pattern == "~" || pattern.starts_with("~/");
}

// True if there is no path here; an error has been reported if one should be.
bool lacks_value(Lowering& lowering, const Word& word, const Expansion& expansion, PathUse use) {
    if (expansion.empty_variable.empty()) return false;
    if (use.optional || expansion.empty_variable == "program") return true;
    const std::string variable = "`$" + std::string(expansion.empty_variable) + "`";
    lowering.diagnostics.add(policy::slug::empty_variable, word.span, variable + " has no value here")
        .help("put a `?` after the statement's word, so that it counts only where " + variable + " has a value");
    return true;
}

bool check_form(Lowering& lowering, const Word& word, const std::string& path, bool is_glob, PathUse use) {
    if (!path.starts_with('/')) {
        lowering.diagnostics
            .add(policy::slug::path_not_absolute, word.span, "`" + literal(path) + "` is no absolute path")
            .help(path.starts_with('~') ? "write the whole path: only `~/` has a meaning, your own home folder"
                                        : "write `$cwd/" + literal(path) + "` for a path below the working folder");
        return false;
    }
    if (is_glob && !use.globs) {
        lowering.diagnostics.add(policy::slug::glob_not_allowed, word.span, "a pattern cannot stand here")
            .note("only the paths after `read`, `write`, `execute`, `hide` and `protect` may hold `*`, `?` or `[]`")
            .help("write `\"" + word.text + "\"` if the characters are part of a name");
        return false;
    }
    bool whole = true;
    each_component(path, [&](std::string_view name) {
        whole = whole && (name == "**" || !is_glob || name.find("**") == std::string_view::npos);
    });
    if (!whole) {
        lowering.diagnostics.add(policy::slug::bad_value, word.span, "`**` stands for whole folders")
            .help("write `*` within a name, and `**` alone between two slashes");
    }
    return whole;
}

}  // namespace

std::optional<std::string> normalised(std::string_view absolute_path) {
    std::string result;
    result.reserve(absolute_path.size());
    bool dotdot = false;
    each_component(absolute_path, [&](std::string_view name) {
        dotdot = dotdot || name == "..";
        if (!name.empty() && name != ".") result.append("/").append(name);
    });
    if (dotdot) return std::nullopt;
    if (result.empty()) result = "/";
    return result;
}

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

bool is_at_or_below(std::string_view path, std::string_view folder) {
    if (folder == "/") return path.starts_with('/');
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::string moved(std::string_view path, std::string_view from, std::string_view to) {
    const std::string_view rest = from == "/" ? path : path.substr(from.size());
    if (rest.empty() || rest == "/") return std::string(to);
    return (to == "/" ? std::string() : std::string(to)).append(rest);
}

std::optional<LoweredPath> lower_path(Lowering& lowering, const Word& word, Scope& scope, PathUse use) {
    auto expansion = scope.expand(word);
    if (!expansion) return std::nullopt;
    std::string& pattern = expansion->pattern;
    if (is_below_tilde(pattern)) {
        pattern.replace(0, 1, as_pattern(lowering.facts.home));
        if (lowering.facts.home.empty()) expansion->empty_variable = "home";
    }
    if (lacks_value(lowering, word, *expansion, use)) return std::nullopt;
    if (!check_form(lowering, word, pattern, expansion->has_glob, use)) return std::nullopt;
    auto path = normalised(pattern);
    if (!path) {
        lowering.diagnostics.add(policy::slug::path_with_dotdot, word.span, "`" + literal(pattern) + "` holds `..`")
            .note("where `..` leads depends on symbolic links that may change")
            .help("write the path without `..`");
        return std::nullopt;
    }
    return LoweredPath{expansion->has_glob ? *std::move(path) : literal(*path), expansion->has_glob};
}

}  // namespace ward::compiler
