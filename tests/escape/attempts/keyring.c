// Finds a key that the caller has in its session keyring.
//
// attempt: read a key of the caller's session keyring, where the policy allows the calls
// covers: keyrings
// caller: caller key ward-test
// arguments: ward-test
// policy: syscalls { allow @keyring }
// expect: ENOKEY EACCES
// layers: keyring
// control: host
#include <linux/keyctl.h>

#include "attempt.h"

int main(int argc, char** argv) {
    char text[64];
    long key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", argument(argc, argv, 1), 0);
    if (key < 0) refused(errno);
    report(syscall(SYS_keyctl, KEYCTL_READ, key, text, sizeof text), "the key is read");
}
