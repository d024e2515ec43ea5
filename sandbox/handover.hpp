// How a plan comes to an init that was made before it: packed into one piece of memory that both processes have at
// the same place, so that its pointers hold in both, and sent as one packet. Nothing is shared.
#pragma once

#include "sandbox/child.hpp"
#include "sandbox/plan.hpp"

namespace ward::sandbox {

// Whether its steps and texts surely fit, with the descriptors that it makes before init goes on.
[[nodiscard]] bool can_hand_over(const Plan& plan);
// `inside` as the supervisor has it, its descriptors included, to an init that awaits it. An init that has ended is
// no error: its message says why. Throws SetupFailure.
void hand_over(const Inside& inside, int channel);

}  // namespace ward::sandbox
