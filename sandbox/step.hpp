// The vocabulary of the launcher: everything that it will ever do to build a jail.
//
// A Step is trivially copyable and points only into its Plan. run_step() does one step by raw
// system calls; it decides nothing. Adding a step: a row in operations.inc, a function of its name in a
// child_*.cpp, a line in describe(), its place in order_rules.cpp.
#pragma once

#include <cstdint>
#include <type_traits>

namespace ward::sandbox {

enum class Operation : std::uint8_t {
#define WARD_OPERATION(id, words) id,
#include "sandbox/operations.inc"
#undef WARD_OPERATION
};

// A place in the table of descriptors that steps fill and use; not a descriptor.
using Slot = std::int16_t;
inline constexpr Slot no_slot = -1;
inline constexpr int max_slots = 512;

// File systems without a source, of mount_filesystem.
enum class FileSystem : std::uint8_t { tmpfs, proc };

// Which fields a step uses is said in operations.inc.
struct Step {
    Operation operation{};
    Slot slot = no_slot;       // what it works on
    Slot into = no_slot;       // what it fills, or works within
    std::uint16_t reason = 0;  // index into Plan::reasons: the policy's line, and words for a failure
    const char* path = nullptr;
    const char* text = nullptr;
    std::uint64_t number[6] = {};
};
static_assert(std::is_trivially_copyable_v<Step>);

}  // namespace ward::sandbox
