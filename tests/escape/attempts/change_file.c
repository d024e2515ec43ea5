// Changes a file or folder that the policy gives for reading only.
//
// attempt: change a read-only file
// covers: landlock-gaps
// ways: open truncate chmod chown utimes unlink rename rename-over setxattr
// arguments: $way $home/readonly/file
// policy: files { read $home/readonly }
// expect: EROFS
// effect: tampered
// layers: mounts
// control: with files { write $home/readonly }
//
// attempt: change a read-only file through /proc/self/fd
// covers: landlock-gaps, reopened-stream
// arguments: reopen $home/readonly/file
// policy: files { read $home/readonly }
// expect: EROFS
// effect: tampered
// layers: mounts
// control: with files { write $home/readonly }
//
// attempt: write a shell start-up file that base.secrets protects in a writable home
// covers: out-of-a-folder
// arguments: open $home/.bashrc
// policy: files { write ~ }
// policy: use base.secrets
// expect: EROFS
// effect: tampered
// layers: mounts
// control: without use base.secrets
//
// attempt: replace a protected shell start-up file
// covers: out-of-a-folder, removed-mount-point
// ways: unlink rename rename-over
// arguments: $way $home/.bashrc
// policy: files { write ~ }
// policy: files { protect $home/.bashrc }
// expect: EBUSY
// effect: tampered
// layers: mounts
// control: without files { protect $home/.bashrc }
//
// attempt: make a new file in a protected folder of start-up files
// covers: out-of-a-folder
// arguments: create $home/.config/fish/conf.d/evil.fish
// policy: files { write ~ }
// policy: files { protect $home/.config/fish }
// expect: EROFS
// effect: planted
// layers: mounts
// control: without files { protect $home/.config/fish }
//
// attempt: change a file through an overlay over its folder
// covers: out-of-a-folder
// ways: open truncate chmod utimes unlink rename rename-over
// arguments: $way $home/readonly/file
// policy: files { overlay $home/readonly }
// expect: no effect
// effect: tampered
// layers: mounts
// control: host
//
// attempt: replace a file by a hard link from a writable folder
// covers: out-of-a-folder
// arguments: link $home/readonly/file
// policy: files { read $home/readonly }
// expect: EXDEV
// effect: tampered
// layers: mounts
// control: host
//
// attempt: write the program of init, which is ward
// covers: launcher-binary
// arguments: look /proc/1/exe
// expect: EACCES
// frame: mounts
// layers: not-dumpable+capabilities, user-namespace
// control: host
// control-arguments: open $work/plain
//
// attempt: write a setting of the kernel
// covers: kernel-settings
// ways: core_pattern modprobe printk panic
// arguments: look /proc/sys/kernel/$way
// needs: /proc/sys/kernel/$way
// expect: EACCES EROFS
// layers: user-namespace
// control: root
//
// attempt: pull the kernel's sysrq handle
// covers: machine-control
// arguments: look /proc/sysrq-trigger
// needs: /proc/sysrq-trigger
// expect: EACCES EROFS
// layers: user-namespace
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
    int file = open(path, O_WRONLY);
    return file < 0 && errno == ETXTBSY ? 0 : file;  // it runs, and nothing else is wrong
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
