// Takes ids of the host, or drops a group that keeps something out.
//
// attempt: drop all groups
// covers: group-drop
// arguments: groups
// expect: EPERM
// layers: capabilities
// control: root
//
// attempt: become root of the host by a second map of ids
// covers: overlapping-ids
// arguments: map
// expect: EPERM
// layers: kernel
// control: root
// control-arguments: own-map
//
// attempt: map root of the host into a user namespace of its own
// covers: overlapping-ids
// arguments: own-map
// policy: process { nested allow }
// expect: EPERM
// layers: user-namespace+capabilities
// control: root
//
// attempt: become root by setuid
// covers: overlapping-ids
// ways: setuid setgid
// arguments: $way
// expect: EPERM EINVAL
// layers: user-namespace+capabilities
// control: root
#include <grp.h>
#include <sched.h>

#include "attempt.h"

static long write_text(const char* path, const char* text) {
    int file = open(path, O_WRONLY);
    return file < 0 ? file : write(file, text, strlen(text));
}

// The host's root is 0 as long as nothing has mapped it to something else.
static long by_map(void) {
    return write_text("/proc/self/uid_map", "0 0 1");
}

static long by_own_map(void) {
    return unshare(CLONE_NEWUSER) ? -1 : by_map();
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    if (strcmp(way, "groups") == 0) report(setgroups(0, NULL), "the groups are dropped");
    if (strcmp(way, "map") == 0) report(by_map(), "it is root");
    if (strcmp(way, "own-map") == 0) report(by_own_map(), "it is root");
    if (strcmp(way, "setuid") == 0) report(setresuid(0, 0, 0), "it is root");
    if (strcmp(way, "setgid") == 0) report(setresgid(0, 0, 0), "it is root");
    misused(way);
}
