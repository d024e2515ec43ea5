// The `syscalls` sections of a policy and of all that it uses, as one table and one filter.
#pragma once

#include "compiler/lower.hpp"

namespace ward::compiler {

// Fills jail.calls, jail.filter and jail.default_refusal. Reads jail.network, jail.process and
// jail.may_set_setuid, which must be final: they limit allowed calls by their arguments.
void lower_calls(Lowering& lowering, Jail& jail);

}  // namespace ward::compiler
