// How a jail's first process is made: its memory, and the clone.
//
// Nothing is decided here, and nothing is sent.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sandbox/child.hpp"
#include "sandbox/descriptor.hpp"

namespace ward::sandbox {

// Of every such clone. The other namespaces are made by init itself, so that the supervisor can do its own work at
// the same time: the network's alone takes as long as half of what the policy is compiled in.
inline constexpr std::uint64_t cloned_namespaces = 0x10000000 | 0x20000000;  // CLONE_NEWUSER, CLONE_NEWPID

// Whole pages of the supervisor that it alone needs, as far as it has them now.
struct Pages {
    void* begin = nullptr;
    std::size_t size = 0;
};
[[nodiscard]] Pages heap_pages();
// None where the caller is on a stack of another thread.
[[nodiscard]] Pages stack_pages();
// Whether a copy of this process (fork(2)) has its heap and stack, as they are now. An early init needs none of both;
// without them there is less to copy, and no page of them is copied again because both have it (madvise(2)): so nothing
// else may be made by fork(2) from then on. An error costs time alone.
void leave_out_of_copies();
void copy_again();
// Those below the caller's own frame.
[[nodiscard]] Pages unused_stack_pages();

// clone3(2) into run_init(), on a stack of its own. Signals must be blocked: init has the mask of now. `cgroup`: a
// descriptor, or -1.
struct Clone {
    long result = 0;  // its process id, or below 0 an errno
    Descriptor handle;
};
[[nodiscard]] Clone clone_init(std::uint64_t namespaces, int cgroup, Inside& inside);

}  // namespace ward::sandbox
