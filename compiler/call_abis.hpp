// The ABIs of a jail's filter: what `abi` statements say.
#pragma once

#include <vector>

#include "compiler/lower.hpp"

namespace ward::compiler {

// Sorted, never empty, the machine's own first. Those that policies list add up; ABIs of other machines
// are left out, so that one policy serves several machines.
[[nodiscard]] std::vector<Abi> collect_abis(Lowering& lowering);

}  // namespace ward::compiler
