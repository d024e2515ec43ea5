// The types that a `param` can have: which values they take, and when two values are the same.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "policy/diagnostic.hpp"

namespace ward::compiler {

struct ParameterType {
    std::string_view name;
    bool (*accepts)(std::string_view value);
    std::string_view example;  // for messages
};

[[nodiscard]] std::span<const ParameterType> parameter_types();
// Null for a type that does not exist.
[[nodiscard]] const ParameterType* find_parameter_type(std::string_view name);

// True for two ways to write one value of this type: `1G` and `1024M`.
[[nodiscard]] bool same_value(std::string_view type, std::string_view a, std::string_view b);

// An error at the value; `type` does not accept it.
policy::Diagnostic& report_wrong_type(policy::Diagnostics& diagnostics, policy::Span value_span, std::string_view value,
                                      const ParameterType& type);

}  // namespace ward::compiler
