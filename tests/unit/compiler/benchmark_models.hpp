// The two filters that compilers of seccomp filters are compared by, as models. For tests and benchmarks.
//
// Both are for x86_64 alone, and what they do not allow ends the process: other compilers cannot say
// ENOSYS for unknown numbers. There are no guards and no key of the launcher in them.
#pragma once

#include "compiler/filter.hpp"

namespace ward::compiler::test {

// moby's default profile without added capabilities: 291 calls allowed, clone, socket and personality by
// their arguments, clone3 refused with ENOSYS.
[[nodiscard]] FilterModel docker_default();
// What a judge of programming contests allows: 86 calls, 8 more by their arguments, clone3 refused.
[[nodiscard]] FilterModel judge_like();

// The names of the calls that docker_default() allows whatever the arguments are, separated by spaces.
[[nodiscard]] const char* docker_allows();

}  // namespace ward::compiler::test
