// Compares objects of the kernel by kcmp, which tells how they lie in its memory, and what others have open.
//
// attempt: compare objects of its own
// covers: rare-calls
// arguments: own
// policy: syscalls { forbid kcmp }
// expect: EPERM
// layers: filter
// control: host
//
// attempt: compare with an object of init
// covers: rare-calls
// ways: memory descriptors
// arguments: $way 1
// expect: EPERM
// layers: not-dumpable+capabilities, user-namespace
// control: host
// control-arguments: $way $victim
//
// attempt: compare with an object of a process outside
// covers: rare-calls
// ways: memory descriptors
// arguments: $way $victim
// expect: ESRCH
// layers: pid-namespace
// control: host
#include <linux/kcmp.h>

#include "attempt.h"

static long compare(pid_t process, int type) {
    return syscall(SYS_kcmp, getpid(), process, type, 0, 0);
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    const char* words = "they are compared";
    if (strcmp(way, "own") == 0) report(compare(getpid(), KCMP_VM), words);
    pid_t process = (pid_t)atoi(argument(argc, argv, 2));
    if (strcmp(way, "memory") == 0) report(compare(process, KCMP_VM), words);
    if (strcmp(way, "descriptors") == 0) report(compare(process, KCMP_FILES), words);
    misused(way);
}
