#include "compiler/argument_values.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "policy/similar_name.hpp"

namespace ward::compiler {
namespace {

using policy::Diagnostic;
using policy::Diagnostics;
using policy::Word;

using policy::quoted;

// "an address family", "open flags"
std::string with_article(std::string_view words) {
    if (words.ends_with('s')) return std::string(words);
    const bool is_vowel = !words.empty() && std::string_view("aeioAEIO").find(words.front()) != std::string_view::npos;
    return (is_vowel ? "an " : "a ") + std::string(words);
}

// "is an address family", "holds open flags"
std::string predicate(const Argument& argument) {
    if (argument.family == Family::none) return "is compared with numbers";
    const std::string_view words = family_row(argument.family).words;
    return (words.ends_with('s') ? "holds " : "is ") + with_article(words);
}

// The one that people know best is mostly the first one that the kernel had.
std::string_view example_of(Abi abi, Family family) {
    const Constant* example = nullptr;
    for (const Constant& constant : constants()) {
        if (!constant.abis.contains(abi) || !membership(constant, family)) continue;
        const bool is_better =
            !example || (constant.value > 0 && (example->value <= 0 || constant.value <= example->value));
        if (is_better) example = &constant;
    }
    return example ? example->name : std::string_view();
}

// The constants that an argument may be compared with.
std::vector<std::string_view> constants_of(Abi abi, Family family) {
    std::vector<std::string_view> names;
    for (const Constant& constant : constants())
        if (constant.abis.contains(abi) && (family == Family::none || membership(constant, family)))
            names.push_back(constant.name);
    return names;
}

// ---- numbers

struct Number {
    bool is_negative = false;
    bool is_bits = false;  // hexadecimal or octal: a pattern of bits more than a quantity
    bool is_huge = false;  // more than 64 bits
    std::uint64_t magnitude = 0;
};

bool is_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

// As C writes them: 12, 0x1f, 017. Absent if it is no number.
std::optional<Number> read_number(std::string_view text) {
    Number number;
    if (text.starts_with('-')) {
        number.is_negative = true;
        text.remove_prefix(1);
    }
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() > 1 && text.front() == '0') {
        base = 8;
        text.remove_prefix(1);
    }
    number.is_bits = base != 10;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number.magnitude, base);
    if (rest != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
    number.is_huge = error == std::errc::result_out_of_range;
    return number;
}

struct Range {
    std::uint64_t least_magnitude;  // of negative values
    std::uint64_t greatest;
};

Range range_of(const ArgumentPlace& place, bool as_bits) {
    const std::uint64_t all = all_bits_of(place);
    const std::uint64_t half = all / 2;
    if (!place.argument.is_signed) return {0, all};
    return {half + 1, as_bits ? all : half};
}

// The manual pages say -1 for "no descriptor" and "leave the owner", whatever the kernel's type is.
bool has_minus_one(const Argument& argument) {
    return !argument.is_signed &&
           (argument.kind == Kind::descriptor || argument.kind == Kind::uid || argument.kind == Kind::gid);
}

std::string hexadecimal(std::uint64_t value) {
    char text[19] = "0x";
    return {text, std::to_chars(text + 2, text + sizeof text, value, 16).ptr};
}

void report_misfit(const Word& word, const std::string& text, const ArgumentPlace& place, Diagnostics& diagnostics) {
    const std::uint64_t all = all_bits_of(place);
    const std::string bits = std::to_string(argument_bits(place.argument, place.abi));
    const Range range = range_of(place, false);
    const std::string least = range.least_magnitude == 0 ? "0" : "-" + std::to_string(range.least_magnitude);
    const auto number = read_number(text);
    const bool is_all_ones = number && !number->is_huge && number->is_negative && number->magnitude <= all / 2 + 1;
    const std::string help = is_all_ones
                                 ? "write " + quoted(hexadecimal((0 - number->magnitude) & all)) + " for these bits"
                                 : "write a value from " + least + " to " + std::to_string(range.greatest);
    diagnostics
        .add(policy::slug::value_does_not_fit, word.span, quoted(text) + " does not fit " + quoted(place.written))
        .label(place.argument.is_signed ? bits + " bits with a sign" : bits + " bits without a sign")
        .note("of `" + std::string(place.argument.name) + "` of `" + std::string(place.call.name) + "` on " +
              std::string(abi_name(place.abi)) + " the kernel looks at these bits and ignores all others")
        .help(help);
}

std::optional<ArgumentValue> number_value(const Word& word, const std::string& text, const ArgumentPlace& place,
                                          bool in_order, Diagnostics& diagnostics) {
    const auto number = read_number(text);
    if (!number) {
        diagnostics.add(policy::slug::bad_value, word.span, quoted(text) + " is no number")
            .note("numbers are decimal, `0x` and hexadecimal digits, or `0` and octal digits")
            .help("write a number, for example `0x1f`");
        return std::nullopt;
    }
    Range range = range_of(place, number->is_bits && !in_order);
    if (!in_order && has_minus_one(place.argument)) range.least_magnitude = 1;
    if (number->is_huge || number->magnitude > (number->is_negative ? range.least_magnitude : range.greatest)) {
        report_misfit(word, text, place, diagnostics);
        return std::nullopt;
    }
    const std::uint64_t value = number->is_negative ? 0 - number->magnitude : number->magnitude;
    const std::uint64_t cut = value & all_bits_of(place);
    return ArgumentValue{cut, cut, false, true};
}

// ---- constants

// The argument of the call that a constant is for, or null.
const Argument* argument_for(const Constant& constant, const Prototype& call) {
    const auto fits = [&](const Argument& argument) {
        return argument.family != Family::none && membership(constant, argument.family);
    };
    const auto found = std::find_if(call.arguments.begin(), call.arguments.end(), fits);
    return found != call.arguments.end() ? &*found : nullptr;
}

std::string help_for(const ArgumentPlace& place) {
    if (place.argument.family == Family::none) return "write a number";
    return "write " + with_article(family_row(place.argument.family).words) + ", for example " +
           quoted(example_of(place.abi, place.argument.family));
}

void report_wrong(const Word& word, const Constant& constant, const ArgumentPlace& place, Diagnostics& diagnostics) {
    const std::string family = with_article(family_row(constant.families.front().family).words);
    Diagnostic& diagnostic = diagnostics.add(
        policy::slug::wrong_constant, word.span,
        quoted(constant.name) + " is no value of " + quoted(place.written) + ", which " + predicate(place.argument));
    diagnostic.label(family).note("every constant belongs to the arguments that the kernel reads it from");
    const Argument* const right = argument_for(constant, place.call);
    if (!right) {
        diagnostic.help(help_for(place));
        return;
    }
    const bool is_flags = right->kind == Kind::flags || right->kind == Kind::mode;
    const std::string_view name = right->alias.empty() ? right->name : right->alias;
    diagnostic.help("write " + quoted(std::string(name) + (is_flags ? " has " : " == ") + std::string(constant.name)));
}

// Names of the right family come first: of the others only what is written almost the same.
void report_unknown(const Word& word, const std::string& text, const ArgumentPlace& place, Diagnostics& diagnostics) {
    const Family family = place.argument.family;
    std::string upper = text;
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    std::vector<std::string> similar;
    for (const Family among : {family, Family::none})
        for (const std::string& name : {text, upper})
            if (similar.empty()) similar = policy::similar_names(name, constants_of(place.abi, among));
    Diagnostic& diagnostic =
        diagnostics.add(policy::slug::unknown_constant, word.span, "unknown constant " + quoted(text));
    diagnostic.label(quoted(place.written) + " " + predicate(place.argument));
    diagnostic.help(similar.empty() ? help_for(place)
                                    : "a constant with a similar name exists: " + policy::quoted_list(similar));
}

void report_elsewhere(const Word& word, const Constant& constant, const ArgumentPlace& place,
                      Diagnostics& diagnostics) {
    std::string abis;
    for (const Abi abi : every_abi_listed)
        if (find_constant(abi, constant.name)) abis.append(abis.empty() ? "" : ", ").append(abi_name(abi));
    diagnostics
        .add(policy::slug::constant_not_on_abi, word.span,
             quoted(constant.name) + " does not exist on " + std::string(abi_name(place.abi)))
        .label("has no value there")
        .note("it exists on " + abis)
        .help(help_for(place));
}

// Of several values of the same bits, as the types of sockets are.
bool is_field(const Constant& constant, const Membership& place, std::uint64_t all) {
    const std::uint64_t mask = place.mask & all;
    if (mask != (static_cast<std::uint64_t>(constant.value) & all)) return true;
    if ((mask & (mask - 1)) == 0) return false;
    return std::any_of(constants().begin(), constants().end(), [&](const Constant& other) {
        const Membership* const same = membership(other, place.family);
        return same && same->mask == place.mask && other.value != constant.value;
    });
}

// All of its bits are flags of their own, as `S_IRWXO` is the three rights of others; `O_TMPFILE` has a
// bit without a name and is a flag for itself.
bool is_union(Abi abi, const Constant& constant, Family family) {
    const auto value = static_cast<std::uint64_t>(constant.value);
    std::uint64_t named = 0;
    for (const Constant& other : constants()) {
        const auto bits = static_cast<std::uint64_t>(other.value);
        if (bits != value && (bits & ~value) == 0 && other.abis.contains(abi) && membership(other, family))
            named |= bits;
    }
    return named == value;
}

std::optional<ArgumentValue> constant_value(const Word& word, const Constant& constant, const Membership& family,
                                            const ArgumentPlace& place, Diagnostics& diagnostics) {
    const std::uint64_t all = all_bits_of(place);
    const auto value = static_cast<std::uint64_t>(constant.value);
    const std::uint64_t magnitude = constant.value < 0 ? 0 - value : value;
    if (magnitude > (constant.value < 0 ? all / 2 + 1 : all)) {
        report_misfit(word, std::string(constant.name), place, diagnostics);
        return std::nullopt;
    }
    const std::uint64_t cut = value & all;
    const std::uint64_t mask = family.mask & all;
    const bool is_one_flag = mask == cut && (cut & (cut - 1)) == 0;
    const bool is_of_field = !is_one_flag && is_field(constant, family, all);
    return ArgumentValue{cut, mask, is_of_field,
                         !is_of_field && !is_one_flag && is_union(place.abi, constant, family.family)};
}

}  // namespace

std::uint64_t all_bits_of(const ArgumentPlace& place) {
    return ~std::uint64_t{0} >> (64 - argument_bits(place.argument, place.abi));
}

std::optional<ArgumentValue> resolve_value(const Word& word, const std::string& text, const ArgumentPlace& place,
                                           bool in_order, Diagnostics& diagnostics) {
    if (is_number(text)) return number_value(word, text, place, in_order, diagnostics);
    const Constant* const constant = find_constant(place.abi, text);
    if (!constant) {
        const auto same = std::find_if(constants().begin(), constants().end(),
                                       [&](const Constant& other) { return other.name == text; });
        if (same != constants().end())
            report_elsewhere(word, *same, place, diagnostics);
        else
            report_unknown(word, text, place, diagnostics);
        return std::nullopt;
    }
    const Family family = place.argument.family;
    const Membership* const member = family != Family::none ? membership(*constant, family) : nullptr;
    if (!member) {
        report_wrong(word, *constant, place, diagnostics);
        return std::nullopt;
    }
    return constant_value(word, *constant, *member, place, diagnostics);
}

}  // namespace ward::compiler
