// Goes on when the jail is over.
//
// attempt: a daemon that outlives the jail
// arguments: daemon $marker
// expect: no effect
// effect: survivor
// layer: PID namespace
// control: host
//
// attempt: go on when the supervisor is killed
// arguments: idle $marker
// then: kill the supervisor
// expect: no effect
// effect: survivor
// layer: PID namespace
// control: host
// control-arguments: child $marker
#include <signal.h>

#include "attempt.h"

static _Noreturn void wait_for_ever(void) {
    for (;;) pause();
}

// Returns in the first process once the daemon is there: before, somebody who looks for it could miss
// it between two forks.
static void make_daemon(void) {
    int ready[2];
    char byte = 0;
    if (pipe(ready)) refused(errno);
    if (fork() == 0) {
        setsid();
        if (fork()) _exit(0);
        if (write(ready[1], &byte, 1) != 1) _exit(1);
        close(0);
        close(1);
        close(2);
        close(ready[0]);
        close(ready[1]);
        wait_for_ever();
    }
    if (read(ready[0], &byte, 1) != 1) refused(errno);
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    for (int number = 1; number < SIGRTMAX; ++number) signal(number, SIG_IGN);
    if (strcmp(way, "child") == 0 && fork() == 0) {
        close(1);
        close(2);
        wait_for_ever();
    }
    if (strcmp(way, "daemon") == 0) {
        make_daemon();
        succeeded("it is running");
    }
    puts("succeeded it is running");
    fflush(stdout);
    wait_for_ever();
}
