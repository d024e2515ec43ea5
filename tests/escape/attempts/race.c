// Launches while somebody swaps a name that they use: by an exchange of two names, again and again. The
// program looks for what it must not find in any round.
//
// attempt: have a mask put elsewhere, by a link in place of the folder around it
// covers: masked-path-race, mount-swap-race
// caller: racer 30 $work/shared $work/link
// arguments: read $work/shared/secret secret
// policy: files { hide? $work/shared/b }
// expect: EBUSY
// layers: ward
// control: host
//
// attempt: have a mount put elsewhere, by a link in place of the folder around it
// covers: mount-swap-race
// caller: racer 30 $work/shared $work/link
// arguments: write $work/shared/secret
// policy: files { read? $work/shared/b }
// expect: EBUSY
// effect: tampered
// layers: ward
// control: host
//
// attempt: have a folder of the host granted, by a link in place of the one that is meant
// covers: mount-swap-race
// caller: racer 30 $work/shared $work/link
// arguments: read $work/shared/secret secret
// policy: files { read? $work/shared }
// expect: EBUSY
// layers: ward
// control: host
#include "attempt.h"

static int holds(int file, const char* text) {
    char found[64] = "";
    return read(file, found, sizeof found - 1) > 0 && strncmp(found, text, strlen(text)) == 0;
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    const char* path = argument(argc, argv, 2);
    int is_write = strcmp(way, "write") == 0;
    int file = open(path, is_write ? O_WRONLY : O_RDONLY);
    if (file < 0) refused(errno);
    if (is_write) report(write(file, "evil", 4), "it is written");
    if (!holds(file, argument(argc, argv, 3))) refused(ENOENT);
    succeeded("it is read");
}
