// inject FAULT TRACE RESULT SECONDS USER -- COMMAND...
//
// Runs COMMAND, and lets one system call of one of its processes go wrong, by ptrace(2). It knows
// nothing about the command.
//
//   FAULT    none
//            PROCESS:NUMBER:N:error:ERRNO   the N-th call NUMBER of a process fails, and is not made
//            PROCESS:NUMBER:N:return:VALUE  it is not made, and answers VALUE
//            PROCESS:NUMBER:N:kill          SIGKILL comes in place of it
//   TRACE    file for one line per call, `PROCESS NUMBER RESULT ARGUMENTS`; `-`: none
//   RESULT   file for what happened, `KEY VALUE` lines
//   SECONDS  after which everything is killed, and `hang` is 1
//   USER     the id that COMMAND runs as; `-`: that of the caller
//
// Processes are numbered in the order in which they are made; 0 is the command. strace(1) can inject as
// well, but counts the calls of each process alone, so that a fault that is meant for one process comes
// in its parent first.
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { most_tracees = 512, most_calls = 1024, skipped_call = 1000, grace_seconds = 5 };

struct tracee {
    pid_t pid;
    int index;
    bool alive, faulty;           // faulty: this call is the one
    bool followed;                // until a process of the command has become another program
    long number;
    unsigned long long arguments[6];
    unsigned short counts[most_calls];
};

enum what { nothing, fails, returns, dies };

static struct {
    enum what what;
    int process;
    long number, occurrence, value;
} fault;

static struct tracee tracees[most_tracees];
static int tracee_count;
static FILE *trace;
static bool reached, began, executed;
static volatile sig_atomic_t out_of_time;

static void on_alarm(int number) {
    (void)number;
    out_of_time = 1;
}

static void must(bool fine, const char *what) {
    if (fine) return;
    perror(what);
    exit(99);
}

static void read_fault(const char *text) {
    char word[16] = "";
    if (strcmp(text, "none") == 0) return;
    const int found = sscanf(text, "%d:%ld:%ld:%15[a-z]:%ld", &fault.process, &fault.number, &fault.occurrence, word,
                             &fault.value);
    fault.what = strcmp(word, "error") == 0    ? fails
                 : strcmp(word, "return") == 0 ? returns
                 : strcmp(word, "kill") == 0   ? dies
                                               : nothing;
    errno = EINVAL;
    must(fault.what != nothing && found >= (fault.what == dies ? 4 : 5), text);
}

static struct tracee *tracee_of(pid_t pid) {
    for (int i = 0; i < tracee_count; ++i)
        if (tracees[i].alive && tracees[i].pid == pid) return &tracees[i];
    errno = ENOSPC;
    must(tracee_count < most_tracees, "too many processes");
    struct tracee *made = &tracees[tracee_count];
    *made = (struct tracee){.pid = pid, .index = tracee_count, .alive = true, .followed = !executed};
    ++tracee_count;
    return made;
}

static int living(void) {
    int count = 0;
    for (int i = 0; i < tracee_count; ++i) count += tracees[i].alive;
    return count;
}

// ---- one call

static void enter_call(struct tracee *process) {
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, process->pid, 0, &registers) != 0) return;
    process->number = (long)registers.orig_rax;
    const unsigned long long arguments[6] = {registers.rdi, registers.rsi, registers.rdx,
                                             registers.r10, registers.r8,  registers.r9};
    memcpy(process->arguments, arguments, sizeof arguments);
    if (process->number < 0 || process->number >= most_calls) return;
    const long occurrence = ++process->counts[process->number];
    process->faulty = !reached && fault.what != nothing && process->index == fault.process &&
                      process->number == fault.number && occurrence == fault.occurrence;
    if (!process->faulty) return;
    reached = true;
    if (fault.what == dies) {
        kill(process->pid, SIGKILL);
        return;
    }
    // Not -1: a filter would take that for a call of the x32 ABI.
    registers.orig_rax = skipped_call;
    ptrace(PTRACE_SETREGS, process->pid, 0, &registers);
}

static void leave_call(struct tracee *process) {
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, process->pid, 0, &registers) != 0) return;
    if (process->faulty && fault.what != dies) {
        registers.rax = (unsigned long long)(fault.what == fails ? -fault.value : fault.value);
        registers.orig_rax = (unsigned long long)process->number;
        ptrace(PTRACE_SETREGS, process->pid, 0, &registers);
    }
    process->faulty = false;
    if (trace == NULL) return;
    fprintf(trace, "%d %ld %lld", process->index, process->number, (long long)registers.rax);
    for (int i = 0; i < 6; ++i) fprintf(trace, " %llx", process->arguments[i]);
    fputc('\n', trace);
}

