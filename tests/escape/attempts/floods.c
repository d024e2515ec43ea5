// Uses up what there is a fixed number of.
//
// attempt: open files without end
// covers: descriptor-flood
// ways: files pipes epoll
// arguments: $way
// policy: limits { open-files 64 }
// expect: EMFILE
// layers: limits
// control: without limits { open-files 64 }
//
// attempt: make more files in a folder in memory than it has room for
// covers: full-tmpfs
// arguments: inodes /tmp
// control-arguments: inodes $work
// policy: files { private /tmp size 1M }
// expect: ENOSPC
// layers: mounts
// control: host
//
// attempt: fill the disk through a granted folder
// covers: disk-fill
// arguments: disk $work/large
// policy: limits { file-size 1M }
// expect: EFBIG
// layers: limits
// control: without limits { file-size 1M }
//
// attempt: fill the disk through standard output that is a file
// covers: output-flood
// caller: caller into $work/output
// arguments: output
// policy: limits { file-size 1M }
// expect: EFBIG
// layers: limits
// control: without limits { file-size 1M }
#include <signal.h>
#include <sys/epoll.h>
#include <sys/stat.h>

#include "attempt.h"

enum { many = 400, files = 3000, megabytes = 8 };

static long open_many(const char* way) {
    int pair[2];
    for (int i = 0; i < many; ++i) {
        long made = strcmp(way, "files") == 0   ? open("/proc/self/stat", O_RDONLY)
                    : strcmp(way, "pipes") == 0 ? pipe(pair)
                                                : epoll_create1(0);
        if (made < 0) return made;
    }
    return 0;
}

static long make_files(const char* folder) {
    char path[4096];
    for (int i = 0; i < files; ++i) {
        snprintf(path, sizeof path, "%s/empty-%d", folder, i);
        int file = open(path, O_WRONLY | O_CREAT, 0600);
        if (file < 0) return file;
        close(file);
    }
    return 0;
}

static long fill(int file) {
    static char text[1 << 20];
    signal(SIGXFSZ, SIG_IGN);
    for (int i = 0; i < megabytes; ++i) {
        ssize_t size = write(file, text, sizeof text);
        if (size < 0) return -1;
    }
    return 0;
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    if (strcmp(way, "inodes") == 0) report(make_files(argument(argc, argv, 2)), "all files are made");
    if (strcmp(way, "disk") == 0)
        report(fill(open(argument(argc, argv, 2), O_WRONLY | O_CREAT, 0644)), "8 MiB are written");
    if (strcmp(way, "output") == 0) return fill(1) != 0;  // the caller looks at the file
    report(open_many(way), "hundreds are open");
}
