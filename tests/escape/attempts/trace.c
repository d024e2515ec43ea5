// Takes over a process by ptrace.
//
// attempt: trace the parent
// covers: ptrace
// arguments: parent
// expect: EPERM
// layers: filter, not-dumpable+capabilities, user-namespace
// control: host
// control-arguments: $victim
//
// attempt: trace init where the policy allows ptrace
// covers: ptrace
// arguments: 1
// policy: syscalls { allow ptrace }
// expect: EPERM
// layers: not-dumpable+capabilities, user-namespace
// control: host
// control-arguments: $victim
//
// attempt: attach to any process that is there, again and again
// covers: attach-in-between
// arguments: any
// policy: syscalls { allow ptrace }
// expect: EPERM
// layers: not-dumpable+capabilities+mounts, user-namespace+mounts
// control: host
// control-arguments: $victim
#include <dirent.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "attempt.h"

static long seize(pid_t process) {
    if (ptrace(PTRACE_SEIZE, process, NULL, NULL)) return -1;
    ptrace(PTRACE_DETACH, process, NULL, NULL);
    return 0;
}

// For as long as a launch takes, a few times over.
static long seize_any(void) {
    for (int round = 0; round < 200; ++round) {
        DIR* processes = opendir("/proc");
        if (!processes) return -1;
        for (struct dirent* entry; (entry = readdir(processes));) {
            pid_t process = (pid_t)atoi(entry->d_name);
            if (process > 0 && process != getpid() && seize(process) == 0) return 0;
        }
        closedir(processes);
    }
    errno = EPERM;
    return -1;
}

int main(int argc, char** argv) {
    const char* target = argument(argc, argv, 1);
    if (strcmp(target, "any") == 0) report(seize_any(), "traced");
    pid_t process = strcmp(target, "parent") == 0 ? getppid() : (pid_t)atoi(target);
    report(seize(process), "traced");
}
