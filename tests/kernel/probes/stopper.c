// `stopper FILE`: says `stops` and stops itself; a process of the same jail, in a session of its own,
// makes FILE a little later.
#include <fcntl.h>
#include <sys/wait.h>

#include "probe.h"

int main(int count, char** words) {
    if (count != 2) return 2;
    if (fork() == 0) {
        setsid();
        usleep(700000);
        _exit(open(words[1], O_CREAT | O_WRONLY, 0644) < 0);
    }
    puts("stops");
    fflush(stdout);
    usleep(100000);  // for whoever waits for the word
    raise(SIGSTOP);
    wait(NULL);  // the end of the program is the end of the jail
    return 0;
}
