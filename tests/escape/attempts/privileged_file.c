// Executes a program that would give it the rights of another.
//
// attempt: execute a setuid program of another user
// covers: setuid-program
// arguments: $home/readonly/setuid
// policy: files { execute $home/readonly }
// needs: a runner that is root
// expect: EPERM
// layers: no-new-privileges, mounts
// control: host
//
// attempt: execute a setgid program of another group
// covers: setuid-program
// arguments: $home/readonly/setgid
// policy: files { execute $home/readonly }
// needs: a runner that is root
// expect: EPERM
// layers: no-new-privileges, mounts
// control: host
#include "attempt.h"

int main(int argc, char** argv) {
    const char* path = argument(argc, argv, 1);
    execl(path, path, NULL);
    refused(errno);
}
