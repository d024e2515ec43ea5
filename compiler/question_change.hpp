// A policy with a change made in it. Internal to the questions.
#pragma once

#include <optional>

#include "compiler/question.hpp"

namespace ward::compiler {

// As if somebody had edited the policy itself: lines come to its end, what is removed is gone from its statements.
// Absent if the change cannot be made: what is built in has no file to edit, and the lines may be no statements.
[[nodiscard]] std::optional<policy::PolicySet> changed(const policy::PolicySet& set, const Change& change,
                                                       policy::Sources& sources, policy::Diagnostics& diagnostics);

}  // namespace ward::compiler
