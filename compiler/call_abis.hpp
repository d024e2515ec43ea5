// The ABIs of a jail's filter: what `abi` statements say, and the calls that each ABI has.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "compiler/lower.hpp"

namespace ward::compiler {

// Sorted, never empty, the machine's own first. Those that policies list add up; ABIs of other machines
// are left out, so that one policy serves several machines.
[[nodiscard]] std::vector<Abi> collect_abis(Lowering& lowering);

// The index of a call in AbiModel::calls: by the ABI's own name, or any other that people use for the
// same call of x86_64.
[[nodiscard]] std::optional<std::uint32_t> call_index(Abi abi, std::string_view name);
// One past the greatest index.
[[nodiscard]] std::uint32_t index_count(Abi abi);
// Empty where the ABI has no call.
[[nodiscard]] std::string_view name_at(Abi abi, std::uint32_t index);

}  // namespace ward::compiler
