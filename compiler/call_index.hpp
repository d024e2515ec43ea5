// Where a call of an ABI stands in tables of its calls: AbiModel::calls and CallSet.
//
// That is its number, of x32 without x32_bit. Some calls of i386 have none, only an operation of socketcall(2) or
// ipc(2): they stand behind all numbers, where no filter may look.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "compiler/prototypes.hpp"

namespace ward::compiler {

// By the ABI's own name, or any other that people use for the same call of x86_64.
[[nodiscard]] std::optional<std::uint32_t> call_index(Abi abi, std::string_view name);
// One past the greatest index of a call that has a number.
[[nodiscard]] std::uint32_t numbered_count(Abi abi);
// One past the greatest index.
[[nodiscard]] std::uint32_t index_count(Abi abi);
// Empty where the ABI has no call.
[[nodiscard]] std::string_view name_at(Abi abi, std::uint32_t index);
// Null where the ABI has no call.
[[nodiscard]] const Prototype* prototype_at(Abi abi, std::uint32_t index);

}  // namespace ward::compiler
