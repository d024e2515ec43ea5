// A jailed program must not leave a setuid or setgid file behind in a folder that it may write:
// it would run with the rights of its owner on the host, where `nosuid` does not reach.
//
// attempt: make a setuid file in a granted folder
// covers: setuid-file
// ways: chmod fchmod fchmodat fchmodat2 open openat creat tmpfile mknod mknodat setgid
// arguments: $way $work/made
// expect: EPERM
// effect: setuid-bit
// layers: filter
// control: with files { setuid allow }
//
// attempt: make a setuid file by openat2, whose mode a filter cannot see
// covers: setuid-file
// arguments: openat2 $work/made
// expect: ENOSYS
// effect: setuid-bit
// layers: filter
// control: with files { setuid allow }
#include <linux/openat2.h>
#include <sys/stat.h>

#include "attempt.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452  // Linux 6.6
#endif

static void make_plain(const char* path) {
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0755);
    if (file < 0) refused(errno);
    close(file);
}

static long by_chmod(const char* path) {
    make_plain(path);
    return syscall(SYS_chmod, path, 04755);
}

static long by_setgid(const char* path) {
    make_plain(path);
    return syscall(SYS_chmod, path, 02755);
}

static long by_fchmod(const char* path) {
    make_plain(path);
    int file = open(path, O_RDONLY);
    return syscall(SYS_fchmod, file, 04755);
}

static long by_fchmodat(const char* path) {
    make_plain(path);
    return syscall(SYS_fchmodat, AT_FDCWD, path, 04755);
}

static long by_fchmodat2(const char* path) {
    make_plain(path);
    return syscall(SYS_fchmodat2, AT_FDCWD, path, 04755, 0);
}

static long by_open(const char* path) {
    return syscall(SYS_open, path, O_WRONLY | O_CREAT, 04755);
}
static long by_openat(const char* path) {
    return syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT, 04755);
}
static long by_creat(const char* path) {
    return syscall(SYS_creat, path, 04755);
}
static long by_mknod(const char* path) {
    return syscall(SYS_mknod, path, S_IFREG | 04755, 0);
}
static long by_mknodat(const char* path) {
    return syscall(SYS_mknodat, AT_FDCWD, path, S_IFREG | 04755, 0);
}

static long by_openat2(const char* path) {
    struct open_how how = {.flags = O_WRONLY | O_CREAT, .mode = 04755};
    return syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

// A file without a name, made with the bit, then given a name.
static long by_tmpfile(const char* path) {
    char folder[4096], link[64];
    snprintf(folder, sizeof folder, "%s", path);
    *strrchr(folder, '/') = 0;
    long file = syscall(SYS_openat, AT_FDCWD, folder, O_WRONLY | O_TMPFILE, 04755);
    if (file < 0) return file;
    snprintf(link, sizeof link, "/proc/self/fd/%ld", file);
    return linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

int main(int argc, char** argv) {
    static const struct Way ways[] = {
        {"chmod", by_chmod}, {"fchmod", by_fchmod},   {"fchmodat", by_fchmodat}, {"fchmodat2", by_fchmodat2},
        {"open", by_open},   {"openat", by_openat},   {"creat", by_creat},       {"tmpfile", by_tmpfile},
        {"mknod", by_mknod}, {"mknodat", by_mknodat}, {"setgid", by_setgid},     {"openat2", by_openat2},
        {NULL, NULL},
    };
    umask(0);
    run_way(ways, argc, argv, "the file has the bit");
}
