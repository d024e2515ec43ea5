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
//
// attempt: execute a program that has capabilities
// covers: setuid-program
// arguments: $home/readonly/capable
// policy: files { execute $home/readonly }
// needs: a runner that is root
// expect: EPERM
// layers: no-new-privileges, mounts
// control: host
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>

#include "attempt.h"

// Root has every capability already: from now on it gets those of files alone (capabilities(7), SECBIT_NOROOT).
// In a jail there are none to give up.
static void give_up_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[2] = {{0}};
    prctl(PR_SET_SECUREBITS, SECBIT_NOROOT, 0, 0, 0);
    syscall(SYS_capset, &header, none);
}

int main(int argc, char** argv) {
    const char* path = argument(argc, argv, 1);
    if (strcmp(strrchr(path, '/'), "/capable") == 0) give_up_capabilities();
    execl(path, path, NULL);
    refused(errno);
}
