#include "compiler/parameter_types.hpp"

#include <algorithm>
#include <array>

#include "compiler/values.hpp"

namespace ward::compiler {
namespace {

template <Unit unit>
bool is_amount(std::string_view text) {
    return parse_value(unit, text).has_value();
}

bool is_flag(std::string_view text) {
    return text == "true" || text == "false";
}

bool is_path(std::string_view text) {
    return text.starts_with('/') || text == "~" || text.starts_with("~/");
}

bool is_port(std::string_view text) {
    const auto port = parse_value(Unit::count, text);
    return port && *port >= 1 && *port <= 65535;
}

bool is_plain_name(std::string_view text) {
    const auto belongs = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
               c == '.';
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), belongs);
}

constexpr std::array types{
    ParameterType{"path", is_path, "/srv/data"},
    ParameterType{"size", is_amount<Unit::size>, "512M"},
    ParameterType{"duration", is_amount<Unit::duration>, "30s"},
    ParameterType{"count", is_amount<Unit::count>, "64"},
    ParameterType{"port", is_port, "8080"},
    ParameterType{"name", is_plain_name, "web"},
    ParameterType{"flag", is_flag, "true"},
};

}  // namespace

std::span<const ParameterType> parameter_types() {
    return types;
}

const ParameterType* find_parameter_type(std::string_view name) {
    const auto* found = std::find_if(types.begin(), types.end(), [&](const auto& type) { return type.name == name; });
    return found == types.end() ? nullptr : found;
}

bool same_value(std::string_view type, std::string_view a, std::string_view b) {
    if (a == b) return true;
    const auto same = [&](Unit unit) {
        const auto first = parse_value(unit, a);
        return first && first == parse_value(unit, b);
    };
    if (type == "size") return same(Unit::size);
    if (type == "duration") return same(Unit::duration);
    return (type == "count" || type == "port") && same(Unit::count);
}

policy::Diagnostic& report_wrong_type(policy::Diagnostics& diagnostics, policy::Span value_span, std::string_view value,
                                      const ParameterType& type) {
    return diagnostics
        .add(policy::slug::bad_value, value_span, "`" + std::string(value) + "` is no " + std::string(type.name))
        .help("write for example `" + std::string(type.example) + "`");
}

}  // namespace ward::compiler
