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

static void become_daemon(void) {
    if (fork()) _exit(0);
    setsid();
    if (fork()) _exit(0);
    close(0);
    close(1);
    close(2);
    wait_for_ever();
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    for (int number = 1; number < SIGRTMAX; ++number) signal(number, SIG_IGN);
    if (strcmp(way, "child") == 0 && fork() == 0) {
        close(1);
        close(2);
        wait_for_ever();
    }
    puts("succeeded it is running");
    fflush(stdout);
    if (strcmp(way, "daemon") == 0) become_daemon();
    wait_for_ever();
}
