// Gives a file that it may write capabilities: whoever executes it later, outside of the jail, has them.
//
// attempt: give a file of a granted folder capabilities
// covers: setuid-file
// ways: setxattr fsetxattr
// arguments: $way $work/plain
// expect: EPERM
// effect: file-capabilities
// layers: capabilities, user-namespace
// control: root
//
// attempt: give one capabilities as root of a user namespace of its own, which the policy allows
// covers: setuid-file
// ways: own-setxattr own-fsetxattr own-setxattrat
// arguments: $way $work/made
// policy: process { nested allow }
// expect: EOPNOTSUPP
// effect: file-capabilities
// layers: filter
// control (root): with files { setuid allow }
// control (ordinary): root
#include <linux/capability.h>
#include <sys/xattr.h>

#include "attempt.h"

static const struct vfs_cap_data privileged = {
    .magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
    .data = {{.permitted = 1u << CAP_SYS_ADMIN}},
};

static long by_setxattr(const char* path) {
    return setxattr(path, "security.capability", &privileged, sizeof privileged, 0);
}

static long by_fsetxattr(const char* path) {
    return fsetxattr(open(path, O_RDONLY), "security.capability", &privileged, sizeof privileged, 0);
}

#ifndef SYS_setxattrat
#define SYS_setxattrat 463  // Linux 6.13
#endif

static long by_setxattrat(const char* path) {
    struct {
        uint64_t value;
        uint32_t size, flags;
    } arguments = {(uintptr_t)&privileged, sizeof privileged, 0};
    return syscall(SYS_setxattrat, AT_FDCWD, path, 0, "security.capability", &arguments, sizeof arguments);
}

static void make_own(const char* path) {
    close(open(path, O_WRONLY | O_CREAT, 0755));
    become_root_of(0);
}

static long by_own_setxattr(const char* path) {
    make_own(path);
    return by_setxattr(path);
}

static long by_own_fsetxattr(const char* path) {
    make_own(path);
    return by_fsetxattr(path);
}

static long by_own_setxattrat(const char* path) {
    make_own(path);
    return by_setxattrat(path);
}

int main(int argc, char** argv) {
    static const struct Way ways[] = {
        {"setxattr", by_setxattr},
        {"fsetxattr", by_fsetxattr},
        {"own-setxattr", by_own_setxattr},
        {"own-fsetxattr", by_own_fsetxattr},
        {"own-setxattrat", by_own_setxattrat},
        {NULL, NULL},
    };
    run_way(ways, argc, argv, "the file has capabilities");
}
