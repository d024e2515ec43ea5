// Takes more memory than the policy gives: 256 MiB against 64.
//
// attempt: fill the memory
// covers: memory-bomb
// arguments: heap
// policy (root): limits { memory 64M; swap 0 }
// policy (ordinary): limits { memory? 64M; tasks 1 }
// expect (root): killed SIGKILL
// expect (ordinary): killed SIGKILL ENOMEM
// layers: limits
// control (root): without limits { memory 64M; swap 0 }
// control (ordinary): without limits { memory? 64M; tasks 1 }
//
// attempt: fill the memory through a file in a private folder
// covers: full-tmpfs
// arguments: file /tmp/fill
// policy: files { private /tmp size 16M }
// expect: ENOSPC
// layers: mounts
// control: host
// control-arguments: file $work/fill
//
// attempt: fill the memory of the machine by forks, each below the limit
// covers: memory-bomb, fork-bomb
// arguments: forks
// policy (root): limits { memory 64M; swap 0 }
// policy (ordinary): limits { memory? 64M; tasks 1 }
// expect (root): killed SIGKILL ENOMEM
// expect (ordinary): EAGAIN
// layers: limits
// control (root): without limits { memory 64M; swap 0 }
// control (ordinary): without limits { memory? 64M; tasks 1 }
//
// attempt (root): fill the memory by what is not in the address space
// covers: memory-bomb
// ways: memfd shared-memory sockets
// arguments: $way
// policy: limits { memory 64M; swap 0 }
// expect: killed SIGKILL ENOMEM ENOBUFS EAGAIN
// layers: limits
// control: without limits { memory 64M; swap 0 }
#include <signal.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "attempt.h"

enum { piece = 1 << 20, pieces = 256 };

static int take(int count) {
    for (int i = 0; i < count; ++i) {
        char* memory = mmap(NULL, piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) return -1;
        memset(memory, 1, piece);
    }
    return 0;
}

static int fill_memfd(void) {
    static char text[piece];
    int file = memfd_create("fill", 0);
    for (int i = 0; i < pieces; ++i)
        if (write(file, text, piece) != piece) return -1;
    return 0;
}

// It ends with the last process that has it.
static int fill_shared(void) {
    int memory = shmget(IPC_PRIVATE, (size_t)piece * pieces, 0600);
    char* start = memory < 0 ? NULL : shmat(memory, NULL, 0);
    if (memory >= 0) shmctl(memory, IPC_RMID, NULL);
    if (memory < 0 || start == (void*)-1) return -1;
    memset(start, 1, (size_t)piece * pieces);
    return 0;
}

// Nobody reads. Each pair holds what its buffers hold, and descriptors are fewer than memory.
static int fill_sockets(void) {
    static char text[1 << 17];
    int pair[2], size = 1 << 20;
    for (int i = 0; i < 400; ++i) {
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair)) return -1;
        for (int end = 0; end < 2; ++end) {
            setsockopt(pair[end], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
            while (write(pair[end], text, sizeof text) > 0) {
            }
        }
    }
    return 0;
}

static int fill_file(const char* path) {
    static char text[piece];
    int file = open(path, O_WRONLY | O_CREAT, 0600);
    if (file < 0) return -1;
    for (int i = 0; i < 32; ++i)
        if (write(file, text, piece) != piece) return errno ? -1 : (errno = ENOSPC, -1);
    return 0;
}

// Eight processes that hold 32 MiB each at the same time. A child that is killed took too much.
static int fill_by_forks(void) {
    int filled[2], status;
    if (pipe(filled)) return -1;
    for (int i = 0; i < 8; ++i) {
        pid_t process = fork();
        if (process < 0) return -1;
        if (process == 0) {
            close(filled[0]);
            if (take(32) == 0 && write(filled[1], "x", 1) == 1) pause();
            _exit(1);
        }
    }
    close(filled[1]);
    char all[8];
    for (size_t have = 0; have < sizeof all;) {
        ssize_t more = read(filled[0], all + have, sizeof all - have);
        if (more <= 0) return errno = ENOMEM, -1;
        have += (size_t)more;
        if (waitpid(-1, &status, WNOHANG) > 0) return errno = ENOMEM, -1;
    }
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
    return 0;
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    if (strcmp(way, "heap") == 0) report(take(pieces), "256 MiB are filled");
    if (strcmp(way, "file") == 0) report(fill_file(argument(argc, argv, 2)), "32 MiB are filled");
    if (strcmp(way, "memfd") == 0) report(fill_memfd(), "256 MiB are filled");
    if (strcmp(way, "shared-memory") == 0) report(fill_shared(), "256 MiB are filled");
    if (strcmp(way, "sockets") == 0) report(fill_sockets(), "all buffers are filled");
    setpgid(0, 0);
    if (strcmp(way, "forks") == 0) report(fill_by_forks(), "256 MiB are filled");
    misused(way);
}
