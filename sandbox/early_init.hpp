// The first process of a jail, made before its plan is known: it makes the namespaces, the dearest part of a
// start, while the supervisor compiles and plans. The plan comes to it through its channel (handover.hpp).
//
// A guess that can cost time, but nothing else: launch() takes it only for a plan that begins with the very
// steps that it makes, and makes another one if not. Like every init it runs nothing without a whole plan.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "policy/library.hpp"
#include "sandbox/descriptor.hpp"
#include "sandbox/plan.hpp"
#include "sandbox/supervisor.hpp"

namespace ward::sandbox {

struct EarlyInit {
    std::unique_ptr<JailProcess> process;
    Descriptor channel;
    std::vector<Step> beginning;  // of Plan::init

    // Absent where it cannot be made, or would hardly be what the policy asks for.
    [[nodiscard]] static std::optional<EarlyInit> make(const policy::PolicySet& set);
    [[nodiscard]] bool fits(const Plan& plan) const;
};

// The first steps of every init: its own namespaces, and what needs nothing but them.
[[nodiscard]] std::vector<Step> first_steps(std::uint64_t namespaces);

}  // namespace ward::sandbox
