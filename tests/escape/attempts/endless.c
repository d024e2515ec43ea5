// Goes on for too long. Without a limit it ends by itself, after more time than it was given.
//
// attempt: wait for ever
// covers: endless-run
// arguments: wait
// policy: limits { time 300ms }
// expect: ended
// layers: limits
// control: without limits { time 300ms }
//
// attempt: use the processor for ever, with its signal ignored
// covers: endless-run
// arguments: spin
// policy: limits { cpu-time 1s }
// expect: killed SIGKILL
// layers: limits
// control: without limits { cpu-time 1s }
#include <signal.h>
#include <time.h>

#include "attempt.h"

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    for (int number = 1; number < SIGRTMAX; ++number) signal(number, SIG_IGN);
    if (strcmp(way, "wait") == 0) {
        usleep(2000000);
        succeeded("it waited");
    }
    while (clock() < 2 * CLOCKS_PER_SEC) {
    }
    succeeded("it went on");
}
