// Filters compiled by libseccomp, where it can say them. For tests only.
//
// Its known accidents, which the models that are given to it avoid:
// - a rule that equals the default action is refused (EACCES);
// - of two rules with different actions for the same call the first silently wins, whichever is meant;
// - comparisons are of 64 bits: EQ of a 32-bit argument misses values with garbage above, so these are
//   written as MASKED_EQ here;
// - a value with bits outside its mask, which no argument can have, loses these bits;
// - rules for one call that overlap, or that each compare two arguments, and comparisons with an empty mask, are
//   not asked for: what they mean is not documented, and nothing here relies on it;
// - two comparisons of one argument in one rule are refused (EINVAL);
// - a call of an unknown ABI is killed by thread unless SCMP_FLTATR_ACT_BADARCH says otherwise.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

#include "compiler/filter.hpp"

namespace ward::compiler::test {

// True for a call that by_libseccomp() compiles: its answers are all the same, its conditions lists of
// values of one argument or one conjunction, and what is not answered is the default.
[[nodiscard]] bool libseccomp_can_say(const CallModel& call, Response otherwise);

// For x86_64; calls that it cannot say are left at the default, `model.beyond`. `optimize`: 1 for
// libseccomp's chain of tests, 2 for its tree. Empty after an error.
[[nodiscard]] std::vector<sock_filter> by_libseccomp(const AbiModel& model, std::uint32_t optimize);

}  // namespace ward::compiler::test
