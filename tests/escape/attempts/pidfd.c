// Reaches processes by their pidfd.
//
// attempt: take a descriptor of init
// covers: pidfd
// arguments: getfd 1
// expect: EPERM
// layers: filter, not-dumpable+capabilities, user-namespace
// control: host
// control-arguments: getfd $victim
//
// attempt: take a descriptor of init, where the policy allows the call
// covers: pidfd
// arguments: getfd 1
// policy: syscalls { allow pidfd_getfd }
// expect: EPERM
// layers: not-dumpable+capabilities, user-namespace
// control: host
// control-arguments: getfd $victim
//
// attempt: signal an outside process
// covers: pidfd
// arguments: signal $victim
// expect: ESRCH
// layers: pid-namespace
// control: host
//
// attempt: enter the namespaces of init by its pidfd
// covers: setns
// arguments: setns 1
// expect: EPERM
// layers: capabilities, user-namespace
// control: root
// control-arguments: setns $victim
#include <sched.h>

#include "attempt.h"

// The first that there is.
static long take_any(int process) {
    for (int i = 0; i < 1024; ++i) {
        long taken = syscall(SYS_pidfd_getfd, process, i, 0);
        if (taken >= 0 || errno != EBADF) return taken;
    }
    return -1;
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    int process = (int)syscall(SYS_pidfd_open, atoi(argument(argc, argv, 2)), 0);
    if (process < 0) refused(errno);
    if (strcmp(way, "getfd") == 0) report(take_any(process), "a descriptor is taken");
    if (strcmp(way, "signal") == 0) report(syscall(SYS_pidfd_send_signal, process, 0, NULL, 0), "it can be signalled");
    if (strcmp(way, "setns") == 0) report(setns(process, CLONE_NEWNS | CLONE_NEWNET), "it is inside");
    misused(way);
}
