#include "sandbox/pressure.hpp"

#include <charconv>
#include <string>

namespace ward::sandbox {
namespace {

// `some avg10=0.00 avg60=0.00 avg300=0.00 total=1234`
std::optional<std::uint64_t> total_of(std::string_view text, std::string_view kind) {
    const std::string line_start = std::string(kind) + " avg10=";
    const auto line = text.find(line_start);
    if (line == std::string_view::npos) return std::nullopt;
    constexpr std::string_view key = " total=";
    const auto at = text.find(key, line);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view digits = text.substr(at + key.size());
    std::uint64_t total = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), total);
    if (error != std::errc()) return std::nullopt;
    return total;
}

}  // namespace

std::optional<Pressure> parse_pressure(std::string_view text) {
    const auto some = total_of(text, "some");
    if (!some) return std::nullopt;
    return Pressure{*some, total_of(text, "full")};
}

}  // namespace ward::sandbox
