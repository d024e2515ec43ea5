// How a jailed program ended and what it used.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/degradable.hpp"
#include "sandbox/pressure.hpp"

namespace ward::sandbox {

// A call that the filter answered with `kill`.
struct Violation {
    std::uint32_t number = 0;
    std::string call;  // empty if unknown
    std::uint32_t abi = 0;
    std::uint64_t arguments[6] = {};

    // What the policy says to it, once somebody has asked (cli/violation.hpp).
    struct Rule {
        std::string file;
        std::size_t line = 0, column = 0;  // from 1
        std::string text;                  // of the line
    };
    std::string words{};        // `socket(AF_INET, SOCK_STREAM, 0)`
    std::string reason{};       // "it is forbidden"
    std::string change{};       // one thing that would allow it; may be empty
    std::vector<Rule> rules{};  // that decide; empty if nothing allows it
};

struct Report {
    enum class End {
        exited,     // by itself, `status` is its exit status
        signalled,  // by a signal, `status` is its number
        violation,  // the filter ended it
        time_limit,
        memory_limit,
        tasks_limit,      // ended by itself after a fork was refused
        file_size_limit,  // SIGXFSZ
        cpu_time_limit,
        not_started,  // the jail could not be set up (125), or the program not be executed (126, 127)
    } end = End::not_started;
    int status = 0;
    std::optional<Violation> violation;
    double wall_seconds = 0;        // of the jail: its making counts
    double cpu_seconds = 0;         // of all its processes
    std::uint64_t peak_memory = 0;  // bytes; of the cgroup if there is one, else of the largest process
    // Where a cgroup counted them: of the program, and where memory ends the jail as a whole, of init.
    std::optional<std::uint64_t> refused_forks, memory_kills, outside_memory_kills, peak_tasks;
    std::map<std::string, Pressure> pressure;  // "memory", "cpu", "io"; empty without a cgroup of version 2
    bool verified = false;  // the kernel's view of the jail was compared with the plan before the exec
    std::vector<std::string> enforced;
    std::vector<std::string> notes;
    std::vector<Degraded> degraded;
    std::string reason;           // why it was not started; else empty
    std::string policy, program;  // the policy's name, the program's path; empty if it came to neither
    std::uint64_t began = 0;      // seconds of the clock on the wall, time(2)

    // The status for the shell: the program's own; 128+n for a signal or violation; 124 time limit;
    // 125..127 as `status` says if it did not start.
    [[nodiscard]] int exit_status() const;
};

[[nodiscard]] std::string to_json(const Report& report);

}  // namespace ward::sandbox
