// With --verify: init stops the program's process while the supervisor looks at it.
#pragma once

namespace ward::sandbox {

// Both wait until it is so, or until `alive` is 0: the process has ended, or executed the program. 0, or a positive
// errno: ETIMEDOUT if the kernel says that it did, and it did not.
[[nodiscard]] int stop_process(int process, const int& alive);
[[nodiscard]] int continue_process(int process, const int& alive);

}  // namespace ward::sandbox
