// What can be done with many paths: `tree_probe`, whose standard input is paths that end with a NUL each.
// One line for each path, of letters:
//   `-` it is not there; `!` the way to it is barred;
//   `f` a file, `r` readable, `w` writable, `x` executable; `d` a folder, `l` can be listed, `c` something can be made
//   in it; `h` opening it is EACCES.
// Then a line for each: `m` if it could be renamed (it is renamed back), or `=`.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "probe.h"

enum { most = 4096 };

static const char* const refusal = "!-";  // EACCES, and any other

static int is_executable(const char* path) {
    int status = 0;
    pid_t child = vfork();
    if (child == 0) {
        execl(path, path, (char*)NULL);
        _exit(77);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7;
}

static void look_at_file(const char* path) {
    char byte;
    putchar('f');
    int reading = open(path, O_RDONLY | O_CLOEXEC);
    if (reading < 0 && errno == EACCES) putchar('h');
    if (reading >= 0 && read(reading, &byte, 1) == 1) putchar('r');
    close(reading);
    int writing = open(path, O_WRONLY | O_CLOEXEC);
    if (writing >= 0) putchar('w');
    close(writing);  // before it is executed, or that would be ETXTBSY
    if (is_executable(path)) putchar('x');
}

static void look_at_folder(const char* path) {
    char inner[most];
    putchar('d');
    DIR* stream = opendir(path);
    if (!stream && errno == EACCES) putchar('h');
    if (stream && readdir(stream)) putchar('l');
    if (stream) closedir(stream);
    snprintf(inner, sizeof inner, "%s/made by the probe", path);
    int made = open(inner, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made >= 0) putchar('c');
    if (made >= 0 && unlink(inner)) putchar('?');
    close(made);
}

static void look(const char* path) {
    struct stat found;
    if (stat(path, &found))
        putchar(refusal[errno != EACCES]);
    else if (S_ISDIR(found.st_mode))
        look_at_folder(path);
    else
        look_at_file(path);
    putchar('\n');
}

static void move(const char* path) {
    char other[most];
    snprintf(other, sizeof other, "%s moved by the probe", path);
    if (rename(path, other)) {
        puts("=");
        return;
    }
    puts("m");
    if (rename(other, path)) puts("?");
}

int main(void) {
    static char text[1 << 20];
    size_t size = 0;
    for (ssize_t got; (got = read(0, text + size, sizeof text - size)) > 0;) size += (size_t)got;
    if (size == 0 || text[size - 1] != 0) return 98;
    fflush(stdout);
    for (const char* path = text; path < text + size; path += strlen(path) + 1) look(path);
    for (const char* path = text; path < text + size; path += strlen(path) + 1) move(path);
    return 0;
}
