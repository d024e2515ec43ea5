// Signals to processes outside.
//
// attempt: stop or kill the parent
// covers: signal-outside
// ways: stop kill
// arguments: $way 1
// expect: no effect
// effect: victim-hit
// layers: pid-namespace
// control: host
// control-arguments: $way $victim
//
// attempt: signal every process
// covers: signal-outside
// arguments: everyone
// expect: ESRCH
// layers: pid-namespace
// control: host
// control-arguments: everyone-of-its-own
//
// attempt: stop or kill the process group of the caller
// covers: signal-outside
// ways: stop-group kill-group
// arguments: $way
// caller: bystander
// stdin: terminal
// policy: process { terminal none }
// expect: no effect
// effect: bystander-hit
// layers: session
// control: host
//
// attempt: stop or kill the process group of the caller that lent its terminal
// covers: signal-outside
// ways: stop-group kill-group
// arguments: $way
// caller: bystander
// stdin: terminal
// policy: process { terminal inherit }
// expect: EPERM
// effect: bystander-hit
// layers: filter
// control: host
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "attempt.h"

// Signal 0 asks whether there is anybody to signal. Never a real one: below a jail that fails, as
// root, it would end every process of the machine.
static long reach_everyone(void) {
    return kill(-1, 0);
}

// A PID namespace with a bystander in it.
static void reach_everyone_of_its_own(void) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWPID)) refused(errno);
    pid_t init = fork();
    if (init == 0) {
        pid_t bystander = fork();
        if (bystander == 0)
            for (;;) pause();
        pid_t attacker = fork();
        if (attacker == 0) _exit(reach_everyone() ? errno : 0);
        int status = 0;
        waitpid(attacker, &status, 0);
        _exit(WEXITSTATUS(status));
    }
    int status = 0;
    waitpid(init, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status)) refused(WEXITSTATUS(status));
    succeeded("there are others");
}

// The line is written before: the signal may end or stop this process as well.
static void signal_group(int number) {
    if (kill(0, 0)) refused(errno);
    puts("succeeded the signal is sent");
    fflush(stdout);
    kill(0, number);
    _exit(0);
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    if (strcmp(way, "stop-group") == 0) signal_group(SIGSTOP);
    if (strcmp(way, "kill-group") == 0) signal_group(SIGKILL);
    if (strcmp(way, "everyone") == 0) report(reach_everyone(), "there are others");
    if (strcmp(way, "everyone-of-its-own") == 0) reach_everyone_of_its_own();
    int number = strcmp(way, "stop") == 0 ? SIGSTOP : SIGKILL;
    report(kill((pid_t)atoi(argument(argc, argv, 2)), number), "the signal is sent");
}
