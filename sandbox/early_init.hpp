// The first process of a jail, made before its plan is known: it makes the namespaces, the dearest part of a
// start, while the supervisor compiles and plans. The plan comes to it through its channel (handover.hpp).
//
// A guess that can cost time, but nothing else: launch() takes it only for a plan that begins with the very
// steps that it makes, and makes another one if not. Like every init it runs nothing without a whole plan.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "policy/library.hpp"
#include "sandbox/descriptor.hpp"
#include "sandbox/plan.hpp"
#include "sandbox/supervisor.hpp"

namespace ward::sandbox {

inline constexpr std::size_t bits_of_a_word = 8 * sizeof(unsigned long);

// As sched_setaffinity(2) has them; of machines with more there is no moving about.
struct ProcessorMask {
    std::array<unsigned long, 1024 / bits_of_a_word> bits{};
    std::size_t bytes = 0;
};

struct EarlyInit {
    std::unique_ptr<JailProcess> process;
    Descriptor channel;
    std::vector<Step> beginning;              // of Plan::init
    std::optional<ProcessorMask> moved_from;  // what it had before it was moved to another processor

    // Absent where it cannot be made, or would hardly be what the policy asks for.
    [[nodiscard]] static std::optional<EarlyInit> make(const policy::PolicySet& set);
    [[nodiscard]] bool fits(const Plan& plan) const;
};

// Before the plan is sent, which may take init into a cpuset: the program must have what the caller has. Throws
// SetupFailure.
void return_processors(pid_t init, const ProcessorMask& had);

// The first steps of every init: its own namespaces, and what needs nothing but them.
[[nodiscard]] std::vector<Step> first_steps(std::uint64_t namespaces);

}  // namespace ward::sandbox
