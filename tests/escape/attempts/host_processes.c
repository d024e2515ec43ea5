// Looks for a process of the host in /proc.
//
// attempt: see a process of the host
// covers: proc-of-launcher
// arguments: $victim-marker
// expect: ESRCH
// layers: pid-namespace+mounts
// control: host
#include <dirent.h>

#include "attempt.h"

static int has_marker(const char* process, const char* marker) {
    char path[300], text[4096];
    snprintf(path, sizeof path, "/proc/%s/cmdline", process);
    int file = open(path, O_RDONLY);
    ssize_t size = file < 0 ? 0 : read(file, text, sizeof text);
    if (file >= 0) close(file);
    return size > 0 && memmem(text, (size_t)size, marker, strlen(marker)) != NULL;
}

int main(int argc, char** argv) {
    const char* marker = argument(argc, argv, 1);
    DIR* processes = opendir("/proc");
    if (!processes) refused(errno);
    for (struct dirent* entry; (entry = readdir(processes));) {
        if (atoi(entry->d_name) > 1 && atoi(entry->d_name) != getpid() && has_marker(entry->d_name, marker))
            succeeded("the process is seen");
    }
    refused(ESRCH);
}
