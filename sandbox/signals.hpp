// The supervisor's signals, read from a descriptor while a jail runs. No handler is ever installed.
#pragma once

#include <sys/signalfd.h>

#include <csignal>
#include <cstdint>
#include <optional>

#include "sandbox/descriptor.hpp"

namespace ward::sandbox {

// Blocks every signal for its lifetime, so that nothing but SIGKILL keeps the supervisor from
// cleaning up.
class Signals {
public:
    // `shared_terminal`: the program is in our process group, the terminal stops both, and the default
    // actions of SIGTSTP, SIGTTIN and SIGTTOU stay.
    // `ignored`: by the caller, bit 0 is signal 1.
    Signals(bool shared_terminal, std::uint64_t ignored);
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;
    ~Signals();

    // Throws SetupFailure. After the clone: the jail has no copy.
    void open();
    [[nodiscard]] int descriptor() const { return descriptor_.number(); }
    // The next one that waits.
    [[nodiscard]] std::optional<signalfd_siginfo> next() const;

private:
    sigset_t before_{}, read_{};
    bool child_was_ignored_ = false;
    Descriptor descriptor_;
};

enum class Stopped { ourselves, process_group };
// Stops as Ctrl-Z does, and returns when it goes on. At once if nobody could let it go on (an orphaned
// process group, setpgid(2)).
void stop(Stopped who);

}  // namespace ward::sandbox
