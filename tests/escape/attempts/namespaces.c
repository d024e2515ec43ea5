// Makes a user namespace of its own, in which it would have every capability.
//
// attempt: make a user namespace
// covers: user-namespace
// ways: unshare clone
// arguments: $way
// expect: EPERM
// layers: filter
// control: host
//
// attempt: make a user namespace by clone3, whose flags a filter cannot see
// covers: clone3
// arguments: clone3
// expect: ENOSYS
// layers: filter
// control: host
//
// attempt: enter the namespaces of init
// covers: setns
// arguments: setns
// expect: EACCES
// frame: mounts
// layers: not-dumpable+capabilities, user-namespace
// control: host
// control-arguments: setns-of $victim
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "attempt.h"

static long in_child(long process) {
    if (process == 0) _exit(0);
    if (process > 0) waitpid((pid_t)process, NULL, 0);
    return process;
}

static long by_unshare(const char* unused) {
    (void)unused;
    return unshare(CLONE_NEWUSER);
}

static long by_clone(const char* unused) {
    (void)unused;
    return in_child(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL));
}

static long by_clone3(const char* unused) {
    (void)unused;
    struct clone_args arguments = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
    return in_child(syscall(SYS_clone3, &arguments, sizeof arguments));
}

// The user namespace of a process: on the host entering one's own is EINVAL, which is far enough to
// show that nothing stood in the way.
static long enter(const char* process) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%s/ns/user", process);
    int file = open(path, O_RDONLY);
    if (file < 0) return file;
    return setns(file, CLONE_NEWUSER) == 0 || errno == EINVAL ? 0 : -1;
}

static long by_setns(const char* unused) {
    (void)unused;
    return enter("1");
}

int main(int argc, char** argv) {
    static const struct Way ways[] = {
        {"unshare", by_unshare}, {"clone", by_clone}, {"clone3", by_clone3},
        {"setns", by_setns},     {"setns-of", enter}, {NULL, NULL},
    };
    run_way(ways, argc, argv, "it is there");
}
