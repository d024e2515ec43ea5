// Makes a process for an input that says so, by fork(3) or around it.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void wait_for(long child) {
    if (child == 0) _exit(0);
    if (child < 0 || waitpid((pid_t)child, NULL, 0) != (pid_t)child) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    if (data[0] == 'f') wait_for(fork());
    if (data[0] == 'r') wait_for(syscall(SYS_clone, SIGCHLD, 0, NULL, NULL, 0));
    return 0;
}
