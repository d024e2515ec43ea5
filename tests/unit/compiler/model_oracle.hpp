// What a FilterModel says about one call, read straight from the model. For tests only.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "compiler/filter.hpp"

namespace ward::compiler::test {

// The SECCOMP_RET_* value that a program of `model` must return.
[[nodiscard]] std::uint32_t expected(const FilterModel& model, const EmitOptions& options, const seccomp_data& data);

// A native call; arguments that are not given are 0.
[[nodiscard]] seccomp_data native_call(std::uint32_t number, std::span<const std::uint64_t> arguments = {});

// Compares program and model for every number of the table and around its borders, and for each value of
// boundary_values() in each argument that the model looks at, in all combinations. Empty: they agree;
// otherwise the first call for which they do not.
[[nodiscard]] std::string disagreement(std::span<const sock_filter> program, const FilterModel& model,
                                       const EmitOptions& options);

// 0, 1, the powers of two where widths end with their neighbours, and every constant of the model, alone
// and with garbage in the upper half.
[[nodiscard]] std::vector<std::uint64_t> boundary_values(const FilterModel& model, const EmitOptions& options);

}  // namespace ward::compiler::test
