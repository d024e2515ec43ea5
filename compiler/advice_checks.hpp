// What the checks of advice.cpp share. Each check is a function that adds diagnostics of one kind.
#pragma once

#include <optional>
#include <string_view>

#include "compiler/lower.hpp"

namespace ward::compiler {

struct Advice {
    Lowering& lowering;
    const Jail& jail;

    [[nodiscard]] policy::Diagnostics& diagnostics() const { return lowering.diagnostics; }
    // The nearest place in the policy itself; absent if only policies that it uses say so.
    [[nodiscard]] std::optional<policy::Span> own(const Origins& origins) const;
    // Some statement allows it, if only with a condition. The name is one of the table.
    [[nodiscard]] bool is_allowed(std::string_view call) const;
    [[nodiscard]] bool keeps(std::string_view capability) const;
};

// advice_files.cpp
void warn_protected(const Advice& advice);
void warn_secrets(const Advice& advice);
void warn_private_size(const Advice& advice);

// advice_calls.cpp
void warn_missing_calls(const Advice& advice);
void warn_missing_capabilities(const Advice& advice);
void warn_useless_capabilities(const Advice& advice);

}  // namespace ward::compiler
