// Finds what others share under a name: the caller has made all of it before.
//
// attempt: find shared memory of System V, or a message queue, of the host by its name
// covers: shared-names
// ways: memory queue
// caller: caller shared-names 20010911
// arguments: $way 20010911
// expect: ENOENT
// layers: ipc-namespace
// control: with process { share ipc }
//
// attempt: find shared memory of the host by its name
// covers: shared-names
// caller: caller shared-names 20010911
// arguments: file 20010911
// expect: ENOENT
// layers: mounts
// control: host
#include <mqueue.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "attempt.h"

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    const char* name = argument(argc, argv, 2);
    char path[300];
    snprintf(path, sizeof path, "/ward-test-%s", name);
    if (strcmp(way, "memory") == 0) report(shmget((key_t)atoi(name), 0, 0), "it is found");
    if (strcmp(way, "queue") == 0) report(mq_open(path, O_RDWR), "it is found");
    if (strcmp(way, "file") == 0) report(shm_open(path, O_RDWR, 0), "it is found");
    misused(way);
}
