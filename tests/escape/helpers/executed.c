// What the attempt `execute` wants to run: saying so is all that it does.
#include <stdio.h>

int main(void) {
    puts("succeeded another program runs");
    return 0;
}
