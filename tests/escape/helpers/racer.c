// Starts the rest of its arguments again and again, while it swaps two names: `racer ROUNDS A B PROGRAM
// ARGS...`. One round in which the program succeeds is enough: the attack has worked.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif

// Now and then it rests, so that a launch may also find things at peace in the middle.
static _Noreturn void swap_for_ever(const char* one, const char* other) {
    for (unsigned round = 0;; ++round) {
        if (renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE)) _exit(1);
        if (round % 7 == 0) usleep(round * 37 % 3000);
    }
}

// Whether a round succeeded. What it says is kept in `line`.
static int run_once(char** command, char* line, size_t size) {
    int ends[2], status = 0;
    if (pipe(ends)) return 0;
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        dup2(open("/dev/null", O_WRONLY), 2);
        close(ends[0]);
        close(ends[1]);
        execv(command[0], command);
        _exit(127);
    }
    close(ends[1]);
    ssize_t length = 0;
    for (ssize_t more; (more = read(ends[0], line + length, size - 1 - (size_t)length)) > 0;) length += more;
    line[length] = 0;
    close(ends[0]);
    waitpid(child, &status, 0);
    return strncmp(line, "succeeded", 9) == 0;
}

int main(int argc, char** argv) {
    char line[256] = "";
    int is_won = 0, refused = 0;
    if (argc < 5) return 2;
    int rounds = atoi(argv[1]);
    pid_t racer = fork();
    if (racer == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        swap_for_ever(argv[2], argv[3]);
    }
    for (int i = 0; i < rounds && !is_won; ++i) {
        is_won = run_once(argv + 4, line, sizeof line);
        refused += strncmp(line, "refused", 7) == 0;
    }
    kill(racer, SIGKILL);
    int status = 0;
    waitpid(racer, &status, 0);
    fprintf(stderr, "racer: of %d rounds the program ran in %d\n", rounds, refused + is_won);
    if (!WIFSIGNALED(status)) return 2;  // it could not swap: no race
    puts(is_won ? "succeeded a round was won" : "refused EBUSY");
    return !is_won;
}
