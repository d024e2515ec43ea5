// What the kernel tests run inside: `probe WORD ARGUMENTS...` does one thing and prints what it saw.
// A refused call is printed as its errno's name; the exit status is 0 unless the word is about endings.
#include "probe.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

static int say_error(void) {
    printf("%s\n", strerrorname_np(errno));
    return 0;
}

static int say(const char* text) {
    puts(text);
    return 0;
}

// ---- endings and streams

static int end_by_exit(char** arguments) {
    return atoi(arguments[0]);
}

static int end_by_signal(char** arguments) {
    raise(atoi(arguments[0]));
    return 99;
}

static int copy_input(char** arguments) {
    (void)arguments;
    char text[4096];
    for (ssize_t size; (size = read(0, text, sizeof text)) > 0;)
        if (write(1, text, (size_t)size) != size) return 1;
    return 0;
}

static int say_word(char** arguments) {
    return say(arguments[0]);
}

static int complain(char** arguments) {
    fprintf(stderr, "%s\n", arguments[0]);
    return 0;
}

static int call(char** arguments) {
    long result = syscall(strtol(arguments[0], NULL, 0), 0L, 0L, 0L, 0L, 0L, 0L);
    return result < 0 ? say_error() : say("done");
}

static int spin(char** arguments) {
    (void)arguments;
    for (volatile unsigned long turn = 0;; ++turn) {
    }
    return 0;
}

static int wait_for_ever(char** arguments) {
    say(arguments[0]);
    fflush(stdout);
    for (;;) pause();
    return 0;
}

// ---- identity

static int status_field(char** arguments) {
    char line[1024];
    FILE* file = fopen("/proc/self/status", "r");
    if (!file) return say_error();
    size_t length = strlen(arguments[0]);
    while (fgets(line, sizeof line, file))
        if (strncmp(line, arguments[0], length) == 0 && line[length] == ':') fputs(line + length + 2, stdout);
    return 0;
}

static int namespaces(char** arguments) {
    (void)arguments;
    static const char* const kinds[] = {"user", "mnt", "pid", "ipc", "uts", "cgroup", "net"};
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; ++i) {
        char path[64], target[64] = "";
        snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
        if (readlink(path, target, sizeof target - 1) < 0) return say_error();
        puts(target);
    }
    return 0;
}

static int ids(char** arguments) {
    (void)arguments;
    printf("%u %u\n", getuid(), getgid());
    return 0;
}

// What a setuid or setgid file makes of a program that executes it.
static int effective_ids(char** arguments) {
    (void)arguments;
    printf("%u %u\n", geteuid(), getegid());
    return 0;
}

static int securebits(char** arguments) {
    (void)arguments;
    printf("%#x\n", prctl(PR_GET_SECUREBITS));
    return 0;
}

// setgroups(2), which would drop groups that deny something.
static int drop_groups(char** arguments) {
    (void)arguments;
    return setgroups(0, NULL) ? say_error() : say("dropped");
}

// One supplementary group, and what is then in a file.
static int join_group(char** arguments) {
    gid_t group = (gid_t)strtoul(arguments[0], NULL, 10);
    char text[256] = "";
    if (setgroups(1, &group)) return say_error();
    int file = open(arguments[1], O_RDONLY);
    return file < 0 || read(file, text, sizeof text - 1) < 0 ? say_error() : say(text);
}

// Several, and time to look at them.
static int wait_in_groups(char** arguments) {
    gid_t groups[8];
    size_t count = 0;
    for (char* word = strtok(arguments[0], ","); word && count < 8; word = strtok(NULL, ","))
        groups[count++] = (gid_t)atoi(word);
    return setgroups(count, groups) ? say_error() : wait_for_ever(arguments + 1);
}

// Another user, for which a file is made.
static int become(char** arguments) {
    uid_t id = (uid_t)atoi(arguments[0]);
    if (setresuid(id, id, id)) return say_error();
    return open(arguments[1], O_CREAT | O_EXCL | O_WRONLY, 0600) < 0 ? say_error() : say("made");
}

// ---- what it was given

static int environment(char** arguments) {
    (void)arguments;
    for (char** variable = environ; *variable; ++variable) puts(*variable);
    return 0;
}