// ---- one stop

static void go_on(const struct tracee *process, int signal_number) {
    // What comes after the fault is not looked at, and so as quick as it ever is.
    const bool watched = process->followed && (trace != NULL || (fault.what != nothing && !reached) || process->faulty);
    ptrace(watched ? PTRACE_SYSCALL : PTRACE_CONT, process->pid, 0, (long)signal_number);
}

// Counting begins with the command's own exec, and ends where a process becomes another program.
static void note_exec(struct tracee *process) {
    if (!began) {
        began = true;
        memset(process->counts, 0, sizeof process->counts);
        return;
    }
    process->followed = false;
    executed = true;
    if (trace != NULL) fprintf(trace, "%d exec\n", process->index);
}

static void look_at_call(struct tracee *process) {
    struct __ptrace_syscall_info call;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, process->pid, sizeof call, &call) <= 0) return;
    if (call.op == PTRACE_SYSCALL_INFO_ENTRY) enter_call(process);
    if (call.op == PTRACE_SYSCALL_INFO_EXIT) leave_call(process);
}

static void handle_stop(struct tracee *process, int status) {
    const int signal_number = WSTOPSIG(status);
    const int event = status >> 16;
    if (signal_number == (SIGTRAP | 0x80)) {
        if (began && process->followed) look_at_call(process);
        go_on(process, 0);
    } else if (event == PTRACE_EVENT_EXEC) {
        note_exec(process);
        go_on(process, 0);
    } else if (event == PTRACE_EVENT_STOP && signal_number != SIGTRAP) {
        ptrace(PTRACE_LISTEN, process->pid, 0, 0);  // stopped by a signal, and stays so
    } else {
        go_on(process, event != 0 ? 0 : signal_number);
    }
}

// ---- the command

static pid_t start(char **command, const char *user) {
    int gate[2];
    must(pipe(gate) == 0, "pipe");
    const pid_t pid = fork();
    must(pid >= 0, "fork");
    if (pid == 0) {
        char go;
        close(gate[1]);
        must(read(gate[0], &go, 1) == 1, "gate");
        close(gate[0]);
        setpgid(0, 0);
        if (strcmp(user, "-") != 0) {
            const uid_t id = (uid_t)strtoul(user, NULL, 10);
            must(setgroups(0, NULL) == 0 && setresgid(id, id, id) == 0 && setresuid(id, id, id) == 0, "change of user");
            prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
        }
        execv(command[0], command);
        must(false, command[0]);
    }
    close(gate[0]);
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                         PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    must(ptrace(PTRACE_SEIZE, pid, 0, options) == 0, "seize");
    must(ptrace(PTRACE_INTERRUPT, pid, 0, 0) == 0, "interrupt");
    must(write(gate[1], "g", 1) == 1, "gate");
    close(gate[1]);
    return pid;
}

static void kill_all(void) {
    for (int i = 0; i < tracee_count; ++i)
        if (tracees[i].alive) kill(tracees[i].pid, SIGKILL);
}

int main(int argc, char **argv) {
    errno = EINVAL;
    must(argc > 7 && strcmp(argv[6], "--") == 0, "usage");
    read_fault(argv[1]);
    if (strcmp(argv[2], "-") != 0) must((trace = fopen(argv[2], "we")) != NULL, argv[2]);
    FILE *result = fopen(argv[3], "we");
    must(result != NULL, argv[3]);
    // No SA_RESTART: the wait below must come back.
    const struct sigaction action = {.sa_handler = on_alarm};
    must(sigaction(SIGALRM, &action, NULL) == 0 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0, "set-up");
    must(setvbuf(result, NULL, _IOLBF, 0) == 0, "setvbuf");

    const pid_t command = start(argv + 7, argv[5]);
    tracee_of(command);
    alarm((unsigned)atoi(argv[4]));
    int status = 0, end = -1, orphans = 0;
    bool hang = false;
    while (living() > 0) {
        const pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno == ECHILD) break;
        if (out_of_time) {
            // Before the command's end: a hang. After it: what is left are orphans.
            out_of_time = 0;
            if (end < 0) hang = true;
            else orphans = living();
            kill_all();
            if (pid < 0) continue;
        }
        if (pid < 0) continue;
        struct tracee *process = tracee_of(pid);
        if (WIFSTOPPED(status)) {
            handle_stop(process, status);
            continue;
        }
        process->alive = false;
        if (pid != command) continue;
        end = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        alarm(grace_seconds);
    }
    fprintf(result, "reached %d\nexecuted %d\nhang %d\norphans %d\nstatus %d\ncommand %d\n", reached, executed, hang,
            orphans, end, command);
    return 0;
}
