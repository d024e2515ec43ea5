// ward's hook in a fuzz target: compile it with the target (`ward explain-crash --hook` prints it).
//
// Under a profile of ward for fuzzing, what the target must not do becomes a crash that a fuzzer saves: the filter
// answers with SIGSYS, which libFuzzer does not catch. And a file outside of what the profile grants is just not there:
// no signal tells of that, so this file looks at every call that opens, makes, renames or removes one.
//
// It finds, and never permits: what may happen is decided by the kernel, by ward's file view and filter. Outside of such
// a jail it does nothing.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef __x86_64__
#error "the hook knows the registers of x86-64 only"
#endif

// What it looks at may be broken: the sanitizers would find that instead. Their coverage is of the target.
#ifdef __clang__
#define PLAIN __attribute__((no_sanitize("address", "undefined", "memory", "thread", "coverage")))
#else
#define PLAIN __attribute__((no_sanitize("address", "undefined", "thread")))
#endif

// In the sixth argument, which none of these calls has: the hook's own. No secret, see above.
#define KEY 0x77617264u
// What the hook's filter gives to SIGSYS; ward's gives 0.
#define OURS 0x6877u

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// Arguments of a call that are a path, each with the folder that it begins in; -1: none.
struct Watched {
    int number;
    const char* name;
    int path, folder, path2, folder2;
};

static const struct Watched watched[] = {
    {SYS_open, "open", 0, -1, -1, -1},
    {SYS_openat, "openat", 1, 0, -1, -1},
    {SYS_creat, "creat", 0, -1, -1, -1},
    {SYS_truncate, "truncate", 0, -1, -1, -1},
    {SYS_mkdir, "mkdir", 0, -1, -1, -1},
    {SYS_mkdirat, "mkdirat", 1, 0, -1, -1},
    {SYS_mknod, "mknod", 0, -1, -1, -1},
    {SYS_mknodat, "mknodat", 1, 0, -1, -1},
    {SYS_rmdir, "rmdir", 0, -1, -1, -1},
    {SYS_unlink, "unlink", 0, -1, -1, -1},
    {SYS_unlinkat, "unlinkat", 1, 0, -1, -1},
    {SYS_rename, "rename", 0, -1, 1, -1},
    {SYS_renameat, "renameat", 1, 0, 3, 2},
    {SYS_renameat2, "renameat2", 1, 0, 3, 2},
    {SYS_link, "link", 0, -1, 1, -1},
    {SYS_linkat, "linkat", 1, 0, 3, 2},
    {SYS_symlink, "symlink", 1, -1, -1, -1},
    {SYS_symlinkat, "symlinkat", 2, 1, -1, -1},
    {SYS_chmod, "chmod", 0, -1, -1, -1},
    {SYS_fchmodat, "fchmodat", 1, 0, -1, -1},
    {SYS_chown, "chown", 0, -1, -1, -1},
    {SYS_lchown, "lchown", 0, -1, -1, -1},
    {SYS_fchownat, "fchownat", 1, 0, -1, -1},
    // Never the target's own business.
    {SYS_execve, "execve", 0, -1, -1, -1},
    {SYS_execveat, "execveat", 1, 0, -1, -1},
    {SYS_fork, "fork", -1, -1, -1, -1},
    {SYS_vfork, "vfork", -1, -1, -1, -1},
    // Of a thread it is the target's own affair: the filter lets it pass.
    {SYS_clone, "clone", -1, -1, -1, -1},
    // Not to be allowed or refused, see keep_unblocked().
    {SYS_rt_sigprocmask, "rt_sigprocmask", -1, -1, -1, -1},
};

static pid_t fork_server;  // 0 without one
static uint64_t fork_begin = UINT64_MAX, fork_end;  // of the C library's code; nowhere without a fork server
static volatile sig_atomic_t is_reporting;

// ---- which path it is

// `path` as an absolute one, not normalised. False if it is not to be read.
PLAIN static int absolute(char* text, size_t size, const long* arguments, int path, int folder) {
    const char* given = (const char*)arguments[path];
    if (syscall(SYS_access, given, F_OK) != 0 && errno == EFAULT) return 0;
    text[0] = '\0';
    if (given[0] != '/') {
        char link[32];
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder < 0 ? AT_FDCWD : (int)arguments[folder]);
        const int in_cwd = folder < 0 || (int)arguments[folder] == AT_FDCWD;
        const long length = readlink(in_cwd ? "/proc/self/cwd" : link, text, size - 2);
        if (length < 0) return 0;
        text[length] = '/';
        text[length + 1] = '\0';
    }
    const size_t used = strlen(text);
    if (used + strlen(given) >= size) return 0;
    strcpy(text + used, given);
    return 1;
}

