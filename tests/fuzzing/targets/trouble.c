// Breaks a limit, the one that the first letter of the input says.
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void hang(void) {
    for (volatile int n = 0;; ++n)
        ;
}

// More than any limit of the tests, and kept: libFuzzer looks at its size once a second.
static void take_memory(void) {
    enum { piece = 1 << 20, pieces = 1024 };
    for (int n = 0; n < pieces; ++n) {
        volatile char* memory = malloc(piece);
        for (int at = 0; memory != NULL && at < piece; at += 4096) memory[at] = 1;
    }
    pause();
}

static void fork_bomb(void) {
    for (int n = 0; n < 200; ++n)
        if (fork() == 0) pause();
}

static void* wait_for_ever(void* unused) {
    pause();
    return unused;
}

static void thread_bomb(void) {
    int made = 0;
    pthread_t thread;
    while (made < 200 && pthread_create(&thread, NULL, wait_for_ever, NULL) == 0) ++made;
    fprintf(stderr, "threads: %d\n", made);
    abort();
}

// Up to 512 MiB, in files of so many.
static void fill(const char* folder, int largest) {
    static char block[1 << 20];
    char path[64];
    int written = 0, file = -1;
    for (ssize_t size = 1; size > 0 && written < 512; written += size > 0) {
        if (written % largest == 0) {
            snprintf(path, sizeof path, "%s/full%d", folder, written);
            file = open(path, O_CREAT | O_WRONLY, 0600);
        }
        size = write(file, block, sizeof block);
    }
    fprintf(stderr, "megabytes: %d\n", written);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2) return 0;
    switch (data[0]) {
        case 'h': hang(); break;
        case 'm': take_memory(); break;
        case 'f': fork_bomb(); break;
        case 't': thread_bomb(); break;
        case 'p': fill("/tmp", 32); break;
        case 'c': fill(".", 512); break;
        default: break;
    }
    return 0;
}
