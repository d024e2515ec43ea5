// Calls the kernel by another door, whose numbers mean something else.
//
// attempt: an i386 call by int 0x80
// covers: i386
// arguments: i386
// expect: killed SIGSYS
// layers: filter
// control: host
//
// attempt: an x32 call; success is that the kernel's own table answered, even with ENOSYS
// covers: x32
// arguments: x32
// expect: killed SIGSYS
// layers: filter
// control: host
//
// attempt: an i386 call from 32-bit code, which a far return goes to
// covers: i386
// arguments: far
// expect: killed SIGSYS
// layers: filter
// control: host
//
// attempt: an i386 call after changing the personality, by a child
// covers: personality, i386
// arguments: personality
// expect: killed SIGSYS
// layers: filter
// control: host
//
// attempt: change the personality where the policy forbids it
// covers: personality
// arguments: randomize
// policy: syscalls { forbid personality }
// expect: EPERM
// layers: filter
// control: without syscalls { forbid personality }
#include <signal.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/wait.h>

#include "attempt.h"

// A kernel without that door answers with this signal.
static void no_door(int signal) {
    (void)signal;
    refused(ENOSYS);
}

// On a stack of its own: the far way has one that is too small.
static void expect_no_door(void) {
    static char space[1 << 16];
    stack_t stack = {.ss_sp = space, .ss_size = sizeof space};
    struct sigaction action = {.sa_handler = no_door, .sa_flags = SA_ONSTACK};
    if (sigaltstack(&stack, NULL) || sigaction(SIGSEGV, &action, NULL)) refused(errno);
}

static long i386_getpid(void) {
    long result = 20;  // getpid of i386; 20 is writev on x86_64
    __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
    return result;
}

// In code segment 0x23 the same bytes are 32-bit code; a far jump to 0x33 comes back. All of it has to lie
// below 4 GiB, the stack as well.
static long i386_getpid_far(void) {
    long result = 0;
    char* low = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (low == MAP_FAILED) return -1;
    __asm__ volatile(
        "mov %%rsp, %%r15\n\t"
        "lea 4096(%1), %%rsp\n\t"
        "pushq $0x23\n\t"
        "lea 1f(%%rip), %%rax\n\t"
        "push %%rax\n\t"
        "lretq\n"
        ".code32\n"
        "1: mov $20, %%eax\n\t"
        "int $0x80\n\t"
        "ljmp $0x33, $2f\n"
        ".code64\n"
        "2: mov %%r15, %%rsp\n\t"
        "mov %%eax, %%eax\n\t"
        : "=&a"(result)
        : "r"(low)
        : "memory", "r8", "r9", "r10", "r11", "r15", "cc");
    return result;
}

// The child is killed in place of this process: then so is this one.
static long in_child(void) {
    int status = 0;
    if (personality(PER_LINUX32) < 0) refused(errno);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        _exit(i386_getpid() == getpid() ? 0 : 1);
    }
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) kill(getpid(), WTERMSIG(status));
    return WEXITSTATUS(status) == 0 ? getpid() : -1;
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    expect_no_door();
    if (strcmp(way, "i386") == 0) {
        long result = i386_getpid();
        if (result != getpid()) refused((int)-result);
        succeeded("i386 getpid answered");
    }
    if (strcmp(way, "far") == 0) report(i386_getpid_far() == getpid() ? 0 : -1, "i386 getpid answered");
    if (strcmp(way, "personality") == 0) report(in_child() == getpid() ? 0 : -1, "i386 getpid answered");
    if (strcmp(way, "randomize") == 0) report(personality(ADDR_NO_RANDOMIZE | READ_IMPLIES_EXEC), "it is changed");
    if (strcmp(way, "x32") == 0) {
        long result = syscall(0x40000000L | SYS_getpid);
        succeeded(result > 0 ? "x32 getpid answered" : "no filter stopped it");
    }
    misused(way);
}
