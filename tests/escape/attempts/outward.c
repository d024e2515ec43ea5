// Walks out of what it was given.
//
// attempt: walk up from a folder that somebody moves outside meanwhile
// covers: out-of-a-folder
// caller: caller moved-folder $outside
// arguments: moved $work/done
// expect: ENOENT
// layers: mounts
// control: host
//
// attempt: read an outside file by a path relative to a working folder that is not granted
// covers: leaked-folder
// caller: caller in $outside
// arguments: relative
// expect: ENOENT
// layers: mounts
// control: host
//
// attempt: walk up from a kept folder after chroot
// covers: chroot
// arguments: chroot $outside/secret
// policy: syscalls { allow chroot }
// expect: EPERM
// layers: capabilities
// control: root
//
// attempt: walk up from a kept folder after chroot, as root of its own namespace
// covers: chroot
// arguments: nested-chroot $outside/secret
// policy: process { nested allow }
// policy: syscalls { allow chroot }
// expect: ENOENT
// layers: mounts
// control: host
//
// attempt: read an outside file by a path that another thread changes between check and use
// covers: pointer-race
// arguments: race $work/plain $outside/secret
// expect: ENOENT
// layers: mounts
// control: host
#include <pthread.h>
#include <sched.h>
#include <sys/stat.h>

#include "attempt.h"

// Until the caller has moved the folder.
static long by_moved(const char* done) {
    if (chdir("decoy/b")) return -1;
    close(open("../../ready", O_WRONLY | O_CREAT, 0644));
    for (int i = 0; i < 1000 && access(done, F_OK); ++i) usleep(5000);
    return open("../secret", O_RDONLY);
}

static long by_chroot(const char* path) {
    int root = open("/", O_RDONLY | O_DIRECTORY);
    mkdir("cell", 0755);
    if (chroot("cell") || fchdir(root)) return -1;
    for (int i = 0; i < 64; ++i)
        if (chdir("..")) return -1;
    return open(path + 1, O_RDONLY);
}

static char shared_path[4096];
static const char* paths[2];
static volatile int is_over;

static void* change_path(void* unused) {
    for (unsigned i = 0; !is_over; ++i) memcpy(shared_path, paths[i % 2], strlen(paths[i % 2]) + 1);
    return unused;
}

static int is_secret(int file) {
    char text[8] = "";
    return read(file, text, 6) == 6 && memcmp(text, "secret", 6) == 0;
}

static long by_race(void) {
    pthread_t thread;
    memcpy(shared_path, paths[0], strlen(paths[0]) + 1);
    if (pthread_create(&thread, NULL, change_path, NULL)) return -1;
    long found = 0;
    for (int i = 0; i < 20000 && !found; ++i) {
        int file = open(shared_path, O_RDONLY);
        if (file < 0) continue;
        found = is_secret(file);
        close(file);
    }
    is_over = 1;
    pthread_join(thread, NULL);
    errno = ENOENT;
    return found ? 0 : -1;
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    if (strcmp(way, "relative") == 0) report(open("secret", O_RDONLY), "it is read");
    const char* path = argument(argc, argv, 2);
    if (strcmp(way, "moved") == 0) report(by_moved(path), "it is read");
    if (strcmp(way, "nested-chroot") == 0 && unshare(CLONE_NEWUSER)) refused(errno);
    if (strstr(way, "chroot")) report(by_chroot(path), "it is read");
    if (strcmp(way, "race") != 0) misused(way);
    paths[0] = path;
    paths[1] = argument(argc, argv, 3);
    report(by_race(), "it is read");
}
