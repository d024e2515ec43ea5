// Leaves a core file of whatever size it likes.
//
// attempt: allow itself a core, and crash
// covers: core-dump
// arguments: $work
// policy: limits { core 0 }
// expect: EPERM
// layers: limits+capabilities
// control: without limits { core 0 }
#include <sys/resource.h>
#include <sys/wait.h>

#include "attempt.h"

int main(int argc, char** argv) {
    const struct rlimit much = {1 << 20, 1 << 20};
    (void)argument(argc, argv, 1);
    if (setrlimit(RLIMIT_CORE, &much)) refused(errno);
    pid_t child = fork();
    if (child == 0) abort();
    int status = 0;
    if (waitpid(child, &status, 0) != child) refused(errno);
    // Where the file goes is the machine's business; that it was made is what WCOREDUMP says.
    if (WCOREDUMP(status)) succeeded("there is a core");
    succeeded("it may have a core");
}
