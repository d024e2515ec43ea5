// Starts the rest of its arguments as an unusual caller: `caller WAY [WORD] PROGRAM ARGS...`. What it does
// around the program is undone when that has ended.
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int fine, const char* what) {
    if (fine) return;
    perror(what);
    _exit(99);
}

static _Noreturn void become(char** command) {
    execv(command[0], command);
    must(0, command[0]);
    _exit(99);
}

// Runs it and waits: its status as a shell says it.
static int run(char** command) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) become(command);
    must(child > 0 && waitpid(child, &status, 0) == child, "run");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// A process beside the program. It is killed when the program has ended.
static int run_beside(void (*beside)(const char*), const char* word, char** command) {
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        beside(word);
        _exit(0);
    }
    int status = run(command);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return status;
}

// ---- where it is

static int in_folder(const char* folder, char** command) {
    must(chdir(folder) == 0, folder);
    become(command);
}

static int with_variable(const char* name, char** command) {
    setenv(name, "/nowhere", 1);
    become(command);
}

// ---- a policy that is not to be trusted

// The argument after `-p`, if there is one: the control is without ward.
static char** policy_of(char** command) {
    for (; *command; ++command)
        if (strcmp(*command, "-p") == 0) return command + 1;
    return NULL;
}

static char* copy_of(const char* path) {
    static char copy[4096];
    char text[8192];
    mkdir("policies", 0755);
    snprintf(copy, sizeof copy, "policies%s", strrchr(path, '/'));
    int from = open(path, O_RDONLY), to = open(copy, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ssize_t size = read(from, text, sizeof text);
    must(size > 0 && write(to, text, (size_t)size) == size, "copy the policy");
    close(from);
    close(to);
    return copy;
}

static int with_policy_of_mode(const char* mode, char** command) {
    char** policy = policy_of(command);
    if (policy) {
        *policy = copy_of(*policy);
        must(chmod(*policy, (mode_t)strtoul(mode, NULL, 8)) == 0, "chmod");
    }
    become(command);
}

// ---- a kernel that refuses a step

struct Call {
    const char* name;
    uint32_t number;
    uint32_t or_number;  // 0: none
};

static const struct Call calls[] = {
    {"mount_setattr", SYS_mount_setattr, 0},
    {"move_mount", SYS_move_mount, 0},
    {"open_tree", SYS_open_tree, 467},  // open_tree_attr, which does more (Linux 6.15)
    {"fsopen", SYS_fsopen, 0},
    {"pivot_root", SYS_pivot_root, 0},
    {"sethostname", SYS_sethostname, 0},
    {"setsid", SYS_setsid, 0},
    {"capset", SYS_capset, 0},
    {"seccomp", SYS_seccomp, 0},
    {"close_range", SYS_close_range, 0},
    {"prctl", SYS_prctl, 0},
    {"umount2", SYS_umount2, 0},
    {"prlimit64", SYS_prlimit64, 0},
    {"landlock_create_ruleset", 444, 0},
    {"landlock_restrict_self", 446, 0},
    {NULL, 0, 0},
};

static int with_failing(const char* name, char** command) {
    const struct Call* call = calls;
    while (call->name && strcmp(call->name, name) != 0) ++call;
    must(call->name != NULL, name);
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call->number, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call->or_number ? call->or_number : call->number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EOPNOTSUPP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof code / sizeof code[0], code};
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
    must(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0, "seccomp");
    become(command);
}

// ---- what it shares or leaves around

// Standard output is a file; how large it gets is the outcome.
static int into_file(const char* path, char** command) {
    int own = dup(1), file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    must(file >= 0 && dup2(file, 1) == 1, path);
    fcntl(own, F_SETFD, FD_CLOEXEC);
    int status = run(command);
    struct stat found;
    must(fstat(file, &found) == 0, path);
    dprintf(own, found.st_size > 4 << 20 ? "succeeded it is full\n" : "refused EFBIG\n");
    return status;
}

static int with_key(const char* name, char** command) {
    must(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) >= 0, "join a session keyring");
    must(syscall(SYS_add_key, "user", name, "secret", 6, KEY_SPEC_SESSION_KEYRING) >= 0, "add a key");
    become(command);
}

// The same name for all: shared memory of System V, a message queue, a file in /dev/shm.
static int with_shared_names(const char* name, char** command) {
    char path[300];
    umask(0);
    int memory = shmget((key_t)atoi(name), 4096, IPC_CREAT | 0666);
    snprintf(path, sizeof path, "/ward-test-%s", name);
    mqd_t queue = mq_open(path, O_CREAT | O_RDWR, 0666, NULL);
    int file = shm_open(path, O_CREAT | O_RDWR, 0666);
    must(memory >= 0 && queue >= 0 && file >= 0, "shared names");
    fcntl(file, F_SETFD, FD_CLOEXEC);
    int status = run(command);
    shmctl(memory, IPC_RMID, NULL);
    mq_unlink(path);
    shm_unlink(path);
    return status;
}

