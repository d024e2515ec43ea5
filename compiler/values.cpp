#include "compiler/values.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace ward::compiler {
namespace {

struct Suffix {
    std::string_view text;
    std::uint64_t factor;
};

// Greatest first: format_value() takes the first that divides.
constexpr std::array size_suffixes{Suffix{"T", std::uint64_t{1} << 40}, Suffix{"G", std::uint64_t{1} << 30},
                                   Suffix{"M", std::uint64_t{1} << 20}, Suffix{"K", std::uint64_t{1} << 10}};
constexpr std::array duration_suffixes{Suffix{"h", 3'600'000}, Suffix{"m", 60'000}, Suffix{"s", 1'000},
                                       Suffix{"ms", 1}};

std::optional<std::uint64_t> parse_digits(std::string_view text, int base = 10) {
    std::uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number, base);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return number;
}

std::optional<std::uint64_t> multiplied(std::uint64_t number, std::uint64_t factor) {
    if (number > std::numeric_limits<std::uint64_t>::max() / factor) return std::nullopt;
    return number * factor;
}

std::optional<std::uint64_t> parse_with_suffix(std::string_view text, std::span<const Suffix> suffixes) {
    const std::size_t digits = text.find_first_not_of("0123456789");
    if (digits == std::string_view::npos || digits == 0) return std::nullopt;
    for (const Suffix& suffix : suffixes) {
        if (text.substr(digits) != suffix.text) continue;
        const auto number = parse_digits(text.substr(0, digits));
        return number ? multiplied(*number, suffix.factor) : std::nullopt;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> parse_thousandths(std::string_view text) {
    const std::size_t point = text.find('.');
    const auto whole = parse_digits(text.substr(0, point));
    if (!whole || *whole > 1'000'000'000) return std::nullopt;
    if (point == std::string_view::npos) return *whole * 1000;
    const std::string_view decimals = text.substr(point + 1);
    const auto fraction = parse_digits(decimals);
    if (!fraction || decimals.size() > 3) return std::nullopt;
    std::uint64_t thousandths = *fraction;
    for (std::size_t digit = decimals.size(); digit < 3; ++digit) thousandths *= 10;
    return *whole * 1000 + thousandths;
}

std::string format_with_suffix(std::uint64_t value, std::span<const Suffix> suffixes) {
    if (value == 0) return "0";
    for (const Suffix& suffix : suffixes) {
        if (value % suffix.factor == 0) return std::to_string(value / suffix.factor).append(suffix.text);
    }
    return std::to_string(value);
}

std::string format_thousandths(std::uint64_t value) {
    std::string text = std::to_string(value / 1000);
    if (value % 1000 == 0) return text;
    std::string decimals = std::to_string(1000 + value % 1000).substr(1);
    decimals.erase(decimals.find_last_not_of('0') + 1);
    return text.append(".").append(decimals);
}

}  // namespace

std::optional<std::uint64_t> parse_value(Unit unit, std::string_view text) {
    if (text == "0") return 0;
    switch (unit) {
        case Unit::size:
            return parse_with_suffix(text, size_suffixes);
        case Unit::duration:
            return parse_with_suffix(text, duration_suffixes);
        case Unit::count:
            return parse_digits(text);
        case Unit::cpu:
            return parse_thousandths(text);
    }
    return std::nullopt;
}

std::optional<Range> parse_range(std::string_view text) {
    const std::size_t dots = text.find("..");
    const auto first = parse_digits(text.substr(0, dots));
    const auto last = dots == std::string_view::npos ? first : parse_digits(text.substr(dots + 2));
    if (!first || !last) return std::nullopt;
    return Range{*first, *last};
}

std::optional<unsigned> parse_mode(std::string_view text) {
    if (text.size() < 3 || text.size() > 4) return std::nullopt;
    const auto mode = parse_digits(text, 8);
    return mode ? std::optional(static_cast<unsigned>(*mode)) : std::nullopt;
}

std::string format_value(Unit unit, std::uint64_t value) {
    switch (unit) {
        case Unit::size:
            return format_with_suffix(value, size_suffixes);
        case Unit::duration:
            return format_with_suffix(value, duration_suffixes);
        case Unit::count:
            break;
        case Unit::cpu:
            return format_thousandths(value);
    }
    return std::to_string(value);
}

std::string_view unit_name(Unit unit) {
    switch (unit) {
        case Unit::size:
            return "size";
        case Unit::duration:
            return "duration";
        case Unit::count:
            return "number";
        case Unit::cpu:
            return "number of processors";
    }
    return "value";
}

std::string_view unit_form(Unit unit) {
    switch (unit) {
        case Unit::size:
            return "a number with a unit, for example `512M` or `1G`";
        case Unit::duration:
            return "a number with a unit, for example `250ms`, `30s` or `10m`";
        case Unit::count:
            return "a whole number, for example `64`";
        case Unit::cpu:
            return "a number of processors, for example `2` or `0.5`";
    }
    return "another value";
}

}  // namespace ward::compiler
