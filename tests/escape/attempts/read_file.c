// Reads a file that the policy does not give.
//
// attempt: read a hidden key in a granted home folder
// covers: out-of-a-folder
// arguments: $home/.ssh/id
// policy: files { read $home }
// policy: files { hide $home/.ssh }
// expect: EACCES
// layers: mounts = ENOENT
// control: without files { hide $home/.ssh }
//
// attempt: read a hidden file by its own name
// covers: out-of-a-folder
// arguments: $home/.ssh/id
// policy: files { read $home }
// policy: files { hide $home/.ssh/id }
// expect: EACCES
// layers: mounts = ENODATA
// control: without files { hide $home/.ssh/id }
//
// attempt: read a key that base.secrets hides
// covers: out-of-a-folder
// arguments: $home/.ssh/id
// policy: files { read $home }
// policy: use base.secrets
// expect: EACCES
// layers: mounts = ENOENT
// control: without use base.secrets
//
// attempt: read a hidden key through a symlink
// covers: out-of-a-folder
// arguments: $home/link-to-key
// policy: files { read $home }
// policy: files { hide $home/.ssh }
// expect: EACCES
// layers: mounts = ENOENT
// control: without files { hide $home/.ssh }
//
// attempt: read a file outside of everything granted
// covers: out-of-a-folder
// arguments: $outside/secret
// expect: ENOENT
// layers: mounts
// control: with files { read $outside }
//
// attempt: read an outside file through `..` of a granted folder
// covers: out-of-a-folder
// arguments: $work/../outside/secret
// expect: ENOENT
// layers: mounts
// control: with files { read $outside }
//
// attempt: read an outside file through the root of init
// covers: proc-of-launcher
// arguments: /proc/1/root$outside/secret
// expect: EACCES
// layers: mounts = ENOENT
// control: host
// control-arguments: /proc/$victim/root$outside/secret
//
// attempt: read the program of init, which is ward
// covers: launcher-binary
// arguments: /proc/1/exe
// expect: EACCES
// frame: mounts
// layers: user-namespace, not-dumpable+capabilities
// control: host
// control-arguments: /proc/$victim/exe
//
// attempt: read the environment of init
// covers: secrets-in-environment
// arguments: /proc/1/environ
// expect: EACCES
// frame: mounts
// layers: user-namespace, not-dumpable+capabilities
// control: host
// control-arguments: /proc/$victim/environ
//
// attempt: read the kernel's memory or log, or talk to devices, by files
// covers: kernel-memory
// ways: /dev/kmsg /dev/mem /dev/port
// arguments: $way
// needs: $way
// expect: ENOENT
// layers: mounts
// control: root
//
// attempt: read the kernel's memory by the file of it that every /proc has
// covers: kernel-memory
// arguments: /proc/kcore
// needs: /proc/kcore
// expect: EACCES EPERM
// layers: user-namespace
// control: root
//
// attempt: read a device that is no business of a program
// covers: kernel-memory
// arguments: /dev/loop0
// needs: /dev/loop0
// expect: ENOENT
// layers: mounts
// control: root
//
// attempt: read what a machine tells of its use of energy, of its memory's layout, or of others' work
// covers: side-channels
// ways: /sys/class/powercap/intel-rapl:0/energy_uj /sys/kernel/notes /sys/devices/system/cpu/online
// arguments: $way
// needs: $way
// expect: ENOENT
// layers: mounts
// control: root
#include <sys/stat.h>

#include "attempt.h"

int main(int argc, char** argv) {
    static char text[8192];  // one record of the kernel's log, which refuses to be read in parts
    int file = open(argument(argc, argv, 1), O_RDONLY | O_NONBLOCK);
    if (file < 0) refused(errno);
    struct stat found;
    ssize_t size = read(file, text, sizeof text);
    if (size == 0 && fstat(file, &found) == 0 && S_ISREG(found.st_mode)) refused(ENODATA);  // a mask is empty
    report(size, "it is read");
}
