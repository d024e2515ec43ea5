#include "compiler/call_arguments.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "policy/similar_name.hpp"

namespace ward::compiler {
namespace {

using policy::Diagnostic;
using policy::Diagnostics;
using policy::Word;

constexpr std::string_view unnamed = "_";

using policy::quoted;

// What people know an argument as.
std::string_view known_name(const Argument& argument) {
    return argument.alias.empty() ? argument.name : argument.alias;
}

std::string pattern_text(std::string_view call, const std::vector<std::string_view>& names) {
    std::string text(call);
    const char* separator = "(";
    for (const std::string_view name : names) {
        text.append(separator).append(name);
        separator = ", ";
    }
    return text + (names.empty() ? "()" : ")");
}

std::vector<std::string_view> known_names(const Prototype& call) {
    std::vector<std::string_view> names;
    for (const Argument& argument : call.arguments) names.push_back(known_name(argument));
    return names;
}

void report_too_many(const CallPlace& place, const Word& first, Diagnostics& diagnostics) {
    const std::size_t count = place.call.arguments.size();
    const std::string has =
        count == 0 ? "no arguments" : std::to_string(count) + (count == 1 ? " argument" : " arguments");
    diagnostics.add(policy::slug::too_many_arguments, first.span, quoted(place.pattern.name.text) + " has " + has)
        .label("no such argument")
        .help("write " + quoted(pattern_text(place.pattern.name.text, known_names(place.call))));
}

void report_twice(const Word& name, const Word& first, Diagnostics& diagnostics) {
    diagnostics.add(policy::slug::duplicate_argument, name.span, quoted(name.text) + " names two arguments")
        .label("the second")
        .also(first.span, "the first")
        .help("write `_` for an argument that the condition does not look at");
}

// The kernel's name of one argument at the place of another: the condition would be about the wrong one.
void report_misplaced(const CallPlace& place, const Word& name, const Argument& here, Diagnostics& diagnostics) {
    diagnostics
        .add(policy::slug::misplaced_argument, name.span,
             quoted(name.text) + " is another argument of " + quoted(place.pattern.name.text))
        .label("the place of " + quoted(known_name(here)))
        .help("write " + quoted(pattern_text(place.pattern.name.text, known_names(place.call))));
}

bool check_name(const CallPlace& place, std::size_t index, Diagnostics& diagnostics) {
    const std::vector<Word>& names = place.pattern.arguments->names;
    const Word& name = names[index];
    if (name.text == unnamed) return true;
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(index);
    const auto same = std::find_if(names.begin(), end, [&](const Word& other) { return other.text == name.text; });
    if (same != end) {
        report_twice(name, *same, diagnostics);
        return false;
    }
    const Argument& here = place.call.arguments[index];
    const Argument* const known = find_argument(place.call, name.text);
    if (!known || known == &here) return true;
    report_misplaced(place, name, here, diagnostics);
    return false;
}

// The parentheses with the name of one more argument, if its place is free; else empty.
std::string with_name(const CallPlace& place, const Argument& argument) {
    std::vector<std::string_view> names;
    for (const Word& name : place.pattern.arguments->names) names.push_back(name.text);
    const auto index = static_cast<std::size_t>(&argument - place.call.arguments.data());
    if (index >= names.size()) names.resize(index + 1, unnamed);
    if (names[index] != unnamed) return {};
    names[index] = known_name(argument);
    return pattern_text(place.pattern.name.text, names);
}

// The names that a condition may use.
std::vector<std::string_view> usable_names(const CallPlace& place) {
    std::vector<std::string_view> names;
    if (place.pattern.arguments) {
        for (const Word& name : place.pattern.arguments->names)
            if (name.text != unnamed) names.push_back(name.text);
        return names;
    }
    for (const Argument& argument : place.call.arguments) {
        names.push_back(argument.name);
        if (!argument.alias.empty()) names.push_back(argument.alias);
    }
    return names;
}

void report_unknown(const Word& name, const CallPlace& place, Diagnostics& diagnostics) {
    const std::string call = quoted(place.pattern.name.text);
    if (place.call.arguments.empty()) {
        diagnostics.add(policy::slug::unknown_argument, name.span, call + " has no arguments")
            .label("cannot be looked at")
            .help("remove the condition");
        return;
    }
    Diagnostic& diagnostic =
        diagnostics.add(policy::slug::unknown_argument, name.span, call + " has no argument " + quoted(name.text));
    const Argument* const hidden = place.pattern.arguments ? find_argument(place.call, name.text) : nullptr;
    const std::string corrected = hidden ? with_name(place, *hidden) : std::string();
    diagnostic.label(hidden ? "not named in the parentheses" : "not an argument of " + call);
    if (!corrected.empty()) {
        diagnostic.help("write " + quoted(corrected));
        return;
    }
    const auto names = usable_names(place);
    const auto similar = policy::similar_names(name.text, names);
    if (!similar.empty())
        diagnostic.help("an argument with a similar name exists: " + policy::quoted_list(similar));
    else
        diagnostic.help("its arguments are " + quoted(pattern_text(place.pattern.name.text, known_names(place.call))));
}

}  // namespace

bool check_pattern(const CallPlace& place, Diagnostics& diagnostics) {
    if (!place.pattern.arguments) return true;
    const std::vector<Word>& names = place.pattern.arguments->names;
    const std::size_t count = place.call.arguments.size();
    bool is_right = true;
    for (std::size_t index = 0; index < std::min(names.size(), count); ++index)
        is_right &= check_name(place, index, diagnostics);
    if (names.size() <= count) return is_right;
    report_too_many(place, names[count], diagnostics);
    return false;
}

const Argument* argument_named(const Word& name, const CallPlace& place, Diagnostics& diagnostics) {
    if (!place.pattern.arguments) {
        if (const Argument* const found = find_argument(place.call, name.text)) return found;
    } else if (name.text != unnamed) {
        const auto& names = place.pattern.arguments->names;
        const auto found =
            std::find_if(names.begin(), names.end(), [&](const Word& other) { return other.text == name.text; });
        if (found != names.end()) return &place.call.arguments[static_cast<std::size_t>(found - names.begin())];
    }
    report_unknown(name, place, diagnostics);
    return nullptr;
}

}  // namespace ward::compiler
