// One run of an attempt: on the bare host, below ward, or below one layer of a jail alone.
#pragma once

#include <string>
#include <vector>

#include "tests/escape/attempt.hpp"
#include "tests/escape/stage.hpp"

namespace ward::test {

// A stage, an attempt that is made on it, and what became of it. One run each.
class Trial {
public:
    Trial(const Attempt& attempt, Who who);

    // Where its layer is missing, as its header says.
    void run_control();
    void run_jailed();
    // Below these layers alone, as helpers/only.cpp knows them: `NAME`, `NAME+NAME`.
    void run_alone(const std::string& layers);
    // Below none but the frame.
    void run_bare();

    // The kernel does not have what is attacked.
    [[nodiscard]] bool is_unknown_here() const;
    // It did what it is for, and what it was for has come about.
    [[nodiscard]] bool succeeded();
    // It was refused in the declared way, and nothing has come about.
    [[nodiscard]] bool refused_as(const Expectation& expect);
    // Nothing that it started is still there.
    [[nodiscard]] bool is_over();

    // How it ended, in a word or two.
    [[nodiscard]] std::string summary() const;
    // All about it, for a failed test.
    [[nodiscard]] std::string account();

private:
    [[nodiscard]] std::string policy() const;
    [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& arguments) const;
    void run_first();
    void start(Invocation invocation);
    void start_below(const std::string& layers, const std::vector<std::string>& arguments);
    [[nodiscard]] bool is_silent() const;

    const Attempt& attempt_;
    Stage stage_;
    const Control* control_ = nullptr;  // in a run of the control below ward
    std::string started_;
    Outcome outcome_;
};

}  // namespace ward::test
