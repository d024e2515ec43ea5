// Runs another program.
//
// attempt: execute a program although the policy forbids it
// covers: unlisted-program
// ways: execve execveat descriptor link child relative
// arguments: $way $bin/executed
// policy: syscalls { forbid execve, execveat }
// expect: EPERM
// layers: filter
// control: without syscalls { forbid execve, execveat }
//
// attempt: execute a script by its interpreter's line, where the policy forbids to execute
// covers: unlisted-program
// arguments: script $bin/executed
// policy: syscalls { forbid execve, execveat }
// policy: files { execute $work }
// expect: EPERM
// layers: filter
// control: without syscalls { forbid execve, execveat }
//
// attempt: execute by a call of another ABI that the program has, where the policy forbids to execute
// covers: unlisted-program, i386, x32
// ways: i386 i386-execveat x32 x32-execveat
// arguments: $way $bin/executed
// policy: syscalls { abi native, i386, x32 }
// policy: syscalls { forbid execve, execveat }
// expect: EPERM
// layers: filter
// control: host
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
#include <signal.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/wait.h>

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

static long by_link(const char* path) {
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", open(path, O_PATH));
    return by_execve(name);
}

static long by_relative(const char* path) {
    const char* name = strrchr(path, '/');
    char folder[4096];
    snprintf(folder, sizeof folder, "%.*s", (int)(name - path), path);
    if (chdir(folder)) return -1;
    return by_execve(name + 1);
}

// In a child that shares its memory, as a shell starts programs.
static long by_child(const char* path) {
    volatile int error = 0;
    int status = 0;
    pid_t child = vfork();
    if (child == 0) {
        by_execve(path);
        error = errno;
        _exit(1);
    }
    waitpid(child, &status, 0);
    if (error == 0) _exit(WEXITSTATUS(status));  // it has spoken
    errno = error;
    return -1;
}

// A kernel without the door of i386 answers with this signal.
static void no_door(int signal) {
    (void)signal;
    refused(ENOSYS);
}

// Words that i386 can point to.
struct Low {
    char path[4096];
    uint32_t arguments[2];
    uint32_t environment[1];
};

// The fifth argument is 0.
static long i386_call(long number, uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    signal(SIGSEGV, no_door);
    long result = number;
    __asm__ volatile("int $0x80"
                     : "+a"(result)
                     : "b"(a), "c"(b), "d"(c), "S"(d), "D"(0)
                     : "memory", "r8", "r9", "r10", "r11");
    if (result >= 0) return result;
    errno = (int)-result;
    return -1;
}

static struct Low* low_words(const char* path) {
    struct Low* low = mmap(NULL, sizeof *low, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (low == MAP_FAILED) refused(errno);
    snprintf(low->path, sizeof low->path, "%s", path);
    low->arguments[0] = (uint32_t)(uintptr_t)low->path;
    return low;
}

static long by_i386(const char* path) {
    struct Low* low = low_words(path);
    return i386_call(11, low->arguments[0], (uint32_t)(uintptr_t)low->arguments, (uint32_t)(uintptr_t)low->environment,
                     0);
}

static long by_i386_execveat(const char* path) {
    struct Low* low = low_words(path);
    return i386_call(358, (uint32_t)AT_FDCWD, low->arguments[0], (uint32_t)(uintptr_t)low->arguments,
                     (uint32_t)(uintptr_t)low->environment);
}

// x32 has pointers of 32 bits in the lists, too.
static long by_x32(const char* path) {
    struct Low* low = low_words(path);
    return syscall(0x40000000L | 520, low->path, low->arguments, low->environment);
}

static long by_x32_execveat(const char* path) {
    struct Low* low = low_words(path);
    return syscall(0x40000000L | 545, AT_FDCWD, low->path, low->arguments, low->environment, 0);
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
        {"execve", by_execve},
        {"execveat", by_execveat},
        {"descriptor", by_descriptor},
        {"memory", by_memory},
        {"script", by_script},
        {"keys", by_keys},
        {"written", by_written},
        {"map", by_map},
        {"link", by_link},
        {"relative", by_relative},
        {"child", by_child},
        {"i386", by_i386},
        {"i386-execveat", by_i386_execveat},
        {"x32", by_x32},
        {"x32-execveat", by_x32_execveat},
        {NULL, NULL},
    };
    run_way(ways, argc, argv, "mapped as code");
}
