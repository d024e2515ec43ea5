#include "compiler/path_pattern.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace ward::compiler {
namespace {

// `[...]` at the front of `pattern`, which is moved behind it. An unclosed bracket matches itself.
bool match_bracket(std::string_view& pattern, char character) {
    const bool negated = pattern.size() > 1 && (pattern[1] == '!' || pattern[1] == '^');
    const std::size_t begin = negated ? 2 : 1;
    const auto end = pattern.find(']', begin + 1);
    if (end == std::string_view::npos) {
        pattern.remove_prefix(1);
        return character == '[';
    }
    const std::string_view set = pattern.substr(begin, end - begin);
    pattern.remove_prefix(end + 1);
    bool found = false;
    for (std::size_t i = 0; i < set.size(); ++i) {
        if (i + 2 < set.size() && set[i + 1] == '-') {
            found |= set[i] <= character && character <= set[i + 2];
            i += 2;
        } else {
            found |= set[i] == character;
        }
    }
    return found != negated;
}

// One character other than `*`; `pattern` is moved behind what matched it.
bool match_one(std::string_view& pattern, char character) {
    if (pattern.front() == '[') return match_bracket(pattern, character);
    if (pattern.front() == '?') {
        pattern.remove_prefix(1);
        return true;
    }
    if (pattern.front() == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
    const bool same = pattern.front() == character;
    pattern.remove_prefix(1);
    return same;
}

// Linear in pattern times name: only the last `*` is ever tried again.
bool match_rest(std::string_view pattern, std::string_view name) {
    std::string_view after_star;
    std::string_view star_name;
    bool has_star = false;
    while (!name.empty() || !pattern.empty()) {
        if (!pattern.empty() && pattern.front() == '*') {
            pattern.remove_prefix(1);
            after_star = pattern;
            star_name = name;
            has_star = true;
            continue;
        }
        if (!pattern.empty() && !name.empty() && match_one(pattern, name.front())) {
            name.remove_prefix(1);
            continue;
        }
        if (!has_star || star_name.empty()) return false;
        star_name.remove_prefix(1);
        name = star_name;
        pattern = after_star;
    }
    return true;
}

}  // namespace

bool names_dot(std::string_view pattern) {
    return !pattern.empty() && (pattern.front() == '.' || pattern.substr(0, 2) == "\\.");
}

std::vector<PatternStep> steps_of(std::string_view pattern) {
    std::vector<PatternStep> steps;
    while (!pattern.empty()) {
        PatternStep step;
        std::string_view rest = pattern.substr(1);
        step.repeats = pattern.front() == '*';
        for (unsigned character = 0; character < step.characters.size(); ++character) {
            if (!step.repeats) rest = pattern;
            step.characters[character] = step.repeats || match_one(rest, static_cast<char>(character));
        }
        steps.push_back(step);
        pattern = rest;
    }
    return steps;
}

std::vector<std::string_view> names_of(std::string_view path) {
    std::vector<std::string_view> names;
    while (!path.empty()) {
        const std::size_t slash = std::min(path.find('/'), path.size());
        if (slash != 0) names.push_back(path.substr(0, slash));
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return names;
}

bool matches(std::string_view pattern, std::string_view name) {
    if (!name.empty() && name.front() == '.' && !names_dot(pattern)) return false;
    return match_rest(pattern, name);
}

bool has_wildcard(std::string_view pattern) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\')
            ++i;
        else if (pattern[i] == '*' || pattern[i] == '?' || pattern[i] == '[')
            return true;
    }
    return false;
}

bool matches_path(std::string_view pattern, std::string_view path) {
    const std::vector<std::string_view> names = names_of(path);
    // reached[n]: the parts so far match the first n names.
    std::vector<bool> reached(names.size() + 1, false);
    reached[0] = true;
    for (const std::string_view part : names_of(pattern)) {
        std::vector<bool> next(names.size() + 1, false);
        for (std::size_t n = 0; n <= names.size(); ++n) {
            if (part == "**")
                next[n] = reached[n] || (n != 0 && next[n - 1] && names[n - 1].front() != '.');
            else
                next[n] = n != 0 && reached[n - 1] && matches(part, names[n - 1]);
        }
        reached = std::move(next);
    }
    return reached.back();
}

}  // namespace ward::compiler
