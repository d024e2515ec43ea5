// Goes on when the jail is over.
//
// attempt: a daemon that outlives the jail
// covers: outliving
// arguments: daemon $marker
// expect: no effect
// effect: survivor
// layers: pid-namespace
// control: host
//
// attempt: go on when the supervisor is killed
// covers: killed-supervisor
// arguments: idle $marker
// then: kill the supervisor
// expect: no effect
// effect: survivor
// layers: pid-namespace
// control: host
// control-arguments: child $marker
//
// attempt: go on when the supervisor is killed, without the signal that ends it with its parent
// covers: cleared-death-signal
// arguments: cleared $marker
// then: kill the supervisor
// expect: no effect
// effect: survivor
// layers: pid-namespace
// control: host
// control-arguments: cleared-child $marker
//
// attempt: leave children and zombies of many generations behind
// covers: outliving
// arguments: family $marker
// expect: no effect
// effect: survivor
// layers: pid-namespace
// control: host
#include <signal.h>
#include <sys/prctl.h>

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

// Each generation leaves a child that waits, and one that nobody waits for.
static void make_family(int generations) {
    if (fork() == 0) _exit(0);
    pid_t child = fork();
    if (child != 0) return;
    setsid();
    if (generations > 0) make_family(generations - 1);
    close(0);
    close(1);
    close(2);
    wait_for_ever();
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    for (int number = 1; number < SIGRTMAX; ++number) signal(number, SIG_IGN);
    if (strncmp(way, "cleared", 7) == 0) prctl(PR_SET_PDEATHSIG, 0);
    if (strcmp(way, "family") == 0) {
        make_family(8);
        usleep(50000);
        succeeded("they are running");
    }
    if (strstr(way, "child") && fork() == 0) {
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
