// Runs another program.
//
// attempt: execute a program although the policy forbids it
// covers: unlisted-program
// ways: execve execveat descriptor
// arguments: $way $bin/executed
// policy: syscalls { forbid execve, execveat }
// expect: EPERM
// layers: filter
// control: without syscalls { forbid execve, execveat }
//
// attempt: guess the key that lets the launcher itself execute once
// covers: unlisted-program
// arguments: keys $bin/executed
// policy: syscalls { forbid execve, execveat }
// expect: EPERM
// layers: filter
// control: without syscalls { forbid execve, execveat }
//
// attempt: execute a file that the program has written itself
// covers: unlisted-program
// arguments: written $bin/executed
// expect: EACCES
// layers: mounts
// control: with files { execute $work }
//
// attempt: map a written file as code
// covers: unlisted-program
// arguments: map $bin/executed
// expect: EPERM EACCES
// layers: mounts
// control: with files { execute $work }
//
// attempt: execute a program that was only granted for reading
// covers: unlisted-program
// arguments: execve $home/readonly/program
// policy: files { read $home/readonly }
// expect: EACCES
// layers: mounts
// control: with files { execute $home/readonly }
//
// attempt: execute code from memory, where the policy forbids to execute
// covers: unlisted-program
// arguments: memory $bin/executed
// policy: syscalls { forbid execve, execveat }
// expect: EPERM
// layers: filter
// control: without syscalls { forbid execve, execveat }
//
// attempt: execute a script that the program has written, by its interpreter's line
// covers: unlisted-program
// arguments: script $bin/executed
// expect: EACCES
// layers: mounts
// control: with files { execute $work }
#include <sys/mman.h>
#include <sys/random.h>

#include "attempt.h"

static char* const no_environment[] = {NULL};

static long by_execve(const char* path) {
    char* const arguments[] = {(char*)path, NULL};
    return syscall(SYS_execve, path, arguments, no_environment);
}

static long execveat_with_key(const char* path, uint64_t key) {
    char* const arguments[] = {(char*)path, NULL};
    return syscall(SYS_execveat, AT_FDCWD, path, arguments, no_environment, 0, key);
}

static long by_execveat(const char* path) {
    return execveat_with_key(path, 0);
}

static long by_descriptor(const char* path) {
    char* const arguments[] = {(char*)path, NULL};
    int file = open(path, O_PATH);
    return syscall(SYS_execveat, file, "", arguments, no_environment, AT_EMPTY_PATH, 0);
}

static long by_keys(const char* path) {
    uint64_t key = 0;
    for (int guess = 0; guess < 10000; ++guess) {
        if (getrandom(&key, sizeof key, 0) != sizeof key) return -1;
        execveat_with_key(path, key);
        if (errno != EPERM) return -1;
    }
    return -1;
}

static int copy_to(const char* from, const char* to) {
    static char text[1 << 21];
    int source = open(from, O_RDONLY);
    ssize_t size = read(source, text, sizeof text);
    int copy = open(to, O_RDWR | O_CREAT | O_TRUNC, 0755);
    if (size <= 0 || copy < 0 || write(copy, text, (size_t)size) != size) refused(errno);
    return copy;
}

static long by_written(const char* path) {
    close(copy_to(path, "written"));
    return by_execve("written");
}

static long by_memory(const char* path) {
    static char text[1 << 21];
    int source = open(path, O_RDONLY), copy = memfd_create("code", 0);
    ssize_t size = read(source, text, sizeof text);
    if (size <= 0 || write(copy, text, (size_t)size) != size) refused(errno);
    char* const arguments[] = {(char*)path, NULL};
    return syscall(SYS_execveat, copy, "", arguments, no_environment, AT_EMPTY_PATH, 0);
}

static long by_script(const char* path) {
    int script = open("script", O_WRONLY | O_CREAT | O_TRUNC, 0755);
    dprintf(script, "#!%s\n", path);
    close(script);
    return by_execve("script");
}

static long by_map(const char* path) {
    int copy = copy_to(path, "written");
    void* code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, copy, 0);
    return code == MAP_FAILED ? -1 : 0;
}

int main(int argc, char** argv) {
    static const struct Way ways[] = {
        {"execve", by_execve},   {"execveat", by_execveat}, {"descriptor", by_descriptor},
        {"memory", by_memory},   {"script", by_script},     {"keys", by_keys},
        {"written", by_written}, {"map", by_map},           {NULL, NULL},
    };
    run_way(ways, argc, argv, "mapped as code");
}
