// What `ward compile` writes, apart from the command line: a filter in each of its forms.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/disassembly.hpp"
#include "compiler/jail.hpp"
#include "policy/source.hpp"

namespace ward::cli {

// A filter that has been proved, and where it comes from.
struct CompiledFilter {
    const compiler::Jail& jail;
    const policy::Sources& sources;
    const compiler::FilterMap& map;
    bool forbids_exec;
};

struct FilterForm {
    std::string_view name;  // after --emit
    std::string (*text)(const CompiledFilter& filter);
    bool is_binary;
};

[[nodiscard]] std::span<const FilterForm> filter_forms();

}  // namespace ward::cli
