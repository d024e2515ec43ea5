// Why a jail could not be set up: thrown in the supervisor, a Diagnostic in launch().
#pragma once

#include <stdexcept>
#include <string>

#include "policy/diagnostic.hpp"
#include "sandbox/child.hpp"
#include "sandbox/plan.hpp"

namespace ward::sandbox {

class SetupFailure : public std::runtime_error {
public:
    SetupFailure(const policy::Slug& kind, const std::string& message, std::string help)
        : std::runtime_error(message), kind_(&kind), help_(std::move(help)) {}

    [[nodiscard]] const policy::Slug& kind() const { return *kind_; }
    [[nodiscard]] const std::string& help() const { return help_; }

private:
    const policy::Slug* kind_;
    std::string help_;
};

// "no such file or directory (ENOENT)": the same on every machine, whatever the locale.
[[nodiscard]] std::string error_words(int error);

// Throws a SetupFailure that says what could not be done (`cannot {what}: ...`) and why.
[[noreturn]] void cannot(const std::string& what, int error);
// The result of a libc call; cannot() if it is negative, with errno.
long must(long result, const std::string& what);

// Adds the diagnostic of a step that failed. The exit status: 127 or 126 if the program could not be
// executed, as in the shell, else 125.
int report_failed_step(const Plan& plan, const Message& failure, policy::Diagnostics& diagnostics);

}  // namespace ward::sandbox