// The folders that lead to what a profile grants are on the jail's root, and everything that is granted is on a mount of
// its own. So a path leads outside if the last part of it that is there is on the root.
PLAIN static int is_outside(const char* path) {
    char part[PATH_MAX];
    struct stat root, there;
    if (stat("/", &root) != 0 || strlen(path) >= sizeof part) return 0;
    strcpy(part, path);
    for (;;) {
        if (stat(part, &there) == 0) return there.st_dev == root.st_dev;
        char* slash = strrchr(part, '/');
        if (slash == part || slash == NULL) return 1;
        *slash = '\0';
    }
}

PLAIN static int is_refused(const struct Watched* call, const long* arguments, int error) {
    char path[PATH_MAX];
    if (error == EACCES || error == EPERM || error == EROFS) return 1;
    if (error != ENOENT && error != ENOTDIR) return 0;
    if (absolute(path, sizeof path, arguments, call->path, call->folder) && is_outside(path))
        return strcmp(path, "/dev/afl_snapshot") != 0;  // the run-time of AFL++ looks for its module
    return call->path2 >= 0 && absolute(path, sizeof path, arguments, call->path2, call->folder2) && is_outside(path);
}

// ---- the report

PLAIN static void say(const char* text) {
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
}

PLAIN static void say_escaped(const char* path) {
    char line[4 * PATH_MAX + 16];
    char* end = line + snprintf(line, sizeof line, " path \"");
    for (; *path != '\0' && end < line + sizeof line - 8; ++path) {
        const unsigned char c = (unsigned char)*path;
        const int is_plain = c >= ' ' && c < 0x7f && c != '"' && c != '\\';
        end += snprintf(end, 8, is_plain ? "%c" : "\\x%02x", c);
    }
    strcpy(end, "\"");
    say(line);
}

PLAIN static void say_path(const long* arguments, int path, int folder) {
    char text[PATH_MAX];
    if (path >= 0 && absolute(text, sizeof text, arguments, path, folder)) say_escaped(text);
}

PLAIN static void say_address(const long* arguments) {
    char text[INET6_ADDRSTRLEN], line[INET6_ADDRSTRLEN + 32];
    const struct sockaddr_in* four = (const struct sockaddr_in*)arguments[1];
    const struct sockaddr_in6* six = (const struct sockaddr_in6*)arguments[1];
    if (syscall(SYS_access, four, F_OK) != 0 && errno == EFAULT) return;
    const void* address = four->sin_family == AF_INET ? (const void*)&four->sin_addr : (const void*)&six->sin6_addr;
    if (inet_ntop(four->sin_family, address, text, sizeof text) == NULL) return;
    snprintf(line, sizeof line, " address \"%s\" port %d", text, ntohs(four->sin_port));
    say(line);
}

// As the sanitizers write an address without a symbolizer: their tools read it.
PLAIN static void say_frame(int number, const char* address) {
    char line[PATH_MAX + 256], program[PATH_MAX];
    Dl_info where;
    memset(&where, 0, sizeof where);
    dladdr(address - 1, &where);
    const char* file = where.dli_fname != NULL ? where.dli_fname : "";
    const long length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (file[0] != '/' && length > 0) {
        program[length] = '\0';
        file = program;
    }
    snprintf(line, sizeof line, "    #%d %p%s%s (%s+0x%zx)\n", number, (const void*)address,
             where.dli_sname != NULL ? " in " : "", where.dli_sname != NULL ? where.dli_sname : "", file,
             (size_t)(address - (const char*)where.dli_fbase));
    say(line);
}

// From the frame of `first` on: what is above is the hook.
PLAIN static void say_stack(const void* first) {
    void* frames[64];
    if (fork_server != 0) return;  // AFL++ lets nobody read it, see start()
    const int count = backtrace(frames, COUNT(frames));
    int top = 0;
    for (int n = 0; n < count; ++n)
        if (frames[n] == first) top = n;
    for (int n = top; n < count; ++n) say_frame(n - top, (const char*)frames[n]);
}

