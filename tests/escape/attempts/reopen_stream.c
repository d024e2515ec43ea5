// Turns a file that the caller has redirected for reading into one that can be changed.
//
// attempt: open standard input again, for writing
// covers: reopened-stream, landlock-gaps
// ways: write read-write append
// arguments: $way
// stdin: file $home/.bashrc
// expect: EACCES
// layers: landlock
// control: with process { nested allow }
//
// attempt: cut off the file that is standard input
// covers: reopened-stream, landlock-gaps
// arguments: truncate
// stdin: file $home/.bashrc
// expect: EACCES
// layers: landlock
// control: with process { nested allow }
//
// attempt: cut off standard input by its descriptor, which is for reading
// covers: reopened-stream, landlock-gaps
// arguments: ftruncate
// control-arguments: fstat
// stdin: file $home/.bashrc
// expect: EINVAL EBADF
// layers: kernel
// control: host
#include <sys/stat.h>

#include "attempt.h"

static const char* const input = "/proc/self/fd/0";

// To the size that it has: nothing is lost where it succeeds.
static long own_size(void) {
    struct stat found;
    return fstat(0, &found) < 0 ? -1 : found.st_size;
}

static long by_write(const char* unused) {
    (void)unused;
    return open(input, O_WRONLY);
}
static long by_read_write(const char* unused) {
    (void)unused;
    return open(input, O_RDWR);
}
static long by_append(const char* unused) {
    (void)unused;
    return open(input, O_WRONLY | O_APPEND);
}
static long by_truncate(const char* unused) {
    (void)unused;
    long size = own_size();
    return size < 0 ? size : truncate(input, size);
}
static long by_ftruncate(const char* unused) {
    (void)unused;
    long size = own_size();
    return size < 0 ? size : ftruncate(0, size);
}
static long by_fstat(const char* unused) {
    (void)unused;
    return own_size();
}

int main(int argc, char** argv) {
    static const struct Way ways[] = {
        {"write", by_write},         {"read-write", by_read_write}, {"append", by_append}, {"truncate", by_truncate},
        {"ftruncate", by_ftruncate}, {"fstat", by_fstat},           {NULL, NULL},
    };
    run_way(ways, argc, argv, "the caller's file can be changed");
}
