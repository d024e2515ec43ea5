// Mounts that come or go through the wall. The caller shares its mounts, as those of a system are shared.
//
// attempt (root): see what the host mounts later in a granted folder
// covers: mount-propagation
// caller: caller later-mount now
// arguments: see
// expect: ENOENT
// layers: mounts
// control: host
//
// attempt (root): have the host see a mount
// covers: mount-propagation
// caller: caller looking-for-mounts now
// arguments: mount
// policy: syscalls { allow @mount }
// policy: process { nested allow }
// expect: EINVAL
// layers: mounts
// control: root
#include <sched.h>
#include <sys/mount.h>

#include "attempt.h"

static void meet(const char* ready, const char* done) {
    close(open(ready, O_WRONLY | O_CREAT, 0644));
    for (int i = 0; i < 1000 && access(done, F_OK); ++i) usleep(5000);
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    if (strcmp(way, "see") == 0) {
        meet("ready", "done");
        report(open("a/late", O_RDONLY), "it is seen");
    }
    if (strcmp(way, "mount") != 0) misused(way);
    // In namespaces of its own where those are allowed, else right here. The caller looks.
    if (geteuid() != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS)) refused(errno);
    return mount("none", "a", "tmpfs", 0, NULL) != 0;
}