// Ends the process in a way that its fuzzer saves: libFuzzer catches SIGABRT, AFL++ takes any signal.
__attribute__((noreturn)) PLAIN static void end(void) {
    struct sigaction old;
    sigset_t all;
    // The fuzzer sees the process that the fork server made, and not what that one forks (it can by `_Fork`).
    if (fork_server != 0 && getpid() != fork_server && getppid() != fork_server) kill(getppid(), SIGSYS);
    sigaction(SIGABRT, NULL, &old);
    sigfillset(&all);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    if (old.sa_handler != SIG_DFL) raise(SIGABRT);
    signal(SIGSYS, SIG_DFL);
    raise(SIGSYS);
    _exit(128 + SIGSYS);
}

PLAIN static void say_call(const struct Watched* call, int number, const long* arguments, int error) {
    char line[256];
    snprintf(line, sizeof line, "==%d==WARD: refused call %d%s%s arguments 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx error %d",
             (int)getpid(), number, call != NULL ? " " : "", call != NULL ? call->name : "",
             (unsigned long)arguments[0], (unsigned long)arguments[1], (unsigned long)arguments[2],
             (unsigned long)arguments[3], (unsigned long)arguments[4], (unsigned long)arguments[5], error);
    say(line);
    if (call != NULL) {
        say_path(arguments, call->path, call->folder);
        say_path(arguments, call->path2, call->folder2);
    }
    if (number == SYS_connect) say_address(arguments);
    say("\n");
}

// Where clone(2) of the C library would have returned to its caller: its code around the call tells no unwinder who
// called, so the stack is looked at from here.
PLAIN static void end_in_caller(void) {
    say_stack(__builtin_return_address(0));
    end();
}

PLAIN static void report(const struct Watched* call, const siginfo_t* info, const long* arguments, int error,
                         ucontext_t* context) {
    Dl_info where;
    is_reporting = 1;
    say_call(call, info->si_syscall, arguments, error);
    if (info->si_syscall == SYS_clone && dladdr(info->si_call_addr, &where) != 0 && where.dli_sname != NULL &&
        strcmp(where.dli_sname, "__clone") == 0) {
        context->uc_mcontext.gregs[REG_RIP] = (greg_t)end_in_caller;
        return;
    }
    say_stack(info->si_call_addr);
    end();
}

// ---- the signal

PLAIN static const struct Watched* find(int number) {
    for (size_t n = 0; n < COUNT(watched); ++n)
        if (watched[n].number == number) return &watched[n];
    return NULL;
}

// What rt_sigprocmask does, but SIGSYS is never blocked: a blocked one ends the process without its handler, and the C
// library blocks all signals before it starts a program. The mask counts from the return of this handler on.
PLAIN static long keep_unblocked(const long* arguments, ucontext_t* context) {
    const uint64_t* set = (const uint64_t*)arguments[1];
    uint64_t mask;
    memcpy(&mask, &context->uc_sigmask, sizeof mask);
    if (arguments[2] != 0) *(uint64_t*)arguments[2] = mask;
    if (arguments[0] == SIG_BLOCK) mask |= *set;
    if (arguments[0] == SIG_UNBLOCK) mask &= ~*set;
    if (arguments[0] == SIG_SETMASK) mask = *set;
    mask &= ~(UINT64_C(1) << (SIGSYS - 1));
    memcpy(&context->uc_sigmask, &mask, sizeof mask);
    return 0;
}

PLAIN static void on_sigsys(int signal_number, siginfo_t* info, void* interrupted) {
    (void)signal_number;
    const int saved = errno;
    if (info->si_code == SI_USER) end();  // from a child
    ucontext_t* context = (ucontext_t*)interrupted;
    greg_t* registers = context->uc_mcontext.gregs;
    const long arguments[6] = {registers[REG_RDI], registers[REG_RSI], registers[REG_RDX],
                               registers[REG_R10], registers[REG_R8],  registers[REG_R9]};
    const int number = info->si_syscall;
    const struct Watched* call = find(number);
    if (number == SYS_rt_sigprocmask && info->si_errno == OURS) {
        registers[REG_RAX] = keep_unblocked(arguments, context);
        return;
    }
    // A sanitizer that stops all threads, for its own words about memory: not the target, and not to be had.
    if (number == SYS_clone && arguments[0] == (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_UNTRACED)) {
        registers[REG_RAX] = -EPERM;
        return;
    }
    const int is_path = call != NULL && call->path >= 0 && number != SYS_execve && number != SYS_execveat;
    if (info->si_errno != OURS || !is_path) {
        report(call, info, arguments, 0, context);
        return;
    }
    const long result =
        syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], (long)KEY);
    const int error = result < 0 ? errno : 0;
    if (error != 0 && is_path && !is_reporting && is_refused(call, arguments, error))
        report(call, info, arguments, error, context);
    registers[REG_RAX] = error != 0 ? -error : result;
    errno = saved;
}

