// The processors that a program may run on: `cpu-set 0..3, 6`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/jail.hpp"
#include "compiler/lower.hpp"

namespace ward::compiler {

inline constexpr std::string_view cpu_set_name = "cpu-set";

// The nearest one; absent if no policy states one, and after an error.
[[nodiscard]] std::optional<CpuSet> lower_cpu_set(Lowering& lowering);

// As a policy writes it: `0..3, 6`.
[[nodiscard]] std::string format_cpu_set(const CpuSet& set);

// How many processors it holds.
[[nodiscard]] std::size_t size_of(const CpuSet& set);

}  // namespace ward::compiler
