// Leaves its cgroup, or has the kernel start a program for it when a cgroup is empty.
//
// attempt: find the host's tree of cgroups
// covers: cgroup-escape
// arguments: tree
// needs: /sys/fs/cgroup
// expect: ENOENT
// layers: mounts
// control: host
//
// attempt: mount the tree of cgroups
// covers: cgroup-escape
// ways: cgroup cgroup2
// arguments: mount $way
// policy: syscalls { allow @mount }
// expect: EPERM
// layers: capabilities
// control: root
//
// attempt: mount the tree of cgroups in namespaces of its own, and leave its group
// covers: cgroup-escape
// arguments: own-mount cgroup2
// policy: process { nested allow }
// policy: syscalls { allow @mount }
// expect: EACCES EPERM
// layers: user-namespace+capabilities+mounts
// control: root
#include <dirent.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "attempt.h"

// Where it may not be mounted as it is asked for, the kernel that may has said so by another error.
static long mount_tree(const char* kind) {
    mkdir("groups", 0755);
    if (unshare(CLONE_NEWNS) == 0) mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    long result = mount("none", "groups", kind, 0, strcmp(kind, "cgroup") == 0 ? "none,name=ward-test" : NULL);
    return result < 0 && (errno == EBUSY || errno == ENOENT || errno == ENODEV || errno == EINVAL) ? 0 : result;
}

static long own_mount(const char* kind) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP)) return -1;
    mkdir("groups", 0755);
    if (mount("none", "groups", kind, 0, NULL)) return -1;
    return open("groups/cgroup.procs", O_WRONLY);
}

static long root_mount(const char* kind) {
    return mount_tree(kind) < 0 ? -1 : open("groups/cgroup.procs", O_WRONLY);
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    if (strcmp(way, "tree") == 0) report(open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY), "the tree is there");
    const char* kind = argument(argc, argv, 2);
    if (strcmp(way, "mount") == 0) report(mount_tree(kind), "the tree is mounted");
    if (strcmp(way, "own-mount") == 0)
        report(geteuid() == 0 ? root_mount(kind) : own_mount(kind), "it can leave its group");
    misused(way);
}
