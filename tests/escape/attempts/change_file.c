// Changes a file or folder that the policy gives for reading only.
//
// attempt: change a read-only file
// ways: open truncate chmod chown utimes unlink rename rename-over setxattr
// arguments: $way $home/readonly/file
// policy: files { read $home/readonly }
// expect: EROFS
// effect: tampered
// layer: mounts
// control: with files { write $home/readonly }
//
// attempt: change a read-only file through /proc/self/fd
// arguments: reopen $home/readonly/file
// policy: files { read $home/readonly }
// expect: EROFS
// effect: tampered
// layer: mounts
// control: with files { write $home/readonly }
//
// attempt: write a shell start-up file that base.secrets protects in a writable home
// arguments: open $home/.bashrc
// policy: files { write ~ }
// policy: use base.secrets
// expect: EROFS
// effect: tampered
// layer: mounts
// control: without use base.secrets
//
// attempt: replace a protected shell start-up file
// ways: unlink rename rename-over
// arguments: $way $home/.bashrc
// policy: files { write ~ }
// policy: files { protect $home/.bashrc }
// expect: EBUSY
// effect: tampered
// layer: mounts
// control: without files { protect $home/.bashrc }
//
// attempt: make a new file in a protected folder of start-up files
// arguments: create $home/.config/fish/conf.d/evil.fish
// policy: files { write ~ }
// policy: files { protect $home/.config/fish }
// expect: EROFS
// effect: planted
// layer: mounts
// control: without files { protect $home/.config/fish }
//
// attempt: change a file through an overlay over its folder
// ways: open truncate chmod utimes unlink rename rename-over
// arguments: $way $home/readonly/file
// policy: files { overlay $home/readonly }
// expect: no effect
// effect: tampered
// layer: overlay
// control: host
//
// attempt: replace a file by a hard link from a writable folder
// arguments: link $home/readonly/file
// policy: files { read $home/readonly }
// expect: EXDEV
// effect: tampered
// layer: mounts
// control: host
//
// attempt: write the program of init, which is ward
// arguments: open /proc/1/exe
// expect: EACCES
// layer: init is not dumpable
// control: host
// control-arguments: open $work/plain
//
// attempt: write a setting of the kernel
// ways: core_pattern printk panic
// arguments: look /proc/sys/kernel/$way
// needs: /proc/sys/kernel/$way
// expect: EACCES EROFS
// layer: no capabilities
// control: root
//
// attempt: pull the kernel's sysrq handle
// arguments: look /proc/sysrq-trigger
// needs: /proc/sysrq-trigger
// expect: EACCES EROFS
// layer: no capabilities
// control: root
#include <sys/stat.h>
#include <sys/xattr.h>

#include "attempt.h"

static long by_open(const char* path) {
    int file = open(path, O_WRONLY | O_APPEND);
    return file < 0 ? file : write(file, "evil", 4);
}

// Through a descriptor for reading that the kernel is asked to open again.
static long by_reopen(const char* path) {
    char link[64];
    int file = open(path, O_RDONLY);
    if (file < 0) return file;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    return by_open(link);
}

static long by_create(const char* path) {
    return open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
}
// Opens and writes nothing: the control runs on the real file of this machine.
static long by_look(const char* path) {
    return open(path, O_WRONLY);
}
static long by_truncate(const char* path) {
    return truncate(path, 1);
}
static long by_chmod(const char* path) {
    return chmod(path, 0777);
}
static long by_chown(const char* path) {
    return chown(path, getuid(), getgid());
}
static long by_utimes(const char* path) {
    return utimensat(AT_FDCWD, path, NULL, 0);
}
static long by_unlink(const char* path) {
    return unlink(path);
}
static long by_setxattr(const char* path) {
    return setxattr(path, "user.evil", "1", 1, 0);
}

static long by_rename(const char* path) {
    char other[4096];
    snprintf(other, sizeof other, "%s.old", path);
    return rename(path, other);
}

static long by_rename_over(const char* path) {
    char other[4096];
    snprintf(other, sizeof other, "%s.new", path);
    int file = open(other, O_WRONLY | O_CREAT, 0644);
    return file < 0 ? file : rename(other, path);
}

static long by_link(const char* path) {
    return link(path, "hard-link");
}

int main(int argc, char** argv) {
    static const struct Way ways[] = {
        {"open", by_open},     {"reopen", by_reopen}, {"create", by_create},           {"look", by_look},
        {"chmod", by_chmod},   {"chown", by_chown},   {"truncate", by_truncate},       {"utimes", by_utimes},
        {"unlink", by_unlink}, {"rename", by_rename}, {"rename-over", by_rename_over}, {"setxattr", by_setxattr},
        {"link", by_link},     {NULL, NULL},
    };
    run_way(ways, argc, argv, "it is changed");
}
