// state_probe HOST_NAMESPACE...
//
// Says on standard output in what state it really runs, one `KEY VALUE` line for each fact: what the
// kernel says about it, and what it can do. Lines of two runs are the same if the jails are as strong.
// HOST_NAMESPACE: "mnt:[4026531841]", those of the host. The last line is `end`.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *answer(long result) {
    return result < 0 ? strerrorname_np(errno) : "works";
}

static void tell_file(const char *key, const char *path, const char *const *wanted) {
    char line[4096];
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        printf("%s %s\n", key, answer(-1));
        return;
    }
    while (fgets(line, sizeof line, file) != NULL)
        for (int i = 0; wanted[i] != NULL; ++i)
            if (strncmp(line, wanted[i], strlen(wanted[i])) == 0) printf("%s.%s", key, line);
    fclose(file);
}

// ---- what the kernel says

static void tell_process(void) {
    const char *const wanted[] = {"Uid:",    "Gid:",    "Groups:", "CapInh:",     "CapPrm:",  "CapEff:",
                                  "CapBnd:", "CapAmb:", "NoNewPrivs:", "Seccomp", "SigBlk:", "SigIgn:",
                                  "Umask:",  "Cpus_allowed_list:", NULL};
    struct utsname names;
    char folder[4096];
    tell_file("status", "/proc/self/status", wanted);
    printf("securebits %d\n", prctl(PR_GET_SECUREBITS, 0, 0, 0, 0));
    uname(&names);
    printf("hostname %s\n", names.nodename);
    printf("folder %s\n", getcwd(folder, sizeof folder) != NULL ? folder : answer(-1));
    printf("priority %d\n", getpriority(PRIO_PROCESS, 0));
    printf("parent %d, session %d\n", getppid(), getsid(0));
    for (int resource = 0; resource < RLIM_NLIMITS; ++resource) {
        struct rlimit limit = {0, 0};
        getrlimit((enum __rlimit_resource)resource, &limit);
        printf("limit.%d %lx %lx\n", resource, (unsigned long)limit.rlim_cur, (unsigned long)limit.rlim_max);
    }
}

static void tell_namespaces(int count, char **of_host) {
    const char *const names[] = {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};
    for (int i = 0; i < 8; ++i) {
        char path[64], link[64] = "";
        snprintf(path, sizeof path, "/proc/self/ns/%s", names[i]);
        if (readlink(path, link, sizeof link - 1) < 0) snprintf(link, sizeof link, "%s", answer(-1));
        int shared = 0;
        for (int k = 0; k < count; ++k) shared |= strcmp(of_host[k], link) == 0;
        printf("namespace.%s %s\n", names[i], shared ? "the host's" : strchr(link, '[') != NULL ? "own" : link);
    }
    const char *const maps[] = {"/proc/self/uid_map", "/proc/self/gid_map", "/proc/self/setgroups"};
    const char *const all[] = {"", NULL};
    for (int i = 0; i < 3; ++i) tell_file(maps[i], maps[i], all);
}

// mountinfo without the numbers that differ from run to run: proc_pid_mountinfo(5).
static void tell_mounts(void) {
    char line[4096], place[2048], options[512];
    FILE *file = fopen("/proc/self/mountinfo", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *after = strstr(line, " - ");
        if (after == NULL || sscanf(line, "%*d %*d %*s %*s %2047s %511s", place, options) != 2) continue;
        printf("mount %s %s %s", place, options, after + 3);
    }
    if (file != NULL) fclose(file);
}

static void tell_descriptors(void) {
    DIR *folder = opendir("/proc/self/fd");
    const struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(folder)) printf("descriptor %s\n", entry->d_name);
    if (folder != NULL) closedir(folder);
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void tell_folder(const char *path) {
    struct dirent **entries = NULL;
    const int count = scandir(path, &entries, NULL, by_name);
    printf("folder %s", path);
    if (count < 0) printf(" %s", answer(-1));
    for (int i = 0; i < count; ++i) printf(" %s", entries[i]->d_name);
    putchar('\n');
}

// ---- what it can do

