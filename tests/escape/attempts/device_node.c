// Makes a device and opens it: the null device, which harms nobody.
//
// attempt: make a device in a granted folder
// covers: device-node
// arguments: device
// expect: EPERM
// layers: capabilities, user-namespace+mounts, mounts = EACCES
// control: root
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "attempt.h"

int main(int argc, char** argv) {
    const char* name = argument(argc, argv, 1);
    if (mknod(name, S_IFCHR | 0666, makedev(1, 3))) refused(errno);
    report(open(name, O_RDWR), "it is open");
}
