// Reaches a server of the host.
//
// attempt: connect to a server on the host's loopback
// ways: tcp tcp6
// arguments: $way $port
// expect: ECONNREFUSED
// layer: network namespace
// control: with network { host }
//
// attempt: connect to an address of the host's network
// arguments: outside $port
// expect: ENETUNREACH
// layer: network namespace
// control: with network { host }
//
// attempt: connect to an abstract Unix socket of the host
// arguments: abstract $abstract
// policy: network { unix }
// expect: ECONNREFUSED
// layer: network namespace
// control: with network { host }
//
// attempt: make a Unix socket at all, to reach one of the host that is visible in a folder
// arguments: unix $work/socket
// expect: EAFNOSUPPORT EPERM
// layer: filter
// control: with network { unix }
//
// attempt: reach a Unix socket under a read-only grant
// arguments: unix $home/readonly/socket
// policy: files { read $home/readonly }
// expect: EAFNOSUPPORT EPERM
// layer: filter
// control: with network { unix }
//
// attempt: make a socket of a family with a history of holes
// ways: packet vsock
// arguments: $way 0
// expect: EAFNOSUPPORT
// layer: filter
// control: root
//
// attempt: talk to the kernel's audit system over netlink
// arguments: audit 0
// expect: EAFNOSUPPORT EPERM
// layer: filter
// control: root
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "attempt.h"

static long connect_to(int family, const void* address, socklen_t size) {
    int socket_ = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return socket_ < 0 ? socket_ : connect(socket_, address, size);
}

static long by_tcp(const char* port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect_to(AF_INET, &address, sizeof address);
}

static long by_tcp6(const char* port) {
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)atoi(port))};
    address.sin6_addr = in6addr_loopback;
    return connect_to(AF_INET6, &address, sizeof address);
}

// A datagram socket sends nothing when it is connected, but needs a route.
static long by_outside(const char* port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    inet_pton(AF_INET, "192.0.2.1", &address.sin_addr);  // TEST-NET-1
    int socket_ = socket(AF_INET, SOCK_DGRAM, 0);
    return socket_ < 0 ? socket_ : connect(socket_, (const struct sockaddr*)&address, sizeof address);
}

static long by_unix(const char* path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    return connect_to(AF_UNIX, &address, sizeof address);
}

static long by_abstract(const char* name) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path + 1, name, strlen(name));
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
    return connect_to(AF_UNIX, &address, size);
}

static long by_packet(const char* unused) {
    (void)unused;
    return socket(AF_PACKET, SOCK_RAW, 0);
}
static long by_vsock(const char* unused) {
    (void)unused;
    return socket(AF_VSOCK, SOCK_STREAM, 0);
}
static long by_audit(const char* unused) {
    (void)unused;
    return socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
}

int main(int argc, char** argv) {
    static const struct Way ways[] = {
        {"tcp", by_tcp},           {"tcp6", by_tcp6},       {"unix", by_unix},
        {"abstract", by_abstract}, {"outside", by_outside}, {"packet", by_packet},
        {"vsock", by_vsock},       {"audit", by_audit},     {NULL, NULL},
    };
    run_way(ways, argc, argv, "connected");
}
