// Walks around a read-only file in a writable folder: the folder above it is moved away, and a new
// file is put at the old path.
//
// attempt: rename the folder above a read-only file in a writable folder
// covers: removed-mount-point
// ways: near far exchange
// arguments: $way $work
// policy: files { read $work/a/b/lid }
// expect: EBUSY EXDEV
// effect: tampered
// layers: mounts
// control: without files { read $work/a/b/lid }
//
// attempt: rename the folder above a hidden folder in a writable folder
// covers: removed-mount-point
// ways: near far exchange
// arguments: $way $work
// policy: files { hide $work/a/b }
// expect: EBUSY EXDEV
// effect: tampered
// layers: mounts
// control: without files { hide $work/a/b }
#include <sys/stat.h>

#include "attempt.h"

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif

static long exchange(const char* folder) {
    if (mkdir("other", 0755)) refused(errno);
    return renameat2(AT_FDCWD, folder, AT_FDCWD, "other", RENAME_EXCHANGE);
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    if (chdir(argument(argc, argv, 2))) refused(errno);
    int near = strcmp(way, "near") == 0;
    long moved = strcmp(way, "exchange") == 0 ? exchange("a") : rename(near ? "a/b" : "a", "old");
    if (moved < 0) refused(errno);
    mkdir("a", 0755);
    mkdir("a/b", 0755);
    report(open("a/b/lid", O_WRONLY | O_CREAT | O_TRUNC, 0644), "there is another file at the old path");
}
