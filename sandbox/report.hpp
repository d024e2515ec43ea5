// How a jailed program ended and what it used.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ward::sandbox {

// A call that the filter answered with `kill`.
struct Violation {
    std::uint32_t number = 0;
    std::string call;  // empty if unknown
    std::uint32_t abi = 0;
    std::uint64_t arguments[6] = {};
};

struct Report {
    enum class End {
        exited,     // by itself, `status` is its exit status
        signalled,  // by a signal, `status` is its number
        violation,  // the filter ended it
        time_limit,
        memory_limit,
        tasks_limit,  // ended by itself after a fork was refused
        not_started,  // the jail could not be set up (125), or the program not be executed (126, 127)
    } end = End::not_started;
    int status = 0;
    std::optional<Violation> violation;
    double wall_seconds = 0;          // of the jail: its making counts
    double cpu_seconds = 0;           // of all its processes
    std::uint64_t peak_memory = 0;    // bytes; of the cgroup if there is one, else of the largest process
    std::uint64_t refused_forks = 0;  // by the tasks limit
    std::vector<std::string> enforced;
    std::vector<std::string> notes;

    // The status for the shell: the program's own; 128+n for a signal or violation; 124 time limit;
    // 125..127 as `status` says if it did not start.
    [[nodiscard]] int exit_status() const;
};

[[nodiscard]] std::string to_json(const Report& report);

}  // namespace ward::sandbox
