// Warnings about a jail that is right in each section and still is not what somebody wanted: secrets
// that a grant reaches, permissions that another section makes useless.
//
// Changes nothing. Only what the policy itself says is warned about: a policy that others use says
// things that not each of them needs.
#pragma once

#include "compiler/lower.hpp"

namespace ward::compiler {

// `jail` is complete, and without an error.
void advise(Lowering& lowering, const Jail& jail);

}  // namespace ward::compiler
