/* The least that builds a jail as ward's bench policy asks for: a measure, no launcher to use. It shares its memory with
   the jail, watches nothing, and tells no errors apart.

       floor [-n] FILTER FOLDER PROGRAM      FILTER: bytes for seccomp(2); -n: the caller's network namespace

   Seven namespaces, one id, four read-only folders (FOLDER is one of them), tmpfs on /tmp, its own /proc, six devices, no capabilities. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { all_of_it = 0x8000 /* AT_RECURSIVE */, empty_path = 0x1000, detach = 2, load_filter = 1, capabilities = 41 };
static const unsigned closed = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

static char stack[64 * 1024] __attribute__((aligned(16)));
static char filter[32 * 1024];
static struct sock_fprog loaded;
static char* program[2];

static long must(long result, const char* what) {
    if (result >= 0) return result;
    perror(what);
    _exit(125);
}

static int call(long number, long a, long b, long c, long d, long e, const char* what) {
    return (int)must(syscall(number, a, b, c, d, e), what);
}

static void put(const char* path, const char* text) {
    int file = (int)must(open(path, O_WRONLY | O_CLOEXEC), path);
    must(write(file, text, strlen(text)), path);
    close(file);
}

static void map_ids(unsigned user, unsigned group) {
    char line[64];
    snprintf(line, sizeof line, "1000 %u 1", user);
    put("/proc/self/uid_map", line);
    put("/proc/self/setgroups", "deny");
    snprintf(line, sizeof line, "1000 %u 1", group);
    put("/proc/self/gid_map", line);
}

static int new_file_system(const char* type, unsigned attributes) {
    int context = call(SYS_fsopen, (long)type, FSOPEN_CLOEXEC, 0, 0, 0, "fsopen");
    call(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0, "fsconfig");
    int tree = call(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes, 0, 0, "fsmount");
    close(context);
    return tree;
}

static int clone_tree(const char* path, unsigned attributes, unsigned recursive) {
    struct mount_attr wanted = {.attr_set = attributes};
    int tree = call(SYS_open_tree, AT_FDCWD, (long)path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive, 0, 0, path);
    if (attributes != 0)
        call(SYS_mount_setattr, tree, (long)"", empty_path | recursive, (long)&wanted, sizeof wanted, path);
    return tree;
}

static void attach(int tree, int folder, const char* name) {
    call(SYS_move_mount, tree, (long)"", folder, (long)name, MOVE_MOUNT_F_EMPTY_PATH, name);
    close(tree);
}

static void make_devices(int root) {
    static const char* const devices[] = {"null", "zero", "full", "random", "urandom", "tty"};
    static const char* const links[][2] = {{"/proc/self/fd", "fd"},
                                           {"/proc/self/fd/0", "stdin"},
                                           {"/proc/self/fd/1", "stdout"},
                                           {"/proc/self/fd/2", "stderr"}};
    int folder = new_file_system("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
    for (int i = 0; i < 4; ++i) must(symlinkat(links[i][0], folder, links[i][1]), links[i][1]);
    for (int i = 0; i < 6; ++i) {
        char path[32];
        snprintf(path, sizeof path, "/dev/%s", devices[i]);
        must(mknodat(folder, devices[i], S_IFREG | 0666, 0), devices[i]);
        attach(clone_tree(path, 0, 0), folder, devices[i]);
    }
    attach(folder, root, "dev");
}

static void show_folder(int root, const char* path) {
    char made[4096];
    for (size_t i = 1; i < sizeof made - 1; ++i) {
        made[i - 1] = path[i];
        if (path[i] != '/' && path[i] != '\0') continue;
        made[i - 1] = '\0';
        must(mkdirat(root, made, 0755), path);
        if (path[i] == '\0') break;
        made[i - 1] = '/';
    }
    attach(clone_tree(path, closed | MOUNT_ATTR_RDONLY, all_of_it), root, made);
}

static void build_root(const char* own) {
    struct mount_attr sealed = {.attr_set = MOUNT_ATTR_RDONLY};
    int root = new_file_system("tmpfs", closed);
    show_folder(root, "/usr");
    show_folder(root, "/lib");
    show_folder(root, "/lib64");
    show_folder(root, own);
    must(mkdirat(root, "tmp", 01777), "tmp");
    must(mkdirat(root, "proc", 0555), "proc");
    must(mkdirat(root, "dev", 0755), "dev");
    attach(new_file_system("tmpfs", closed), root, "tmp");
    attach(new_file_system("proc", closed | MOUNT_ATTR_NOEXEC), root, "proc");
    make_devices(root);
    call(SYS_mount_setattr, root, (long)"", empty_path, (long)&sealed, sizeof sealed, "seal");
    call(SYS_move_mount, root, (long)"", AT_FDCWD, (long)"/tmp", MOVE_MOUNT_F_EMPTY_PATH, "attach");
    must(fchdir(root), "fchdir");
    close(root);
    call(SYS_pivot_root, (long)".", (long)".", 0, 0, 0, "pivot_root");
    call(SYS_umount2, (long)".", detach, 0, 0, 0, "umount2");
}

static void drop_privileges(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0}};
    for (int i = 0; i < capabilities; ++i) must(prctl(PR_CAPBSET_DROP, i), "bounding set");
    call(SYS_capset, (long)&header, (long)&none[0], 0, 0, 0, "capset");
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges");
    call(SYS_seccomp, load_filter, 0, (long)&loaded, 0, 0, "seccomp");
}

struct wanted {
    unsigned user, group;
    const char* folder;
};

static int build_jail(void* argument) {
    const struct wanted* wanted = argument;
    map_ids(wanted->user, wanted->group);
    build_root(wanted->folder);
    must(sethostname("jail", 4), "sethostname");
    must(prctl(PR_SET_PDEATHSIG, SIGKILL), "death signal");
    drop_privileges();
    execve(program[0], program, (char*[]){NULL});
    return (int)must(-1, program[0]);
}

static void read_filter(const char* path) {
    int file = (int)must(open(path, O_RDONLY | O_CLOEXEC), path);
    loaded.len = (unsigned short)(must(read(file, filter, sizeof filter), path) / (long)sizeof(struct sock_filter));
    loaded.filter = (struct sock_filter*)&filter[0];
    close(file);
}

int main(int count, char** words) {
    const int shared = count > 1 && strcmp(words[1], "-n") == 0;
    if (count != 4 + shared) return 2;
    read_filter(words[1 + shared]);
    program[0] = words[3 + shared];
    struct wanted wanted = {getuid(), getgid(), words[2 + shared]};
    const int namespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP |
                           (shared ? 0 : CLONE_NEWNET);
    int status = 0;
    long jail = must(clone(build_jail, stack + sizeof stack, namespaces | CLONE_VM | CLONE_VFORK | SIGCHLD, &wanted), "clone");
    must(waitpid((pid_t)jail, &status, 0), "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