static int folder(char** arguments) {
    (void)arguments;
    char path[4096];
    return getcwd(path, sizeof path) ? say(path) : say_error();
}

static int limit(char** arguments) {
    static const struct {
        const char* name;
        __rlimit_resource_t resource;
    } known[] = {{"cpu", RLIMIT_CPU},     {"file-size", RLIMIT_FSIZE}, {"stack", RLIMIT_STACK},
                 {"core", RLIMIT_CORE},   {"files", RLIMIT_NOFILE},    {"data", RLIMIT_DATA},
                 {"tasks", RLIMIT_NPROC}, {"nice", RLIMIT_NICE},       {NULL, 0}};
    for (unsigned i = 0; known[i].name; ++i) {
        struct rlimit found;
        if (strcmp(known[i].name, arguments[0]) != 0 || getrlimit(known[i].resource, &found)) continue;
        printf("%ld %ld\n", (long)found.rlim_cur, (long)found.rlim_max);
    }
    return 0;
}

static int descriptors(char** arguments) {
    (void)arguments;
    for (int descriptor = 0; descriptor < 1024; ++descriptor)
        if (fcntl(descriptor, F_GETFD) >= 0) printf("%d ", descriptor);
    return say("");
}

static int hostname(char** arguments) {
    (void)arguments;
    char name[256];
    return gethostname(name, sizeof name) ? say_error() : say(name);
}

static int terminal(char** arguments) {
    (void)arguments;
    int own = open("/dev/tty", O_RDWR);
    printf("%d %d %d %s %s\n", isatty(0), isatty(1), isatty(2), own < 0 ? strerrorname_np(errno) : "tty",
           getsid(0) == getpid() ? "leads"
           : getsid(0) == 0      ? "outside"
                                 : "follows");
    return 0;
}

// ---- processes

static _Noreturn void wait_for_end(void) {
    for (;;) pause();
}

// The nice value, and what an attempt to get a better one says.
static int priority(char** arguments) {
    (void)arguments;
    int before = getpriority(PRIO_PROCESS, 0);
    int result = setpriority(PRIO_PROCESS, 0, before - 1);
    printf("%d %s\n", before, result ? strerrorname_np(errno) : "better");
    return 0;
}

// How many processors it may use, after an attempt to get all.
static int processors(char** arguments) {
    (void)arguments;
    cpu_set_t all, own;
    memset(&all, 0xff, sizeof all);
    if (sched_setaffinity(0, sizeof all, &all) || sched_getaffinity(0, sizeof own, &own)) return say_error();
    printf("%d\n", CPU_COUNT(&own));
    return 0;
}

// Standard input once more, by its name in /proc.
static int reopen_input(char** arguments) {
    int flags = strcmp(arguments[0], "write") == 0 ? O_WRONLY : O_RDONLY;
    return open("/proc/self/fd/0", flags) < 0 ? say_error() : say("opened");
}

// A namespace of its own, of the user that it then is.
static int new_user_namespace(char** arguments) {
    (void)arguments;
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) ? say_error() : say("made");
}

// A child that lets itself be traced, as a debugger starts one.
static int trace_child(char** arguments) {
    (void)arguments;
    int status = 0;
    pid_t child = fork();
    if (child == 0) _exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) ? errno : 0);
    if (child < 0 || waitpid(child, &status, 0) < 0) return say_error();
    return say(WEXITSTATUS(status) == 0 ? "traced" : strerrorname_np(WEXITSTATUS(status)));
}

static int processes(char** arguments) {
    (void)arguments;
    DIR* all = opendir("/proc");
    if (!all) return say_error();
    for (struct dirent* entry; (entry = readdir(all));)
        if (atoi(entry->d_name) > 0) printf("%s ", atoi(entry->d_name) == getpid() ? "self" : entry->d_name);
    return say("");
}

static volatile sig_atomic_t last_signal;
static void note_signal(int number) {
    last_signal = number;
}

