// What a call is answered where a condition on its arguments holds: always, never, or both, with examples.
//
// Exact: decided by diagrams over every value of every argument. Internal to the questions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "compiler/filter.hpp"

namespace ward::compiler {

struct ExampleCall {
    std::array<std::uint64_t, 6> arguments{};
    unsigned matters = 0;  // bit n: with another argument n the answer may be another one
    Response response;
};

// Both absent: no arguments meet the condition.
struct Outcome {
    std::optional<ExampleCall> allowed;
    std::optional<ExampleCall> denied;
};

// The launcher's one-time key is left aside: the program never has it. Absent if it would take too long to
// find out.
[[nodiscard]] std::optional<Outcome> outcome_of(const CallModel& call, const Condition& given);

// Whether two conditions ever hold together. Absent as above.
[[nodiscard]] std::optional<bool> can_hold_together(const Condition& a, const Condition& b);

}  // namespace ward::compiler
