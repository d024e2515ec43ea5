// The code that runs inside: between clone and exec, in init and in the process that becomes the
// program.
//
// It is a loop over steps, by raw system calls. It never allocates, throws, logs, or decides; a test
// lists the undefined symbols of this object file. Any failing step ends the jail.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "sandbox/step.hpp"

namespace ward::sandbox {

struct StepList {
    const Step* steps = nullptr;
    std::uint32_t count = 0;
};

// What init tells the supervisor, as one write of this struct into the report pipe.
struct Message {
    enum class Kind : std::uint32_t {
        step_failed = 1,  // phase, step, error
        started,          // the program has been executed
        ended,            // wait_status (waitid's code and status) of the program
        stopped,          // the program was stopped by a terminal signal
    } kind;
    std::uint32_t phase = 0;  // 0 prepare, 1 mapped, 2 init, 3 program
    std::uint32_t step = 0;
    std::int32_t error = 0;
    std::int32_t wait_code = 0;    // CLD_EXITED, CLD_KILLED, CLD_DUMPED
    std::int32_t wait_status = 0;
    std::uint64_t cpu_microseconds = 0;
    std::uint64_t peak_kilobytes = 0;
};

// Everything that the inside may look at. Lives in the supervisor's memory before the fork, and is
// init's own copy afterwards.
struct Inside {
    StepList init;
    StepList program;
    int slots[max_slots];      // descriptors, -1 where empty
    const char* const* arguments = nullptr;
    const char* const* environment = nullptr;
    sock_fprog filter{};
    int report_pipe = -1;      // write end: Messages
    int command_socket = -1;   // from the supervisor: go, signals to forward; to it: the listener
    int root = -1;             // the new root, once it is attached
    int listener = -1;         // of the filter, once it is loaded
};

// One step. 0, or a positive errno.
[[nodiscard]] int run_step(const Step& step, Inside& inside);
// All steps; stops at the first failure. Returns its index with *error set, or count.
[[nodiscard]] std::uint32_t run_steps(StepList list, Inside& inside, int* error);
// Init's whole life. Never returns.
[[noreturn]] void run_init(Inside& inside);

}  // namespace ward::sandbox
