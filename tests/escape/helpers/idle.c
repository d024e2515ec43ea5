// The victim: a process of the same user that attempts are aimed at on the bare host. It waits until
// its standard input ends, which is when the runner does.
#include <stdio.h>
#include <unistd.h>

int main(void) {
    char byte;
    puts("ready");
    fflush(stdout);
    while (read(0, &byte, 1) > 0) {
    }
    return 0;
}
