// Watches one jail from outside: messages of init, signals, the time limit, the filter's listener,
// the terminal; and knows when the jail is gone.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "sandbox/child.hpp"
#include "sandbox/descriptor.hpp"
#include "sandbox/plan.hpp"
#include "sandbox/report.hpp"
#include "sandbox/signals.hpp"
#include "sandbox/terminal.hpp"

namespace ward::sandbox {

// Init. Killed with all that lives in its PID namespace, and waited for, when this ends.
class JailProcess {
public:
    JailProcess(pid_t pid, Descriptor handle) : pid_(pid), handle_(std::move(handle)) {}
    JailProcess(const JailProcess&) = delete;
    JailProcess& operator=(const JailProcess&) = delete;
    ~JailProcess();

    struct Remains {
        int code = 0, status = 0;          // of waitid(2)
        double cpu_seconds = 0;            // of every process of the jail
        std::uint64_t peak_kilobytes = 0;  // of the largest
    };

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] int handle() const { return handle_.number(); }
    void kill() const;
    // Waits until the last process of the jail is gone.
    Remains wait();

private:
    pid_t pid_;
    Descriptor handle_;
    bool gone_ = false;
};

struct Outcome {
    bool started = false;
    std::optional<Message> failure;  // the set-up failed
    std::optional<Message> ended;    // how the program ended; absent if the jail was killed
    std::optional<Violation> violation;
    bool out_of_time = false;
    bool listener_missing = false;  // the filter would notify nobody: the jail was killed
    int interrupted = 0;            // the signal that ended the set-up
    JailProcess::Remains remains;
    double wall_seconds = 0;  // of the jail: what init makes of it counts
};

class Supervisor {
public:
    // What is done when the jail has come that far.
    struct Hooks {
        std::function<void()> verify;  // the program waits for its exec (Plan::verify); throws if it must not be made
        // The program has run for a second, and may stay: what only its start needed. Of the plan the supervisor looks
        // at the terminal from then on.
        std::function<void()> forget;
    };

    // All of them must outlive it. `channel`: the supervisor's end.
    Supervisor(const Plan& plan, JailProcess& jail, int channel, Signals& signals, Terminal& terminal, Hooks hooks);

    // Returns when the jail is gone and its output is where it belongs.
    [[nodiscard]] Outcome run();

private:
    struct Packet {
        Message message;
        Descriptor carried;
    };

    void start_timer();
    void wait_and_handle();
    [[nodiscard]] std::vector<pollfd> sources() const;
    void tidy_up();
    bool take_message();
    [[nodiscard]] std::optional<Packet> next_packet();
    void handle(Packet packet);
    void program_ready() const;
    void program_started(Descriptor listener);
    void program_stopped(int signal);
    void take_signals();
    void handle_signal(const signalfd_siginfo& signal);
    void pass_on(int signal);
    void interrupt_set_up();
    void record_violation();
    void order(Order::Kind kind, int number = 0) const;
    void drain();

    const Plan& plan_;
    JailProcess& jail_;
    int channel_;
    Signals& signals_;
    Terminal& terminal_;
    Hooks hooks_;
    Descriptor timer_, listener_;
    bool channel_open_ = true;
    bool jail_gone_ = false;
    bool is_tidy_ = false;
    std::vector<int> early_signals_;  // for a program that has not started yet
    double begin_, start_ = 0;        // of the jail and of the program, in seconds of CLOCK_MONOTONIC
    Outcome outcome_;
};

}  // namespace ward::sandbox
