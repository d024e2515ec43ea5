// The names that a condition gives to the arguments of a call: by position in parentheses, or the kernel's.
//
// A name that is not there, or stands at another place than its argument, is reported.
#pragma once

#include "compiler/prototypes.hpp"
#include "policy/diagnostic.hpp"
#include "policy/policy.hpp"

namespace ward::compiler {

// A call that a statement names, on one ABI.
struct CallPlace {
    Abi abi;
    const Prototype& call;
    const policy::CallPattern& pattern;
};

// False after an error in the parentheses, which has been reported.
[[nodiscard]] bool check_pattern(const CallPlace& place, policy::Diagnostics& diagnostics);

// Null after an error, which has been reported.
[[nodiscard]] const Argument* argument_named(const policy::Word& name, const CallPlace& place,
                                             policy::Diagnostics& diagnostics);

}  // namespace ward::compiler
