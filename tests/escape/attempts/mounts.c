// Changes what is mounted where: over a granted folder, a read-only mount made writable, a mask taken
// away. The control makes the mount that it attacks itself, in a namespace of its own.
//
// attempt: mount and unmount
// ways: tmpfs bind remount unmount fsopen open_tree mount_setattr pivot_root
// arguments: $way $work
// expect: EPERM
// layer: filter
// control: namespaces
// control-arguments: $way own
//
// attempt: mount and unmount where the policy allows the calls
// ways: tmpfs bind remount unmount fsopen open_tree mount_setattr pivot_root
// arguments: $way $work
// policy: syscalls { allow @mount }
// expect: EPERM
// layer: no capabilities
// control: namespaces
// control-arguments: $way own
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

// A read-only tmpfs of the control's own, which may be attacked. Its namespace ends with it.
static const char* own_mount(void) {
    static char path[] = "mounted-by-the-control";
    if (mkdir(path, 0755) || mount("none", path, "tmpfs", MS_RDONLY, NULL)) misused("own: no mount of its own");
    return path;
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
    static char path[4096];
    harm_nobody();
    if (argc > 2 && strcmp(argv[2], "own") == 0) snprintf(path, sizeof path, "%s", own_mount());
    if (path[0]) argv[2] = path;
    run_way(ways, argc, argv, "the mounts are changed");
}