static void try_calls(void) {
    printf("try.mount %s\n", answer(syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, "")));
    printf("try.unshare-user %s\n", answer(syscall(SYS_unshare, 0x10000000)));
    printf("try.keyctl %s\n", answer(syscall(SYS_keyctl, 0, -3, 0)));
    printf("try.bpf %s\n", answer(syscall(SYS_bpf, 0, NULL, 0)));
    printf("try.perf %s\n", answer(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0)));
    printf("try.ptrace-init %s\n", answer(syscall(SYS_ptrace, PTRACE_ATTACH, 1, 0, 0)));
    printf("try.packet-socket %s\n", answer(socket(AF_PACKET, SOCK_RAW, 0)));
    printf("try.unix-socket %s\n", answer(socket(AF_UNIX, SOCK_STREAM, 0)));
    printf("try.setuid %s\n", answer(syscall(SYS_setresuid, 0, 0, 0)));
    printf("try.sethostname %s\n", answer(syscall(SYS_sethostname, "x", 1)));
    printf("try.chroot %s\n", answer(syscall(SYS_chroot, "/tmp")));
    printf("try.call-999 %s\n", answer(syscall(999)));
    printf("try.signal-init %s\n", answer(kill(1, 0)));
}

static void try_open(const char *key, const char *path, int flags) {
    const int file = open(path, flags | O_CLOEXEC, 0600);
    printf("try.%s %s\n", key, answer(file));
    if (file >= 0) close(file);
}

static void try_files(void) {
    const char *shown = getenv("SHOWN"), *outside = getenv("OUTSIDE");
    char path[4096];
    if (shown == NULL || outside == NULL) return;
    snprintf(path, sizeof path, "%s/file", shown);
    try_open("shown-read", path, O_RDONLY);
    try_open("shown-write", path, O_WRONLY);
    snprintf(path, sizeof path, "%s/new", shown);
    try_open("shown-new", path, O_WRONLY | O_CREAT);
    snprintf(path, sizeof path, "%s/hidden/secret", shown);
    try_open("hidden-read", path, O_RDONLY);
    snprintf(path, sizeof path, "%s/program", shown);
    printf("try.shown-execute %s\n", answer(access(path, X_OK)));
    try_open("outside", outside, O_RDONLY);
    try_open("written-here", "written", O_WRONLY | O_CREAT | O_TRUNC);
    printf("try.setuid-bit %s\n", answer(chmod("written", 04755)));
    try_open("tmp", "/tmp/new", O_WRONLY | O_CREAT);
    try_open("root-new", "/new", O_WRONLY | O_CREAT);
    try_open("usr-new", "/usr/new", O_WRONLY | O_CREAT);
    try_open("init-memory", "/proc/1/mem", O_RDWR);
    try_open("init-descriptors", "/proc/1/fd", O_RDONLY);
    try_open("sysctl", "/proc/sys/kernel/hostname", O_WRONLY);
    try_open("sysrq", "/proc/sysrq-trigger", O_WRONLY);
    try_open("stream-again", "/proc/self/fd/0", O_WRONLY);
}

static void tell_network(void) {
    const int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    printf("try.internet-socket %s\n", answer(descriptor));
    for (unsigned i = 1; descriptor >= 0 && i < 4; ++i) {
        struct ifreq request = {.ifr_ifindex = (int)i};
        if (ioctl(descriptor, SIOCGIFNAME, &request) != 0) continue;
        const int looked = ioctl(descriptor, SIOCGIFFLAGS, &request);
        printf("interface %u %s %s\n", i, request.ifr_name, looked == 0 && (request.ifr_flags & IFF_UP) ? "up" : "down");
    }
    if (descriptor >= 0) close(descriptor);
}

// ---- amounts

static void count_tasks(void) {
    pid_t made[64];
    int count = 0;
    while (count < 64 && (made[count] = fork()) >= 0) {
        if (made[count] == 0) {
            pause();
            _exit(0);
        }
        ++count;
    }
    printf("tasks %d more\n", count);
    for (int i = 0; i < count; ++i) {
        kill(made[i], SIGKILL);
        waitpid(made[i], NULL, 0);
    }
}

// In a child, which the limit may kill.
static void use_memory(void) {
    enum { bytes = 96 << 20 };
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        _exit(memory == MAP_FAILED ? 1 : 0);
    }
    waitpid(child, &status, 0);
    printf("memory %s\n", status == 0 ? "works" : "refused");
}

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    tell_process();
    tell_namespaces(argc - 1, argv + 1);
    tell_mounts();
    tell_descriptors();
    for (const char *const *path = (const char *const[]){"/", "/dev", "/tmp", NULL}; *path != NULL; ++path)
        tell_folder(*path);
    for (char **variable = environ; *variable != NULL; ++variable) printf("environment %s\n", *variable);
    try_calls();
    try_files();
    tell_network();
    fflush(stdout);
    count_tasks();
    use_memory();
    puts("end");
    return fflush(stdout) == 0 ? 0 : 1;
}
