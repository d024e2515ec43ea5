// The table of words that the probes are made of.
#pragma once

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

struct Word {
    const char* name;
    int arguments;
    int (*run)(char** arguments);  // its result is the exit status
};

// `late WORD ARGUMENTS...` does it when the program has run for more than a second.
static inline int run_word(const struct Word* words, int argc, char** argv) {
    if (argc > 2 && strcmp(argv[1], "late") == 0) {
        usleep(1500 * 1000);
        ++argv;
        --argc;
    }
    for (; argc > 1 && words->name; ++words)
        if (strcmp(words->name, argv[1]) == 0 && argc == words->arguments + 2) return words->run(argv + 2);
    fprintf(stderr, "probe: no such word, or other arguments\n");
    return 98;
}
