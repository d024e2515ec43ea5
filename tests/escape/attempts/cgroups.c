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
//
// attempt: name a program that the kernel starts, outside, when a cgroup of version 1 is empty
// covers: cgroup-escape
// arguments: release-agent $work/a
// policy: syscalls { allow @mount }
// expect: EPERM
// lacking: ENODEV
// layers: capabilities, user-namespace
// control: root
//
// attempt: name one in namespaces of its own, in a tree that is there
// covers: cgroup-escape
// arguments: own-release-agent $work/a
// policy: process { nested allow }
// policy: syscalls { allow @mount }
// expect: EACCES EPERM ENOENT
// lacking: ENODEV
// layers: user-namespace
// control: root
// control-arguments: release-agent $work/a
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

// The program is not there, and is asked for by no cgroup: that the kernel takes its name is enough.
static long set_release_agent(const char* path, const char* tree) {
    if (mount("none", path, "cgroup", 0, tree) || chdir(path)) return -1;
    int file = open("release_agent", O_WRONLY);
    return file < 0 ? file : write(file, "/nowhere/agent", 14);
}

// In a tree that has no controller, and that nobody else uses.
static long release_agent(const char* path) {
    if (unshare(CLONE_NEWNS) == 0) mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    return set_release_agent(path, "none,name=ward-test-release");
}

// CVE-2022-0492. Each line of /proc/self/cgroup is a tree: its number, its controllers or name, and the path in it.
// The file is in the first group of a tree alone (ENOENT); since Linux 5.17 only the machine's root may write it.
static long own_release_agent(const char* path) {
    char line[512];
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP)) return -1;
    long result = set_release_agent(path, "none,name=ward-test-release");
    FILE* trees = fopen("/proc/self/cgroup", "r");
    while (result < 0 && trees && fgets(line, sizeof line, trees)) {
        char* tree = strchr(line, ':') + 1;
        *strchr(tree, ':') = 0;
        if (*tree) result = set_release_agent(path, tree);
    }
    return result;
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    if (strcmp(way, "tree") == 0) report(open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY), "the tree is there");
    const char* target = argument(argc, argv, 2);
    if (strcmp(way, "release-agent") == 0) report(release_agent(target), "the kernel would start it");
    if (strcmp(way, "own-release-agent") == 0) report(own_release_agent(target), "the kernel would start it");
    if (strcmp(way, "mount") == 0) report(mount_tree(target), "the tree is mounted");
    if (strcmp(way, "own-mount") == 0)
        report(geteuid() == 0 ? root_mount(target) : own_mount(target), "it can leave its group");
    misused(way);
}