// ---- the start

#define FIELD(name, offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name) + (offset))
#define IF(test, value, yes, no) BPF_JUMP(BPF_JMP | test | BPF_K, (unsigned)(value), (__u8)(yes), (__u8)(no))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)

static void load_filter(void) {
    enum { head = 3, tail = 16, count = COUNT(watched) };
    enum { allow = 0, of_thread = 1, of_mask = 9, of_any = 12 };  // in `last`
    struct sock_filter code[head + count + tail];
    const struct sock_filter first[head] = {FIELD(arch, 0), IF(BPF_JEQ, AUDIT_ARCH_X86_64, 0, count + 1 + allow),
                                            FIELD(nr, 0)};
    const struct sock_filter last[tail] = {
        RETURN(SECCOMP_RET_ALLOW),
        FIELD(args[0], 0),
        IF(BPF_JSET, CLONE_THREAD, 11, 0),
        IF(BPF_JSET, CLONE_VM, 7, 0),
        // A fork server forks for each input, and a signal each time would cost a tenth: see before_fork().
        FIELD(instruction_pointer, 4),
        IF(BPF_JEQ, fork_begin >> 32, 0, fork_server != 0 && fork_end == 0 ? 8 : 5),
        FIELD(instruction_pointer, 0),
        IF(BPF_JGE, fork_begin, 0, 3),
        IF(BPF_JGT, fork_end, 2, 5),
        // A mask that is only asked for.
        FIELD(args[1], 0),
        IF(BPF_JEQ, 0, 3, 0),
        RETURN(SECCOMP_RET_TRAP | OURS),
        FIELD(args[5], 0),
        IF(BPF_JEQ, KEY, 0, 1),
        RETURN(SECCOMP_RET_ALLOW),
        RETURN(SECCOMP_RET_TRAP | OURS),
    };
    memcpy(code, first, sizeof first);
    memcpy(code + head + count, last, sizeof last);
    for (int n = 0; n < count; ++n) {
        const int number = watched[n].number;
        const int to = number == SYS_clone ? of_thread : number == SYS_rt_sigprocmask ? of_mask : of_any;
        code[head + n] = (struct sock_filter)IF(BPF_JEQ, number, count - n - 1 + to, 0);
    }
    struct sock_fprog program = {COUNT(code), code};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        say("ward's hook: the kernel takes no further filter\n");
        _exit(125);
    }
}

// fork(3) calls this first, whoever called it. The fork server may.
PLAIN static void before_fork(void) {
    if (getpid() != fork_server) end();
}

// fork(3) makes its call in `_Fork`, since version 2.34 of the C library: whatever else makes one is the target. In an
// older one, or a static program, a call that goes around fork(3) is not seen.
PLAIN static void be_fork_server(void) {
    const ElfW(Sym)* symbol = NULL;
    Dl_info where;
    const char* code = (const char*)dlsym(RTLD_NEXT, "_Fork");
    fork_server = getpid();
    pthread_atfork(before_fork, NULL, NULL);
    if (code == NULL || dladdr1(code, &where, (void**)&symbol, RTLD_DL_SYMENT) == 0 || symbol == NULL) return;
    fork_begin = (uint64_t)code;
    fork_end = fork_begin + symbol->st_size;
}

// Before the constructor of AFL++ that starts its fork server: once.
__attribute__((constructor(101))) static void start(void) {
    if (getenv("WARD_FUZZING") == NULL) return;
    void* frames[4];
    // The first time it loads a library, backtrace(3). Each input that a fork server runs would copy pages of that, which
    // cost a tenth of the speed; whoever wants the stack runs the input once more.
    if (getenv("__AFL_SHM_ID") != NULL)
        be_fork_server();
    else
        backtrace(frames, COUNT(frames));
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_sigsys;
    // What ends the process may make such calls itself: libFuzzer writes the input to a file.
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGSYS, &action, NULL);
    load_filter();
}
