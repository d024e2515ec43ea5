// Takes more processes or threads than the policy gives.
//
// attempt: fork without end
// covers: fork-bomb
// ways: fork
// arguments: $way
// policy: limits { tasks 8 }
// expect: EAGAIN
// layers: limits
// control: without limits { tasks 8 }
//
// attempt: make processes out of sight of the one that waits
// covers: thread-bomb
// ways: vfork clone-parent threads
// arguments: $way
// policy: limits { tasks 8 }
// expect: EAGAIN
// layers: limits
// control: without limits { tasks 8 }
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "attempt.h"

enum { enough = 64 };  // far more than the limit; the runner ends them

static int wait_for_end(void* unused) {
    (void)unused;
    for (;;) pause();
    return 0;
}

static pid_t make_thread(void) {
    const size_t size = 16384;
    char* stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return clone(wait_for_end, stack + size, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, NULL);
}

static pid_t make_process(void) {
    pid_t process = fork();
    if (process == 0) wait_for_end(NULL);
    return process;
}

// A child of this one's parent. Its stack is a copy.
static pid_t make_sibling(void) {
    long process = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
    if (process == 0) wait_for_end(NULL);
    return (pid_t)process;
}

// The child has a child, and ends: nobody but init waits for that.
static pid_t make_orphan(void) {
    int status = 0;
    pid_t process = vfork();
    if (process == 0) {
        pid_t orphan = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
        if (orphan == 0) wait_for_end(NULL);
        _exit(orphan < 0 ? errno : 0);
    }
    if (process > 0) waitpid(process, &status, 0);
    errno = WEXITSTATUS(status);
    return process < 0 || errno ? -1 : process;
}

static pid_t make_one(const char* way) {
    if (strcmp(way, "threads") == 0) return make_thread();
    if (strcmp(way, "clone-parent") == 0) return make_sibling();
    if (strcmp(way, "vfork") == 0) return make_orphan();
    return make_process();
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    pid_t made[enough];
    int count = 0, error = 0;
    while (count < enough && (made[count] = make_one(way)) > 0) ++count;
    if (count < enough) error = errno;
    for (int i = 0; strcmp(way, "fork") == 0 && i < count; ++i) kill(made[i], SIGKILL);
    while (strcmp(way, "fork") == 0 && wait(NULL) > 0) {
    }
    if (error) refused(error);
    succeeded("64 tasks");
}
