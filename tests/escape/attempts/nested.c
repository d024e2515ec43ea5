// Uses namespaces of its own, which the policy allows, to get around the jail's mounts.
//
// attempt: take the lid off a hidden folder
// covers: uncovered-mask
// arguments: uncover $home/.ssh
// control-arguments: cover-and-uncover $home/.ssh
// policy: process { nested allow }
// policy: files { read $home; hide $home/.ssh }
// policy: syscalls { allow @mount }
// expect: EINVAL EPERM
// layers: user-namespace+mounts+capabilities
// control: host
//
// attempt: make a folder writable that is granted for reading
// covers: uncovered-mask
// arguments: writable $home/readonly
// control-arguments: protect-and-writable $home/readonly
// policy: process { nested allow }
// policy: files { read $home/readonly }
// policy: syscalls { allow @mount }
// expect: EPERM
// layers: user-namespace+mounts+capabilities
// control: host
//
// attempt: run what lies in a folder that is granted for reading
// covers: uncovered-mask
// arguments: executable $home/readonly
// control-arguments: protect-and-executable $home/readonly
// policy: process { nested allow }
// policy: files { read $home/readonly }
// policy: syscalls { allow @mount }
// expect: EPERM
// layers: user-namespace+mounts+capabilities
// control: host
#include <sched.h>
#include <sys/mount.h>

#include "attempt.h"

static void enter_own_namespaces(void) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS)) refused(errno);
}

static long uncover(const char* path) {
    enter_own_namespaces();
    return umount2(path, MNT_DETACH);
}

static long cover_and_uncover(const char* path) {
    enter_own_namespaces();
    if (mount("none", path, "tmpfs", 0, NULL)) return -1;
    return umount2(path, MNT_DETACH);
}

// What it is, without one of its flags.
static long without(const char* path, unsigned long flags) {
    return mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | flags, NULL);
}

static long writable(const char* path) {
    enter_own_namespaces();
    return without(path, MS_NOSUID | MS_NODEV | MS_NOEXEC);
}
static long executable(const char* path) {
    enter_own_namespaces();
    return without(path, MS_NOSUID | MS_NODEV | MS_RDONLY);
}

// A mount of its own, whose flags it may take back.
static long protect_and(const char* path, unsigned long flags) {
    enter_own_namespaces();
    if (mount("none", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL)) return -1;
    return without(path, flags);
}
static long protect_and_writable(const char* path) {
    return protect_and(path, MS_NOSUID | MS_NODEV | MS_NOEXEC);
}
static long protect_and_executable(const char* path) {
    return protect_and(path, MS_NOSUID | MS_NODEV | MS_RDONLY);
}

int main(int argc, char** argv) {
    static const struct Way ways[] = {
        {"uncover", uncover},
        {"cover-and-uncover", cover_and_uncover},
        {"writable", writable},
        {"protect-and-writable", protect_and_writable},
        {"executable", executable},
        {"protect-and-executable", protect_and_executable},
        {NULL, NULL},
    };
    run_way(ways, argc, argv, "the mount is another one");
}
