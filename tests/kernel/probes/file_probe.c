// What can be done with one path: `file_probe WORD PATH ...`. A refused call is printed as its
// errno's name; the exit status is 0.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "probe.h"

static int say_error(void) {
    printf("%s\n", strerrorname_np(errno));
    return 0;
}

static int say(const char* text) {
    puts(text);
    return 0;
}

static int read_path(char** arguments) {
    char text[4096];
    int file = open(arguments[0], O_RDONLY);
    ssize_t size = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (size < 0) return say_error();
    text[size] = 0;
    return say(text);
}

static int write_path(char** arguments) {
    int file = open(arguments[0], O_WRONLY | O_TRUNC);
    if (file < 0 || write(file, arguments[1], strlen(arguments[1])) < 0) return say_error();
    return say("written");
}

static int create_path(char** arguments) {
    int file = open(arguments[0], O_WRONLY | O_CREAT | O_EXCL, 0644);
    return file < 0 ? say_error() : say("made");
}

static int make_folder(char** arguments) {
    return mkdir(arguments[0], 0755) ? say_error() : say("made");
}
static int remove_path(char** arguments) {
    return unlink(arguments[0]) ? say_error() : say("removed");
}
static int rename_path(char** arguments) {
    return rename(arguments[0], arguments[1]) ? say_error() : say("renamed");
}

static int change_mode(char** arguments) {
    return chmod(arguments[0], (mode_t)strtol(arguments[1], NULL, 8)) ? say_error() : say("changed");
}
static int change_owner(char** arguments) {
    return lchown(arguments[0], (uid_t)atoi(arguments[1]), (gid_t)-1) ? say_error() : say("changed");
}
static int make_link(char** arguments) {
    return link(arguments[0], arguments[1]) ? say_error() : say("made");
}

// Empty files in a folder until it takes no more.
static int make_many(char** arguments) {
    char path[4096];
    for (int number = 0; number < 100000; ++number) {
        snprintf(path, sizeof path, "%s/%d", arguments[0], number);
        int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (file < 0) return printf("%d %s\n", number, strerrorname_np(errno)) < 0;
        close(file);
    }
    return say("no end");
}

static int list(char** arguments) {
    struct dirent** entries;
    int count = scandir(arguments[0], &entries, NULL, alphasort);
    if (count < 0) return say_error();
    for (int i = 0; i < count; ++i)
        if (strcmp(entries[i]->d_name, ".") && strcmp(entries[i]->d_name, "..")) printf("%s ", entries[i]->d_name);
    return say("");
}

static int owner(char** arguments) {
    struct stat found;
    if (lstat(arguments[0], &found)) return say_error();
    printf("%u %u\n", found.st_uid, found.st_gid);
    return 0;
}

static int mode(char** arguments) {
    struct stat found;
    if (lstat(arguments[0], &found)) return say_error();
    printf("%o\n", found.st_mode & 07777);
    return 0;
}

static int size(char** arguments) {
    struct statvfs found;
    if (statvfs(arguments[0], &found)) return say_error();
    printf("%lu\n", (unsigned long)(found.f_blocks * found.f_frsize));
    return 0;
}

static int target(char** arguments) {
    char text[4096];
    ssize_t length = readlink(arguments[0], text, sizeof text - 1);
    if (length < 0) return say_error();
    text[length] = 0;
    return say(text);
}

static int flags(char** arguments) {
    struct statvfs found;
    if (statvfs(arguments[0], &found)) return say_error();
    if (found.f_flag & ST_RDONLY) printf("ro ");
    if (found.f_flag & ST_NOSUID) printf("nosuid ");
    if (found.f_flag & ST_NODEV) printf("nodev ");
    if (found.f_flag & ST_NOEXEC) printf("noexec ");
    return say("");
}

static int execute(char** arguments) {
    execl(arguments[0], arguments[0], "exit", "42", (char*)NULL);
    return say_error();
}

int main(int argc, char** argv) {
    static const struct Word words[] = {
        {"read", 1, read_path},    {"write", 2, write_path},    {"create", 1, create_path},
        {"mkdir", 1, make_folder}, {"remove", 1, remove_path},  {"rename", 2, rename_path},
        {"list", 1, list},         {"owner", 1, owner},         {"mode", 1, mode},
        {"size", 1, size},         {"target", 1, target},       {"flags", 1, flags},
        {"execute", 1, execute},   {"chmod", 2, change_mode},   {"chown", 2, change_owner},
        {"link", 2, make_link},    {"make-many", 1, make_many}, {NULL, 0, NULL},
    };
    return run_word(words, argc, argv);
}
