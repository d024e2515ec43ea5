// Init and the supervisor must not be reachable through their memory.
//
// attempt: write the memory of init through /proc/1/mem
// arguments: mem 1
// expect: EACCES
// layer: init is not dumpable
// control: host
// control-arguments: mem $victim
//
// attempt: write the memory of the parent through /proc/self/../PPID/mem
// arguments: parent-mem
// expect: EACCES
// layer: init is not dumpable
// control: host
// control-arguments: mem $victim
//
// attempt: write the memory of init by process_vm_writev
// arguments: writev 1
// expect: EPERM
// layer: filter
// control: host
// control-arguments: writev $victim
//
// attempt: write the memory of init by process_vm_writev that the policy allows
// arguments: writev 1
// policy: syscalls { allow process_vm_writev }
// expect: EPERM
// layer: init is not dumpable
// control: host
// control-arguments: writev $victim
#include "attempt.h"

#include <sys/uio.h>

// A writable address of the process; 0 if its map cannot be read.
static uintptr_t writable_address(const char* process) {
    char path[64], line[512], rights[8];
    snprintf(path, sizeof path, "/proc/%s/maps", process);
    FILE* maps = fopen(path, "r");
    uintptr_t start = 0;
    while (maps && fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%*x %7s", &start, rights) == 2 && rights[1] == 'w') return start;
    }
    return 0;
}

static void write_through_file(const char* path, const char* process) {
    int memory = open(path, O_RDWR);
    if (memory < 0) refused(errno);
    char byte;
    off_t address = (off_t)writable_address(process);
    if (pread(memory, &byte, 1, address) != 1 || pwrite(memory, &byte, 1, address) != 1) refused(errno);
    succeeded("one byte written");
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    char path[64], process[16];
    if (strcmp(way, "parent-mem") == 0) {
        snprintf(process, sizeof process, "%d", getppid());
        snprintf(path, sizeof path, "/proc/self/../%s/mem", process);
        write_through_file(path, process);
    }
    const char* target = argument(argc, argv, 2);
    if (strcmp(way, "mem") == 0) {
        snprintf(path, sizeof path, "/proc/%s/mem", target);
        write_through_file(path, target);
    }
    char byte;
    uintptr_t address = writable_address(target);
    struct iovec here = {&byte, 1}, there = {(void*)(address ? address : (uintptr_t)&byte), 1};
    pid_t process_id = (pid_t)atoi(target);
    if (address && process_vm_readv(process_id, &here, 1, &there, 1, 0) != 1) refused(errno);
    report(process_vm_writev(process_id, &here, 1, &there, 1, 0), "one byte written");
}
