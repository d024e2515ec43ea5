// Changes what is mounted where: over a granted folder, a read-only mount made writable, a mask taken
// away. Where nothing refuses it, the mount that is attacked is its own, in a namespace of its own.
//
// attempt: mount and unmount
// covers: mount-calls
// ways: tmpfs bind remount unmount fsopen open_tree mount_setattr pivot_root
// arguments: $way $work
// expect: EPERM
// layers: filter, capabilities
// control: namespaces
//
// attempt: mount and unmount where the policy allows the calls
// covers: mount-calls
// ways: tmpfs bind remount unmount fsopen open_tree mount_setattr pivot_root
// arguments: $way $work
// policy: syscalls { allow @mount }
// expect: EPERM
// layers: capabilities
// control: namespaces
#include <linux/mount.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "attempt.h"

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif

static long by_tmpfs(const char* path) {
    return mount("none", path, "tmpfs", 0, NULL);
}
static long by_bind(const char* path) {
    return mount(path, path, NULL, MS_BIND, NULL);
}
static long by_remount(const char* path) {
    return mount(NULL, path, NULL, MS_REMOUNT | MS_BIND, NULL);
}
static long by_unmount(const char* path) {
    return umount2(path, MNT_DETACH);
}
static long by_fsopen(const char* path) {
    (void)path;
    return syscall(SYS_fsopen, "tmpfs", 0);
}
static long by_open_tree(const char* path) {
    return syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE);
}

static long by_mount_setattr(const char* path) {
    struct mount_attr attributes = {.attr_clr = MOUNT_ATTR_RDONLY};
    return syscall(SYS_mount_setattr, AT_FDCWD, path, 0, &attributes, sizeof attributes);
}

static long by_pivot_root(const char* path) {
    return chdir(path) ? -1 : syscall(SYS_pivot_root, ".", ".");
}

// Where nothing refuses it, what follows happens in a namespace that ends with the attempt. Below ward
// this is refused, and the attempt goes on without.
static void harm_nobody(void) {
    if (unshare(CLONE_NEWNS) == 0) mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

// Where it is possible, a read-only tmpfs of its own, which may be attacked. Its namespace ends with it.
static void make_own_mount(char** path) {
    static char own[] = "own-mount";
    if (mkdir(own, 0755) == 0 && mount("none", own, "tmpfs", MS_RDONLY, NULL) == 0) *path = own;
}

int main(int argc, char** argv) {
    static const struct Way ways[] = {
        {"tmpfs", by_tmpfs},
        {"bind", by_bind},
        {"remount", by_remount},
        {"unmount", by_unmount},
        {"fsopen", by_fsopen},
        {"open_tree", by_open_tree},
        {"mount_setattr", by_mount_setattr},
        {"pivot_root", by_pivot_root},
        {NULL, NULL},
    };
    harm_nobody();
    if (argc > 2) make_own_mount(&argv[2]);
    run_way(ways, argc, argv, "the mounts are changed");
}
