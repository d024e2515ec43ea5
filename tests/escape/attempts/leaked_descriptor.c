// Uses what the caller left open: the runner leaves descriptors 3 to 9 to folders and files outside.
//
// attempt: use a descriptor that the caller left open
// covers: leaked-folder
// ways: 3 4 5 6 7 8 9
// arguments: $way
// expect: EBADF
// layers: descriptors
// control: host
#include <sys/stat.h>

#include "attempt.h"

int main(int argc, char** argv) {
    int leaked = atoi(argument(argc, argv, 1));
    struct stat found;
    char byte;
    if (fstat(leaked, &found) < 0) refused(errno);
    int file = S_ISDIR(found.st_mode) ? openat(leaked, "secret", O_RDONLY) : leaked;
    if (file < 0) refused(errno);
    report(pread(file, &byte, 1, 0), "a byte of the secret is read");
}
