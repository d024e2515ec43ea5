// What is in the way of a feature of the kernel, and the one thing to do about it. Part of the judgement of
// doctor.hpp.
#pragma once

#include <string>
#include <string_view>

#include "sandbox/doctor.hpp"

namespace ward::sandbox {

struct Obstacle {
    Finding::State state = Finding::State::works;
    std::string why{};
    std::string remedy{};
};

// Of an attempt that failed with `error`.
[[nodiscard]] Obstacle obstacle_of(const Probe& probe, Attempt attempt, int error);

// Of a limit whose controller ("memory", "pids", ...) this user cannot use.
[[nodiscard]] Obstacle cgroup_obstacle(const Probe& probe, const std::string& controller);

}  // namespace ward::sandbox
