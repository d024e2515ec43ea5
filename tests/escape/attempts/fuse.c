// Mounts a file system that it serves itself (fuse(4)): whoever opens a file there waits for as long as it likes,
// which makes of any race an easy one.
//
// attempt: open the device by which programs serve file systems
// covers: userfaultfd
// arguments: open
// needs: /dev/fuse
// lacking: ENODEV
// expect: ENOENT
// layers: mounts
// control: root
//
// attempt: mount a file system of its own, where the policy grants the device
// covers: userfaultfd, mount-calls
// arguments: mount $work/a
// policy: files { device fuse }
// needs: /dev/fuse
// lacking: ENODEV
// expect: EPERM
// layers: filter, capabilities
// control: root
//
// attempt: the same, where the policy allows the calls as well
// covers: userfaultfd, mount-calls
// arguments: mount $work/a
// policy: files { device fuse }
// policy: syscalls { allow @mount }
// needs: /dev/fuse
// lacking: ENODEV
// expect: EPERM
// layers: capabilities
// control: root
//
// attempt: mount a file system of its own in namespaces of its own, which the policy allows
// covers: userfaultfd
// arguments: own-mount $work/a
// policy: process { nested allow }
// policy: syscalls { allow @mount }
// needs: /dev/fuse
// lacking: ENODEV
// expect: ENOENT
// layers: mounts
// control: root
#include <sys/mount.h>

#include "attempt.h"

// Nobody answers what is asked of it, and all of it ends with the attempt's descriptor and namespace.
static long mount_own(const char* path, int device) {
    char options[96];
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=%d,group_id=%d", device, (int)geteuid(),
             (int)getegid());
    return mount("none", path, "fuse", MS_NOSUID | MS_NODEV, options);
}

static long open_device(const char* unused) {
    (void)unused;
    return open("/dev/fuse", O_RDWR);
}

// Without the right to open the device as well: the right to mount is looked at first.
static long by_mount(const char* path) {
    if (unshare(CLONE_NEWNS) == 0) mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    return mount_own(path, (int)open_device(path));
}

// The device belongs to the namespace in which it was opened.
static long by_own_mount(const char* path) {
    become_root_of(CLONE_NEWNS);
    long device = open_device(path);
    return device < 0 ? device : mount_own(path, (int)device);
}

int main(int argc, char** argv) {
    static const struct Way ways[] = {
        {"open", open_device}, {"mount", by_mount}, {"own-mount", by_own_mount}, {NULL, NULL}};
    run_way(ways, argc, argv, "it is there");
}
