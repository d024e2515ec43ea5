// Gets around the filter itself. The call that it wants is add_key(2), which the policies here refuse.
//
// attempt: load a filter that allows everything
// covers: looser-filter
// ways: alone all-threads
// arguments: load $way
// policy: syscalls { allow seccomp }
// expect: EPERM
// layers: filter
// control: host
//
// attempt: have a tracer change the number of a call
// covers: looser-filter
// arguments: rewrite
// policy: process { debug allow }
// policy: syscalls { allow ptrace }
// expect: EPERM
// layers: filter
// control: host
//
// attempt: pass a refused mode with a garbage upper half
// covers: upper-halves, setuid-file
// arguments: high-mode made
// expect: EPERM
// effect: setuid-bit
// layers: filter
// control: with files { setuid allow }
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "attempt.h"

static long wanted(void) {
    return syscall(SYS_add_key, "user", "ward-test", "x", 1, KEY_SPEC_PROCESS_KEYRING);
}

static long load_and_call(const char* way) {
    struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog filter = {1, &allow};
    unsigned flags = strcmp(way, "alone") == 0 ? 0 : SECCOMP_FILTER_FLAG_TSYNC;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter)) misused("no filter can be loaded");
    return wanted();
}

// The child says how it went by its status.
static _Noreturn void call_as_child(void) {
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    long result = syscall(SYS_getppid, "user", "ward-test", "x", 1, KEY_SPEC_PROCESS_KEYRING);
    _exit(result < 0 ? errno : 0);
}

// Lets it run to the next stop at a call. False when it has ended.
static int to_next_stop(pid_t child, int* status) {
    if (ptrace(PTRACE_SYSCALL, child, NULL, NULL)) refused(errno);
    return waitpid(child, status, 0) == child && WIFSTOPPED(*status);
}

static long rewrite_and_call(void) {
    pid_t child = fork();
    int status = 0;
    if (child == 0) call_as_child();
    if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) misused("not traced");
    while (to_next_stop(child, &status)) {
        struct user_regs_struct registers;
        if (ptrace(PTRACE_GETREGS, child, NULL, &registers)) refused(errno);
        if (registers.orig_rax != SYS_getppid) continue;
        registers.orig_rax = SYS_add_key;
        if (ptrace(PTRACE_SETREGS, child, NULL, &registers)) refused(errno);
    }
    errno = WEXITSTATUS(status);
    return errno ? -1 : 0;
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    if (strcmp(way, "load") == 0) report(load_and_call(argument(argc, argv, 2)), "the call was made");
    if (strcmp(way, "rewrite") == 0) report(rewrite_and_call(), "the call was made");
    if (strcmp(way, "high-mode") != 0) misused(way);
    const char* path = argument(argc, argv, 2);
    close(open(path, O_WRONLY | O_CREAT, 0755));
    report(syscall(SYS_chmod, path, 0xdeadbeef00000000 | 04755), "the file has the bit");
}
