// Looks for a way to talk to the launcher, and lies to it.
//
// attempt: write to a descriptor that the launcher forgot
// covers: fake-status
// arguments: own
// expect: EBADF
// layers: descriptors
// control: host
//
// attempt: use the descriptors of init
// covers: fake-status
// arguments: init 1
// control-arguments: init $victim
// expect: EACCES
// frame: mounts
// layers: user-namespace, not-dumpable+capabilities
// control: host
//
// attempt: have the report written over a file of the caller
// covers: fake-status
// arguments: steer $work/report $home/.bashrc
// control-arguments: write $home/.bashrc
// options: --report $work/report
// expect: no effect
// effect: tampered
// layers: ward
// control: host
#include <dirent.h>

#include "attempt.h"

static long write_to_any(void) {
    for (int i = 3; i < 1024; ++i)
        if (fcntl(i, F_GETFD) >= 0) return 0;
    return -1;
}

// The first that there is.
static long read_any_link(const char* process) {
    for (int i = 0; i < 1024; ++i) {
        char path[256];
        char target[256];
        snprintf(path, sizeof path, "/proc/%s/fd/%d", process, i);
        long length = readlink(path, target, sizeof target);
        if (length >= 0 || errno != ENOENT) return length;
    }
    return -1;
}

// The report is a name in a folder that the program may write.
static long steer(const char* report_path, const char* target) {
    unlink(report_path);
    return symlink(target, report_path);
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    if (strcmp(way, "own") == 0) report(write_to_any(), "there is one");
    const char* word = argument(argc, argv, 2);
    if (strcmp(way, "init") == 0) report(read_any_link(word), "it can be reached");
    if (strcmp(way, "steer") == 0) report(steer(word, argument(argc, argv, 3)), "the report goes elsewhere");
    int file = open(word, O_WRONLY | O_APPEND);
    report(file < 0 ? file : write(file, "evil", 4), "it is written");
}
