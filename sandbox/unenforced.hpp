// What a policy can ask for and this launcher cannot do: refused before anything runs, never left out.
#pragma once

#include "compiler/jail.hpp"
#include "policy/diagnostic.hpp"

namespace ward::sandbox {

// One error for each thing that the jail asks for in vain.
void refuse_unenforced(const compiler::Jail& jail, policy::Diagnostics& diagnostics);

}  // namespace ward::sandbox
