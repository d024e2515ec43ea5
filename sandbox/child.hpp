// The code that runs inside: between clone and exec, in init and in the process that becomes the
// program.
//
// It is a loop over steps, by raw system calls. It never allocates, throws, logs, or decides; a test
// lists the undefined symbols of its object files. Any failing step ends the jail.
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

enum class Phase : std::uint32_t { prepare, mapped, init, program };

// What init tells the supervisor: one packet of the channel.
struct Message {
    enum class Kind : std::uint32_t {
        none,
        step_failed,  // phase, step, error; step == count of the phase: the phase's own work around its steps
        ready,        // the program waits for its exec, and for Order::go (--verify)
        started,      // the program has been executed; carries the listener if there is one
        ended,        // wait_code and wait_status of the program
        stopped,      // the program was stopped by the signal wait_status
    } kind = Kind::none;
    Phase phase = Phase::init;
    std::uint32_t step = 0;
    std::int32_t error = 0;
    std::int32_t wait_code = 0;  // CLD_EXITED, CLD_KILLED, CLD_DUMPED
    std::int32_t wait_status = 0;
    std::uint64_t peak_kilobytes = 0;  // of the largest process that init has reaped
};

// What the supervisor tells init: one packet of the channel.
struct Order {
    enum class Kind : std::uint32_t {
        go,          // ids and cgroups are in place; or: the jail is as planned
        signal,      // number: to the program's process group, to the program alone if it has none of its own
        signal_all,  // number: to every process of the jail
        foreground,  // the program's group becomes the terminal's, and goes on
    } kind = Kind::go;
    std::int32_t number = 0;
};

inline constexpr std::size_t handover_size = std::size_t{128} << 10;
inline constexpr std::uint32_t most_handed_over = 253;  // descriptors of one packet: SCM_MAX_FD of the kernel

// Memory that is needed until the program runs; both give it back when the program stays. At the same place in the
// supervisor and in its copy, init.
struct Workspace {
    alignas(16) char handover[handover_size];               // what an init that was made before its plan gets of it
    sock_filter filter[BPF_MAXINSNS];                       // which the supervisor makes and proves while init mounts
    alignas(16) char program_stack[std::size_t{64} << 10];  // of what becomes the program: it shares init's memory
};
static_assert(sizeof(Workspace) % 4096 == 0, "whole pages");
extern Workspace workspace;

// The beginning of Workspace::handover.
struct Handover {
    StepList init, program;
    const char* const* arguments = nullptr;
    const char* const* environment = nullptr;
    bool background = false, verified = false;
    int guarded_stream = -1;
    int streams[3] = {0, 1, 2};
    std::uint32_t count = 0;        // of descriptors that come with it
    Slot places[most_handed_over];  // where each of them belongs: a slot, or below 0 a stream
};
constexpr Slot place_of_stream(int stream) {
    return static_cast<Slot>(-1 - stream);
}
constexpr int stream_of_place(Slot place) {
    return (-1 - place) % 3;
}

// Memory of the supervisor's that init has a copy of. Numbers of addresses; 0: none is known.
struct ReleasableMemory {
    std::uintptr_t heap = 0;  // whole pages
    std::size_t heap_size = 0;
    std::uintptr_t variables = 0;  // of a static program: its variables begin here ...
    std::uintptr_t image_end = 0;  // ... and end here, and behind that is nothing that init uses
    std::uintptr_t rseq = 0;       // where the kernel writes whenever init goes on: rseq(2), <sys/rseq.h>
};

// Everything that the inside may look at. Lives in the supervisor's memory before the clone, and is
// init's own copy afterwards.
struct Inside {
    StepList init;
    StepList program;
    int slots[max_slots];  // descriptors, -1 where empty
    const char* const* arguments = nullptr;
    const char* const* environment = nullptr;
    sock_fprog filter{};
    int channel = -1;              // SOCK_SEQPACKET to the supervisor: Messages out, Orders in
    int supervisors_channel = -1;  // the other end: init closes its copy first, so that it sees the end of file
    int streams[3] = {0, 1, 2};    // what becomes standard input, output and error
    bool background = false;       // the program starts in the background of its terminal (Order::foreground)
    bool awaits_plan = false;      // `init` is only the first steps of the plan, which comes through the channel
    ReleasableMemory releasable;   // what a program that stays does not need init to have
    bool verified = false;         // what steps did is read back, and the exec waits for Order::go
    int guarded_stream = -1;       // a stream that the Landlock ruleset lets nobody open for writing; -1: unknown

    int signals = -1;  // of its children; init makes it
    // Filled by steps.
    int root = -1;                      // the new root, once it is attached
    int listener = -1;                  // of the filter, once it is loaded
    int terminal = -1;                  // the controlling terminal, once it is taken
    bool own_session = false;           // init leads a session: the program gets a process group of its own
    bool lacks_open_tree_attr = false;  // the kernel has said that it does not know the call
    Message failure;                    // of the program's steps; kind none as long as nothing failed

    Inside() {
        for (int& slot : slots) slot = -1;
    }
};

// What an init that was made before its plan begins with.
struct EarlyState {
    Inside inside;
    Step steps[2];
};

// All that init writes to as long as the program runs, on pages of its own: the top of its stack is in the last one,
// with the rest. Plain bytes, so that it is not in the program's file.
struct InitMemory {
    static constexpr std::size_t size = std::size_t{64} << 10;
    static constexpr std::size_t rest = (sizeof(EarlyState) + 4 * sizeof(int) + 15) / 16 * 16;

    alignas(16) char stack[size - rest];
    alignas(16) char early[sizeof(EarlyState)];
    // Words that init and the program wait on (futex(2)); they share memory until the exec.
    int privileges_dropped;  // 1: init has nothing left that the program could want
    int memory_shared;       // 0: the exec succeeded, or the process ended (set_tid_address(2), CLONE_CHILD_CLEARTID)
    // With --verify: looked at in a loop, since the program's filter may forbid every call but the exec. init stops the
    // process while the supervisor looks, so that it uses none of its processor time.
    int filter_loaded;  // 1: the program has nothing more to do but the exec
    int exec_allowed;   // 1: the supervisor has looked, and the jail is as planned
};
static_assert(sizeof(InitMemory) == InitMemory::size);
extern InitMemory init_memory;

// Reads back what a step has set where /proc does not show it to the supervisor (child_read_back.cpp).
// 0, or a positive errno: EPROTO if the kernel says something else.
[[nodiscard]] int read_back(const Step& step, const Inside& inside);
// One step, read back if the jail is verified. 0, or a positive errno.
[[nodiscard]] int run_step(const Step& step, Inside& inside);
// All steps; stops at the first failure. Returns its index with *error set, or count.
[[nodiscard]] std::uint32_t run_steps(StepList list, Inside& inside, int* error);
// All steps of init, the first ones before it takes the rest of its plan if it was made early (child_orders.cpp).
// The index of the step that failed, with *error set; past all of them for what is around the steps.
[[nodiscard]] std::uint32_t run_init_steps(Inside& inside, int* error);
// The filter, which the supervisor makes in the meantime. 0, or a positive errno.
[[nodiscard]] int take_filter(Inside& inside);
// Init's whole life (init.cpp). Never returns.
[[noreturn]] void run_init(Inside& inside);

}  // namespace ward::sandbox
