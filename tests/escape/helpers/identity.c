// What a setuid or setgid program of the attempt `privileged_file` is: it says whether it got other rights.
#include <stdio.h>
#include <unistd.h>

int main(void) {
    int is_another = geteuid() != getuid() || getegid() != getgid();
    puts(is_another ? "succeeded it has the rights of its owner" : "refused EPERM");
    return !is_another;
}
