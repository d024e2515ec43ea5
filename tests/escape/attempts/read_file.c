// Reads a file that the policy does not give.
//
// attempt: read a hidden key in a granted home folder
// arguments: $home/.ssh/id
// policy: files { read $home }
// policy: files { hide $home/.ssh }
// expect: EACCES
// layer: mounts
// control: without files { hide $home/.ssh }
//
// attempt: read a hidden file by its own name
// arguments: $home/.ssh/id
// policy: files { read $home }
// policy: files { hide $home/.ssh/id }
// expect: EACCES
// layer: mounts
// control: without files { hide $home/.ssh/id }
//
// attempt: read a key that base.secrets hides
// arguments: $home/.ssh/id
// policy: files { read $home }
// policy: use base.secrets
// expect: EACCES
// layer: mounts
// control: without use base.secrets
//
// attempt: read a hidden key through a symlink
// arguments: $home/link-to-key
// policy: files { read $home }
// policy: files { hide $home/.ssh }
// expect: EACCES
// layer: mounts
// control: without files { hide $home/.ssh }
//
// attempt: read a file outside of everything granted
// arguments: $outside/secret
// expect: ENOENT
// layer: mounts
// control: with files { read $outside }
//
// attempt: read an outside file through `..` of a granted folder
// arguments: $work/../outside/secret
// expect: ENOENT
// layer: mounts
// control: with files { read $outside }
//
// attempt: read an outside file through the root of init
// arguments: /proc/1/root$outside/secret
// expect: EACCES
// layer: init is not dumpable
// control: host
// control-arguments: /proc/$victim/root$outside/secret
//
// attempt: read the program of init, which is ward
// arguments: /proc/1/exe
// expect: EACCES
// layer: init is not dumpable
// control: host
// control-arguments: /proc/$victim/exe
//
// attempt: read the environment of init
// arguments: /proc/1/environ
// expect: EACCES
// layer: init is not dumpable
// control: host
// control-arguments: /proc/$victim/environ
//
// attempt: read the kernel's log
// arguments: /dev/kmsg
// needs: /dev/kmsg
// expect: ENOENT
// layer: mounts
// control: root
//
// attempt: read a device that is no business of a program
// arguments: /dev/loop0
// needs: /dev/loop0
// expect: ENOENT
// layer: mounts
// control: root
#include "attempt.h"

int main(int argc, char** argv) {
    static char text[8192];  // one record of the kernel's log, which refuses to be read in parts
    int file = open(argument(argc, argv, 1), O_RDONLY | O_NONBLOCK);
    if (file < 0) refused(errno);
    report(read(file, text, sizeof text), "it is read");
}
