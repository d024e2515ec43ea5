// Plants a symlink in a writable folder in one run, and follows it in the next.
//
// attempt: read an outside file through a symlink planted by an earlier run
// covers: planted-link
// first: plant $outside/secret $work/planted
// arguments: follow $work/planted
// expect: ENOENT
// layers: mounts
// control: host
//
// attempt: read a hidden key through a planted symlink that the next policy grants
// covers: planted-link
// first: plant $home/.ssh/id $work/planted
// arguments: follow $work/planted
// policy: files { read? $work/planted; hide $home/.ssh }
// expect: not started
// layers: ward
// control: host
//
// attempt: read a hidden key through a planted symlink named on the command line
// covers: planted-link
// first: plant $home/.ssh/id $work/planted
// arguments: follow $work/planted
// policy: files { read $arguments; hide $home/.ssh }
// expect: not started
// layers: ward
// control: host
//
// attempt: read an outside file through /proc/self/root and a planted symlink
// covers: planted-link
// first: plant /proc/self/root$outside/secret $work/planted
// arguments: follow $work/planted
// expect: ENOENT
// layers: mounts
// control: host
#include "attempt.h"

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    const char* path = argument(argc, argv, 2);
    if (strcmp(way, "plant") == 0) report(symlink(path, argument(argc, argv, 3)), "planted");
    if (strcmp(way, "follow") != 0) misused(way);
    char byte;
    int file = open(path, O_RDONLY);
    if (file < 0) refused(errno);
    report(read(file, &byte, 1), "a byte is read through it");
}
