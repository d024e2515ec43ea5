// The table of limits: what a policy may call them, and what they measure.
#pragma once

#include <array>
#include <string_view>

#include "compiler/jail.hpp"
#include "compiler/values.hpp"

namespace ward::compiler {

struct LimitRow {
    LimitName id;
    std::string_view name;
    Unit unit;
    std::uint64_t least;
    std::uint64_t greatest;
    std::uint64_t step;  // the kernel counts in steps of so many units
};

namespace limit_bounds {
inline constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
inline constexpr std::uint64_t pebibyte = std::uint64_t{1} << 50;
inline constexpr std::uint64_t year = std::uint64_t{365} * 24 * 3'600'000;  // in milliseconds
}  // namespace limit_bounds

// In the order of LimitName. Below the least value no program starts: an empty process has some
// hundred kilobytes, stdin, stdout and stderr are open, and execve(2) needs 128 KiB of stack for its
// arguments. The greatest number of tasks is PID_MAX_LIMIT, that of open files the kernel's default
// fs.nr_open. RLIMIT_CPU counts in seconds (getrlimit(2)).
inline constexpr std::array<LimitRow, limit_count> limit_table{{
    {LimitName::memory, "memory", Unit::size, limit_bounds::mebibyte, limit_bounds::pebibyte, 1},
    {LimitName::swap, "swap", Unit::size, 0, limit_bounds::pebibyte, 1},
    {LimitName::tasks, "tasks", Unit::count, 1, 4'194'304, 1},
    {LimitName::cpu, "cpu", Unit::cpu, 10, 1'024'000, 1},
    {LimitName::io, "io", Unit::size, limit_bounds::mebibyte / 64, limit_bounds::pebibyte, 1},
    {LimitName::time, "time", Unit::duration, 1, limit_bounds::year, 1},
    {LimitName::cpu_time, "cpu-time", Unit::duration, 1000, limit_bounds::year, 1000},
    {LimitName::open_files, "open-files", Unit::count, 4, 1'048'576, 1},
    {LimitName::file_size, "file-size", Unit::size, 0, limit_bounds::pebibyte, 1},
    {LimitName::stack, "stack", Unit::size, limit_bounds::mebibyte / 8, limit_bounds::pebibyte, 1},
    {LimitName::core, "core", Unit::size, 0, limit_bounds::pebibyte, 1},
    {LimitName::priority, "priority", Unit::count, 0, 19, 1},
}};

}  // namespace ward::compiler
