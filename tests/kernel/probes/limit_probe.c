// What takes more than it may have: memory in a child, a disk's time; and what a program does about its limits.
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "probe.h"

static int say(const char* word) {
    puts(word);
    return 0;
}

static int say_error(void) {
    return say(strerrorname_np(errno));
}

// A child fills that many MiB; this process outlives it, if it may.
static int allocate_in_child(char** arguments) {
    size_t size = (size_t)atoi(arguments[0]) << 20;
    if (fork() == 0) {
        char* memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory != MAP_FAILED) memset(memory, 1, size);
        _exit(0);
    }
    wait(NULL);
    return say("went on");
}

// That many MiB into a new file, and from there to the disk.
static int write_through(char** arguments) {
    static char piece[1 << 20];
    int file = open(arguments[0], O_CREAT | O_WRONLY, 0644);
    if (file < 0) return say_error() + 1;
    for (int i = 0; i < atoi(arguments[1]); ++i)
        if (write(file, piece, sizeof piece) != sizeof piece) return say_error() + 1;
    return fsync(file) == 0 ? say("written") : say_error() + 1;
}

static int put(char** arguments) {
    int file = open(arguments[0], O_WRONLY);
    if (file < 0 || write(file, arguments[1], strlen(arguments[1])) < 0) return say_error();
    return say("put");
}

// Of the first cgroup of a jail below a folder.
static int raise_limit(char** arguments) {
    DIR* all = opendir(arguments[0]);
    for (struct dirent* entry; all && (entry = readdir(all));) {
        char path[4096];
        char* const words[] = {path, "max"};
        snprintf(path, sizeof path, "%s/%s/pids.max", arguments[0], entry->d_name);
        if (strncmp(entry->d_name, "ward-", 5) == 0) return put((char**)words);
    }
    return say("no jail");
}

int main(int argc, char** argv) {
    static const struct Word words[] = {{"allocate-in-child", 1, allocate_in_child},
                                        {"write-through", 2, write_through},
                                        {"put", 2, put},
                                        {"raise", 1, raise_limit},
                                        {NULL, 0, NULL}};
    return run_word(words, argc, argv);
}