// ---- an accomplice

// Gives the folder `outside` to everybody who connects to `socket` in the working folder.
static void give_folder(const char* outside) {
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "accomplice"};
    int server = socket(AF_UNIX, SOCK_STREAM, 0), folder = open(outside, O_RDONLY | O_DIRECTORY);
    must(folder >= 0 && bind(server, (struct sockaddr*)&address, sizeof address) == 0, "accomplice");
    chmod(address.sun_path, 0777);
    must(listen(server, 4) == 0, "listen");
    for (;;) {
        int client = accept(server, NULL, NULL);
        char byte = 'x', space[CMSG_SPACE(sizeof folder)] = {0};
        struct iovec part = {&byte, 1};
        struct msghdr message = {
            .msg_iov = &part, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
        struct cmsghdr* header = CMSG_FIRSTHDR(&message);
        *header =
            (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof folder), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(header), &folder, sizeof folder);
        sendmsg(client, &message, MSG_NOSIGNAL);
        close(client);
    }
}

static int with_accomplice(const char* outside, char** command) {
    return run_beside(give_folder, outside, command);
}

// Waits until the program has made the file `ready` in the working folder.
static void await_ready(void) {
    while (access("ready", F_OK)) usleep(2000);
}

static void tell_done(void) {
    close(open("done", O_WRONLY | O_CREAT, 0644));
}

// Moves the folder that the program is in out of what it was given.
static void move_out(const char* outside) {
    char there[4096];
    snprintf(there, sizeof there, "%s/moved", outside);
    await_ready();
    must(rename("decoy/b", there) == 0, "move the folder");
    tell_done();
    pause();
}

static int with_moved_folder(const char* outside, char** command) {
    return run_beside(move_out, outside, command);
}

// Mounts something over the folder `a` of the working folder, with a file in it.
static void mount_later(const char* unused) {
    (void)unused;
    await_ready();
    must(mount("none", "a", "tmpfs", 0, NULL) == 0, "mount later");
    close(open("a/late", O_WRONLY | O_CREAT, 0644));
    tell_done();
    pause();
}

// In a mount namespace of its own, whose mounts are shared as a system's are.
static int with_later_mount(const char* word, char** command) {
    must(unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "unshare");
    must(mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) == 0, "make shared");
    return run_beside(mount_later, word, command);
}

// Afterwards it looks for what the program has mounted over the folder `a`: it has then lost its file.
static int looking_for_mounts(const char* unused, char** command) {
    (void)unused;
    must(unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) == 0, "make shared");
    int own = fcntl(1, F_DUPFD_CLOEXEC, 10);
    must(own >= 0 && dup2(2, 1) == 1, "streams");
    int status = run(command);
    dprintf(own, access("a/b", F_OK) ? "succeeded the mount is seen outside\n" : "refused EINVAL\n");
    return status;
}

// ---- a /proc that is none

static int with_fake_proc(const char* unused, char** command) {
    (void)unused;
    uid_t user = geteuid();
    must(unshare(user ? CLONE_NEWUSER | CLONE_NEWNS : CLONE_NEWNS) == 0, "unshare");
    must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "private");
    must(mount("none", "/proc", "tmpfs", 0, NULL) == 0, "a tmpfs at /proc");
    mkdir("/proc/self", 0755);
    mkdir("/proc/self/fd", 0755);
    for (const char** file = (const char*[]){"/proc/self/uid_map", "/proc/self/gid_map", "/proc/self/setgroups",
                                             "/proc/self/status", "/proc/self/mountinfo", "/proc/self/cgroup", NULL};
         *file; ++file)
        close(open(*file, O_WRONLY | O_CREAT, 0666));
    become(command);
}

int main(int argc, char** argv) {
    static const struct {
        const char* name;
        int (*run)(const char* word, char** command);
    } ways[] = {
        {"in", in_folder},
        {"variable", with_variable},
        {"policy-of-mode", with_policy_of_mode},
        {"failing", with_failing},
        {"into", into_file},
        {"key", with_key},
        {"shared-names", with_shared_names},
        {"accomplice", with_accomplice},
        {"moved-folder", with_moved_folder},
        {"later-mount", with_later_mount},
        {"looking-for-mounts", looking_for_mounts},
        {"fake-proc", with_fake_proc},
    };
    if (argc < 4) return 2;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; ++i)
        if (strcmp(ways[i].name, argv[1]) == 0) return ways[i].run(argv[2], argv + 3);
    fprintf(stderr, "caller: no such way: %s\n", argv[1]);
    return 2;
}
