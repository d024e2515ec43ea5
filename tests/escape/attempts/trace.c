// Takes over a process by ptrace.
//
// attempt: trace the parent
// arguments: parent
// expect: EPERM
// layer: filter
// control: host
// control-arguments: $victim
//
// attempt: trace init where the policy allows ptrace
// arguments: 1
// policy: syscalls { allow ptrace }
// expect: EPERM
// layer: init is not dumpable
// control: host
// control-arguments: $victim
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "attempt.h"

int main(int argc, char** argv) {
    const char* target = argument(argc, argv, 1);
    pid_t process = strcmp(target, "parent") == 0 ? getppid() : (pid_t)atoi(target);
    if (ptrace(PTRACE_SEIZE, process, NULL, NULL) < 0) refused(errno);
    ptrace(PTRACE_DETACH, process, NULL, NULL);
    succeeded("traced");
}
