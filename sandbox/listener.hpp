// The supervisor's end of a filter that answers `kill` with a question (seccomp_unotify(2)).
//
// It only records: a call that got here is never executed, and the jail is killed next.
#pragma once

#include <optional>

#include "sandbox/report.hpp"

namespace ward::sandbox {

// The call that waits at the listener. Absent if its process has died meanwhile.
[[nodiscard]] std::optional<Violation> read_violation(int listener);

}  // namespace ward::sandbox