// Says each signal that comes; SIGKILL and SIGSTOP cannot be caught.
static int catch_signals(char** arguments) {
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    for (int number = 1; number <= SIGRTMAX; ++number) {
        struct sigaction action = {.sa_handler = note_signal, .sa_mask = all};
        sigaction(number, &action, NULL);
    }
    say(arguments[0]);
    for (;;) {
        fflush(stdout);
        last_signal = 0;
        sigsuspend(&before);
        printf("signal %d;\n", last_signal);
    }
    return 0;
}

// A daemon, as they are made: two forks, a session of its own, all signals blocked, no streams.
static int become_daemon(char** arguments) {
    (void)arguments;
    sigset_t all;
    sigfillset(&all);
    if (fork() == 0) {
        setsid();
        if (fork() == 0) {
            sigprocmask(SIG_BLOCK, &all, NULL);
            for (int stream = 0; stream < 3; ++stream) close(stream);
            wait_for_end();
        }
        _exit(0);
    }
    wait(NULL);
    return say("started");
}

static int send_signal(char** arguments) {
    return kill(atoi(arguments[0]), atoi(arguments[1])) ? say_error() : say("sent");
}

static int allocate(char** arguments) {
    size_t size = (size_t)atoi(arguments[0]) << 20;
    char* memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return say_error();
    memset(memory, 1, size);
    return say("filled");
}

static int fork_many(char** arguments) {
    enum { most = 256 };
    pid_t children[most];
    int made = 0;
    while (made < most && made < atoi(arguments[0]) && (children[made] = fork()) >= 0) {
        if (children[made] == 0) wait_for_end();
        ++made;
    }
    printf("%d\n", made);
    for (int i = 0; i < made; ++i) kill(children[i], SIGKILL);
    while (wait(NULL) > 0) {
    }
    return 0;
}

static int fork_or_fail(char** arguments) {
    for (int made = 0; made < atoi(arguments[0]); ++made) {
        pid_t child = fork();
        if (child == 0) wait_for_end();
        if (child < 0) return 1;  // the others end with the jail
    }
    return 0;
}

// Leaves orphans that end at once, and looks whether somebody takes them away.
static int orphans(char** arguments) {
    int count = atoi(arguments[0]);
    for (int i = 0; i < count; ++i) {
        pid_t child = fork();
        if (child == 0) {
            if (fork() == 0) _exit(0);
            _exit(0);
        }
        waitpid(child, NULL, 0);
    }
    for (int patience = 0; patience < 1000; ++patience) {
        int left = 0;
        DIR* all = opendir("/proc");
        for (struct dirent* entry; (entry = readdir(all));) left += atoi(entry->d_name) > 1;
        closedir(all);
        if (left == 1) return say("all are gone");
        usleep(10000);
    }
    return say("some are left");
}

int main(int argc, char** argv) {
    static const struct Word words[] = {
        {"exit", 1, end_by_exit},
        {"signal", 1, end_by_signal},
        {"say", 1, say_word},
        {"copy", 0, copy_input},
        {"complain", 1, complain},
        {"call", 1, call},
        {"spin", 0, spin},
        {"wait", 1, wait_for_ever},
        {"status", 1, status_field},
        {"namespaces", 0, namespaces},
        {"ids", 0, ids},
        {"effective-ids", 0, effective_ids},
        {"securebits", 0, securebits},
        {"environment", 0, environment},
        {"folder", 0, folder},
        {"limit", 1, limit},
        {"descriptors", 0, descriptors},
        {"hostname", 0, hostname},
        {"terminal", 0, terminal},
        {"processes", 0, processes},
        {"priority", 0, priority},
        {"processors", 0, processors},
        {"reopen-input", 1, reopen_input},
        {"new-user-namespace", 0, new_user_namespace},
        {"trace-child", 0, trace_child},
        {"kill", 2, send_signal},
        {"catch", 1, catch_signals},
        {"daemon", 1, become_daemon},
        {"drop-groups", 0, drop_groups},
        {"join-group", 2, join_group},
        {"wait-in-groups", 2, wait_in_groups},
        {"become", 2, become},
        {"allocate", 1, allocate},
        {"fork", 1, fork_many},
        {"orphans", 1, orphans},
        {"fork-or-fail", 1, fork_or_fail},
        {NULL, 0, NULL},
    };
    return run_word(words, argc, argv);
}
