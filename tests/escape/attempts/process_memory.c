// Init and the supervisor must not be reachable through their memory.
//
// attempt: write the memory of init through /proc/1/mem
// covers: proc-of-launcher
// arguments: mem 1
// expect: EACCES
// frame: mounts
// layers: not-dumpable+capabilities, user-namespace
// control: host
// control-arguments: mem $victim
//
// attempt: write the memory of the parent through /proc/self/../PPID/mem
// covers: proc-of-launcher
// arguments: parent-mem
// expect: EACCES
// frame: mounts
// layers: not-dumpable+capabilities, user-namespace
// control: host
// control-arguments: mem $victim
//
// attempt: write the memory of init by process_vm_writev
// covers: process-memory
// arguments: writev 1
// expect: EPERM
// layers: filter, not-dumpable+capabilities, user-namespace
// control: host
// control-arguments: writev $victim
//
// attempt: write the memory of init by process_vm_writev that the policy allows
// covers: process-memory
// arguments: writev 1
// policy: syscalls { allow process_vm_writev }
// expect: EPERM
// layers: not-dumpable+capabilities, user-namespace
// control: host
// control-arguments: writev $victim
#include <sys/uio.h>

#include "attempt.h"

static void open_memory(const char* path) {
    int memory = open(path, O_RDWR);
    if (memory < 0) refused(errno);
    succeeded("it is open for writing");
}

// To an address that nobody has: with the right the answer is EFAULT, and no harm is done.
static void write_nowhere(pid_t process) {
    char byte = 0;
    struct iovec here = {&byte, 1}, there = {NULL, 1};
    if (process_vm_writev(process, &here, 1, &there, 1, 0) < 0 && errno != EFAULT) refused(errno);
    succeeded("nothing but the address was wrong");
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    char path[64];
    if (strcmp(way, "parent-mem") == 0) {
        snprintf(path, sizeof path, "/proc/self/../%d/mem", getppid());
        open_memory(path);
    }
    const char* target = argument(argc, argv, 2);
    if (strcmp(way, "mem") == 0) {
        snprintf(path, sizeof path, "/proc/%s/mem", target);
        open_memory(path);
    }
    if (strcmp(way, "writev") == 0) write_nowhere((pid_t)atoi(target));
    misused(way);
}
