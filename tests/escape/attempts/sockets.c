// Makes sockets of kinds that are hardly used, and have a history of holes.
//
// attempt: make a socket of a family that hardly anybody uses
// covers: socket-families
// ways: alg key bluetooth vsock tipc rds can ax25 nfc xdp smc
// arguments: family $way
// expect: EAFNOSUPPORT
// lacking: EAFNOSUPPORT
// layers: filter
// control: host
//
// attempt: make a socket of the kernel's inner protocols
// covers: netfilter
// ways: netfilter xfrm generic crypto scsi kobject diag
// arguments: netlink $way
// expect: EAFNOSUPPORT
// lacking: EPROTONOSUPPORT
// layers: filter
// control: host
//
// attempt: set up packet filters in namespaces of its own, in which it has every capability
// covers: netfilter
// arguments: own-network
// expect: EPERM
// lacking: EPROTONOSUPPORT
// layers: filter
// control: host
//
// attempt: set up packet filters in namespaces of its own, which the policy allows
// covers: netfilter
// arguments: own-network
// policy: process { nested allow }
// expect: EAFNOSUPPORT
// lacking: EPROTONOSUPPORT
// layers: filter
// control: host
//
// attempt: make a socket by a family whose upper half is garbage
// covers: upper-halves
// arguments: high netfilter
// expect: EAFNOSUPPORT
// lacking: EPROTONOSUPPORT
// layers: filter
// control: host
#include <linux/netlink.h>
#include <sched.h>
#include <sys/socket.h>

#include "attempt.h"

struct Kind {
    const char* name;
    int number;
};

static const struct Kind families[] = {
    {"alg", AF_ALG}, {"key", AF_KEY}, {"bluetooth", AF_BLUETOOTH}, {"vsock", AF_VSOCK}, {"tipc", 30},
    {"rds", 21},     {"can", AF_CAN}, {"ax25", AF_AX25},           {"nfc", 39},         {"xdp", 44},
    {"smc", 43},     {NULL, 0},
};

static const struct Kind protocols[] = {
    {"netfilter", NETLINK_NETFILTER}, {"xfrm", NETLINK_XFRM},
    {"generic", NETLINK_GENERIC},     {"crypto", NETLINK_CRYPTO},
    {"scsi", NETLINK_SCSITRANSPORT},  {"kobject", NETLINK_KOBJECT_UEVENT},
    {"diag", NETLINK_SOCK_DIAG},      {NULL, 0},
};

static int number_of(const struct Kind* kinds, const char* name) {
    for (; kinds->name; ++kinds)
        if (strcmp(kinds->name, name) == 0) return kinds->number;
    misused(name);
}

static long netlink(const char* name) {
    return socket(AF_NETLINK, SOCK_RAW, number_of(protocols, name));
}

int main(int argc, char** argv) {
    const char* way = argument(argc, argv, 1);
    if (strcmp(way, "own-network") == 0) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNET)) refused(errno);
        report(netlink("netfilter"), "packet filters can be set up");
    }
    const char* kind = argument(argc, argv, 2);
    if (strcmp(way, "netlink") == 0) report(netlink(kind), "it is open");
    if (strcmp(way, "high") == 0) {
        const uint64_t high = 0xdeadbeef00000000;
        report(syscall(SYS_socket, high | AF_NETLINK, high | SOCK_RAW, high | NETLINK_NETFILTER), "it is open");
    }
    if (strcmp(way, "family") != 0) misused(way);
    int family = number_of(families, kind);
    int made = socket(family, SOCK_SEQPACKET, 0);
    // Of another type, or with a right: nothing else stood in the way.
    int is_near = made < 0 && (errno == ESOCKTNOSUPPORT || errno == EPERM || errno == EPROTONOSUPPORT);
    report(is_near ? 0 : made, "the kernel has it");
}
