// Takes more processes or threads than the policy gives.
//
// attempt: fork without end
// ways: fork threads
// arguments: $way
// policy: limits { tasks 8 }
// expect: EAGAIN
// layer: limits
// control: without limits { tasks 8 }
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "attempt.h"

enum { enough = 64 };  // far more than the limit, harmless without one

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

int main(int argc, char** argv) {
    int threads = strcmp(argument(argc, argv, 1), "threads") == 0;
    pid_t made[enough];
    int count = 0, error = 0;
    while (count < enough && (made[count] = threads ? make_thread() : make_process()) > 0) ++count;
    if (count < enough) error = errno;
    for (int i = 0; !threads && i < count; ++i) kill(made[i], SIGKILL);
    while (wait(NULL) > 0) {
    }
    if (error) refused(error);
    succeeded("64 tasks");
}
