// Calls the kernel by another door, whose numbers mean something else.
//
// attempt: an i386 call by int 0x80
// arguments: i386
// expect: killed SIGSYS
// layer: filter
// control: host
//
// attempt: an x32 call; success is that the kernel's own table answered, even with ENOSYS
// arguments: x32
// expect: killed SIGSYS
// layer: filter
// control: host
#include "attempt.h"

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    if (strcmp(way, "i386") == 0) {
        long result = 20;  // getpid of i386; 20 is writev on x86_64
        __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
        if (result != getpid()) refused((int)-result);
        succeeded("i386 getpid answered");
    }
    if (strcmp(way, "x32") == 0) {
        long result = syscall(0x40000000L | SYS_getpid);
        succeeded(result > 0 ? "x32 getpid answered" : "no filter stopped it");
    }
    misused(way);
}
