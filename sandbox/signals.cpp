#include "sandbox/signals.hpp"

#include <unistd.h>

#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {
namespace {

// What is not for the program: it tells of init or of our own pipes, or a terminal has sent it to us alone.
constexpr int own_signals[] = {SIGCHLD, SIGPIPE, SIGTTIN, SIGTTOU};

bool holds(std::uint64_t set, int signal) {
    return (set >> (signal - 1) & 1) != 0;
}

}  // namespace

// What the caller ignores (nohup(1), `&` in a script) is not for the program either.
Signals::Signals(bool shared_terminal, std::uint64_t ignored) : child_was_ignored_(holds(ignored, SIGCHLD)) {
    sigset_t blocked;
    ::sigfillset(&blocked);
    ::sigfillset(&read_);
    for (const int signal : own_signals) ::sigdelset(&read_, signal);
    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
        if (holds(ignored, signal)) ::sigdelset(&read_, signal);
    }
    if (shared_terminal) {
        for (const int signal : {SIGTSTP, SIGTTIN, SIGTTOU}) ::sigdelset(&blocked, signal);
        ::sigdelset(&read_, SIGTSTP);
    }
    ::sigprocmask(SIG_SETMASK, &blocked, &before_);
    // An ignored SIGCHLD, inherited from a careless caller, would take the exit status away (waitid(2)).
    if (child_was_ignored_) ::signal(SIGCHLD, SIG_DFL);
}

// What still waits was meant for a jail that is gone.
Signals::~Signals() {
    while (next()) {
    }
    if (child_was_ignored_) ::signal(SIGCHLD, SIG_IGN);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

void Signals::open() {
    descriptor_.reset(static_cast<int>(must(::signalfd(-1, &read_, SFD_CLOEXEC | SFD_NONBLOCK), "read signals")));
}

std::optional<signalfd_siginfo> Signals::next() const {
    signalfd_siginfo signal{};
    if (!descriptor_ || ::read(descriptor_.number(), &signal, sizeof signal) != sizeof signal) return std::nullopt;
    return signal;
}

void stop(Stopped who) {
    sigset_t terminal_stop;
    sigset_t before;
    ::sigemptyset(&terminal_stop);
    ::sigaddset(&terminal_stop, SIGTSTP);
    struct sigaction plain {};
    struct sigaction action_before {};
    plain.sa_handler = SIG_DFL;
    ::sigaction(SIGTSTP, &plain, &action_before);
    ::kill(who == Stopped::process_group ? 0 : ::getpid(), SIGTSTP);
    ::sigprocmask(SIG_UNBLOCK, &terminal_stop, &before);  // stops here
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    ::sigaction(SIGTSTP, &action_before, nullptr);
}

}  // namespace ward::sandbox
