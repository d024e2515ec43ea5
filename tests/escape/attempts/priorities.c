// Takes more of the machine than others get.
//
// attempt: run before everybody else
// covers: priorities
// ways: nice realtime io
// arguments: $way
// policy: syscalls { allow @resources }
// expect: EPERM EACCES
// layers: capabilities, user-namespace
// control: root
//
// attempt: keep more memory from being swapped than is usual
// covers: priorities
// arguments: lock
// expect: ENOMEM EPERM EAGAIN
// layers: capabilities
// control: root
//
// attempt: watch all that is opened on the machine
// covers: watching-shared-files
// arguments: fanotify
// expect: EPERM
// layers: filter, capabilities, user-namespace
// control: root
#include <sched.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "attempt.h"

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    const struct sched_param lowest = {.sched_priority = 1};
    if (strcmp(way, "nice") == 0) report(setpriority(PRIO_PROCESS, 0, -5), "it runs before others");
    if (strcmp(way, "realtime") == 0) report(sched_setscheduler(0, SCHED_FIFO, &lowest), "it runs before others");
    if (strcmp(way, "io") == 0) report(syscall(SYS_ioprio_set, 1, 0, 1 << 13), "it reads before others");
    if (strcmp(way, "fanotify") == 0) report(fanotify_init(FAN_CLASS_NOTIF, O_RDONLY), "it watches");
    if (strcmp(way, "lock") != 0) misused(way);
    size_t size = 64 << 20;  // eight times what is usual
    void* memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    report(memory == MAP_FAILED ? -1 : mlock2(memory, size, MLOCK_ONFAULT), "it is locked");
}
