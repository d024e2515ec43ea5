#include "sandbox/signals.hpp"

#include <unistd.h>

#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {
namespace {

constexpr int read_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP};

// What the caller ignores (nohup(1), `&` in a script) is not for the program either.
bool is_ignored(int signal) {
    struct sigaction action {};
    return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

Signals::Signals(bool shared_terminal) {
    sigset_t blocked;
    ::sigfillset(&blocked);
    ::sigemptyset(&read_);
    for (const int signal : read_signals) {
        if (!is_ignored(signal)) ::sigaddset(&read_, signal);
    }
    if (shared_terminal) {
        for (const int signal : {SIGTSTP, SIGTTIN, SIGTTOU}) ::sigdelset(&blocked, signal);
        ::sigdelset(&read_, SIGTSTP);
    }
    ::sigprocmask(SIG_SETMASK, &blocked, &before_);
    // An ignored SIGCHLD, inherited from a careless caller, would take the exit status away (waitid(2)).
    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &plain, &child_before_);
}

// What still waits was meant for a jail that is gone.
Signals::~Signals() {
    while (next()) {
    }
    ::sigaction(SIGCHLD, &child_before_, nullptr);
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
