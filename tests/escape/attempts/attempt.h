// What every attempt shares: it does one thing that a jail has to refuse, and prints exactly one
// line, `succeeded WORDS` or `refused ERRNO`. It knows nothing about ward.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static inline _Noreturn void succeeded(const char* words) {
    printf("succeeded %s\n", words);
    fflush(stdout);
    _exit(0);
}

static inline _Noreturn void refused(int error) {
    const char* name = strerrorname_np(error);
    printf("refused %s\n", name ? name : "UNKNOWN");
    fflush(stdout);
    _exit(1);
}

// Ends the attempt by the result of a system call.
static inline _Noreturn void report(long result, const char* words) {
    if (result < 0) refused(errno);
    succeeded(words);
}

static inline _Noreturn void misused(const char* argument) {
    fprintf(stderr, "attempt: no such way: %s\n", argument);
    _exit(2);
}

static inline void write_setting(const char* path, const char* text) {
    int file = open(path, O_WRONLY);
    if (file < 0 || write(file, text, strlen(text)) < 0) refused(errno);
    close(file);
}

// From now on it is root of a user namespace of its own, and of the others that are named.
static inline void become_root_of(int namespaces) {
    char uid_map[32], gid_map[32];
    snprintf(uid_map, sizeof uid_map, "0 %d 1", (int)geteuid());
    snprintf(gid_map, sizeof gid_map, "0 %d 1", (int)getegid());
    if (unshare(CLONE_NEWUSER | namespaces)) refused(errno);
    write_setting("/proc/self/setgroups", "deny");
    write_setting("/proc/self/uid_map", uid_map);
    write_setting("/proc/self/gid_map", gid_map);
}

// The argument, or the end: an attempt is never run with a guess.
static inline const char* argument(int argc, char** argv, int index) {
    if (index >= argc) misused("(missing argument)");
    return argv[index];
}

// One way to make an attempt, by name.
struct Way {
    const char* name;
    long (*run)(const char* path);
};

static inline _Noreturn void run_way(const struct Way* ways, int argc, char** argv, const char* words) {
    const char* name = argument(argc, argv, 1);
    const char* path = argc > 2 ? argv[2] : "";
    for (; ways->name; ++ways)
        if (strcmp(ways->name, name) == 0) report(ways->run(path), words);
    misused(name);
}
