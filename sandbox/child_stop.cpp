#include "sandbox/child_stop.hpp"

#include <sys/syscall.h>
#include <sys/wait.h>

#include "sandbox/child_steps.hpp"

namespace ward::sandbox {
namespace {

constexpr int stop_signal = 19;      // SIGSTOP
constexpr int continue_signal = 18;  // SIGCONT

bool is_over(const int& alive) {
    return __atomic_load_n(&alive, __ATOMIC_ACQUIRE) == 0;
}

// Asks again and again: a change that never comes must not be a launch that hangs (waitid(2)).
int await_change(int process, const int& alive, unsigned change) {
    constexpr int naps = 26;  // seven seconds
    constexpr long longest = 400'000'000;
    timespec nap{0, 50'000};
    for (int i = 0; i < naps && !is_over(alive); ++i) {
        siginfo_t seen{};
        const long result = raw_syscall(SYS_waitid, P_PID, process, &seen, change | WNOHANG | __WALL, nullptr);
        if (result < 0 && result != -EINTR) return static_cast<int>(-result);
        if (seen.si_pid == process) return 0;
        raw_syscall(SYS_nanosleep, &nap, nullptr);
        if (nap.tv_nsec < longest) nap.tv_nsec *= 2;
    }
    return is_over(alive) ? 0 : ETIMEDOUT;
}

int signal_and_await(int process, const int& alive, int number, unsigned change) {
    const int error = outcome(raw_syscall(SYS_kill, process, number));
    return error == 0 ? await_change(process, alive, change) : error;
}

}  // namespace

int stop_process(int process, const int& alive) {
    return signal_and_await(process, alive, stop_signal, WSTOPPED);
}

int continue_process(int process, const int& alive) {
    return signal_and_await(process, alive, continue_signal, WCONTINUED);
}

}  // namespace ward::sandbox
