// What a FilterModel says about one call, read straight from its conditions. For tests only.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "compiler/filter.hpp"

namespace ward::compiler::test {

using Arguments = std::array<std::uint64_t, 6>;

[[nodiscard]] bool holds(const Condition& condition, const Arguments& arguments);
// The answer to a call without the launcher's key.
[[nodiscard]] Response answer(const CallModel& call, const Arguments& arguments);
// The SECCOMP_RET_* value that a program of `model` must return.
[[nodiscard]] std::uint32_t expected(const FilterModel& model, const EmitOptions& options, const seccomp_data& data);

// A native call; arguments that are not given are 0.
[[nodiscard]] seccomp_data native_call(std::uint32_t number, std::span<const std::uint64_t> arguments = {});

// Every comparison in the answers of a call.
[[nodiscard]] std::vector<Comparison> comparisons_of(const CallModel& call);
// True if the answer depends on arguments, of which the key of the launcher is one.
[[nodiscard]] bool looks_at_arguments(const CallModel& call);

// 0, 1, the powers of two where widths end with their neighbours, sign- and zero-extended, and around every
// constant that the call compares this argument with, alone and with garbage above and below.
[[nodiscard]] std::vector<std::uint64_t> boundary_values(const CallModel& call, unsigned argument,
                                                         const EmitOptions& options);

// Compares program and model for every number of every ABI and around the borders of the tables, with the
// boundary values of each argument that the call looks at, in all combinations (of very many, a
// sample). Empty: they agree; otherwise the first call for which they do not.
[[nodiscard]] std::string disagreement(std::span<const sock_filter> program, const FilterModel& model,
                                       const EmitOptions& options);

}  // namespace ward::compiler::test
