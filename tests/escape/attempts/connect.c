// Reaches a server of the host.
//
// attempt: connect to a server on the host's loopback
// covers: network-servers
// ways: tcp tcp6
// arguments: $way $port
// expect: ECONNREFUSED
// layers: network-namespace
// control: with network { host }
//
// attempt: connect to an address of the host's network
// covers: network-servers
// arguments: outside $port
// expect: ENETUNREACH
// layers: network-namespace
// control: with network { host }
//
// attempt: connect to an abstract Unix socket of the host
// covers: abstract-sockets
// arguments: abstract $abstract
// policy: network { unix }
// expect: ECONNREFUSED
// layers: network-namespace
// control: with network { host }
//
// attempt: connect to a port of the host that the policy does not name
// covers: network-servers
// ways: tcp tcp6
// arguments: $way $port
// policy: network { connect tcp 9 }
// expect: EACCES
// layers: landlock
// control: with network { host }
//
// attempt: connect without connect(2), by the first message
// covers: network-servers
// arguments: fast-open $port
// policy: network { connect tcp 9 }
// expect: EACCES EOPNOTSUPP
// layers: filter
// control: with network { host }
//
// attempt: use another protocol than TCP, which nothing limits to ports
// covers: network-servers
// ways: udp udp6 mptcp
// arguments: $way $port
// policy: network { connect tcp 9 }
// expect: EPROTONOSUPPORT
// layers: filter
// control: with network { host }
//
// attempt: wait for connections at a port that the policy does not name
// covers: network-servers
// arguments: bind 0
// policy: network { listen tcp 9 }
// expect: EACCES
// layers: landlock
// control: with network { host }
//
// attempt: connect to an abstract Unix socket of the host, where the network is shared for its ports
// covers: abstract-sockets
// ways: abstract abstract-by-pair
// arguments: $way $abstract
// policy: network { unix; connect tcp 9 }
// expect: EPERM
// layers: landlock
// control: with network { host }
//
// attempt: reach a Unix socket in a granted folder from one end of a pair
// covers: named-sockets
// arguments: by-pair $home/readonly/socket
// policy: files { read $home/readonly }
// expect: EAFNOSUPPORT EPERM
// layers: filter
// control: with network { unix }
//
// attempt: make a Unix socket at all, to reach one of the host that is visible in a folder
// covers: named-sockets
// arguments: unix $work/socket
// expect: EAFNOSUPPORT EPERM
// layers: filter
// control: with network { unix }
//
// attempt: reach a Unix socket under a read-only grant
// covers: named-sockets
// arguments: unix $home/readonly/socket
// policy: files { read $home/readonly }
// expect: EAFNOSUPPORT EPERM
// layers: filter
// control: with network { unix }
//
// attempt: make a socket of a family with a history of holes
// covers: socket-families
// ways: packet vsock
// arguments: $way 0
// expect: EAFNOSUPPORT
// layers: filter
// control: root
//
// attempt: talk to the kernel's audit system over netlink
// covers: socket-families
// arguments: audit 0
// expect: EAFNOSUPPORT EPERM
// layers: filter
// control: root
//
// attempt: reach the metadata service, a machine of the local network, or a name server
// covers: network-servers
// ways: 169.254.169.254 10.0.0.1 8.8.8.8
// arguments: address $way
// expect: ENETUNREACH
// layers: network-namespace
// control: with network { host }
//
// attempt: ask a service manager, a message bus or a container engine by its socket
// covers: named-sockets, service-manager
// arguments: unix $outside/socket
// policy: network { unix }
// expect: ENOENT
// layers: mounts
// control: host
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "attempt.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

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

// Likewise: nothing is sent.
static long by_address(const char* text) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53)};
    inet_pton(AF_INET, text, &address.sin_addr);
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

// Sends one byte with the first packet of a connection: MSG_FASTOPEN connects.
static long by_fast_open(const char* port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int socket_ = socket(AF_INET, SOCK_STREAM, 0);
    return socket_ < 0 ? socket_ : sendto(socket_, "", 1, MSG_FASTOPEN, (struct sockaddr*)&address, sizeof address);
}

static long by_udp(const char* unused) {
    (void)unused;
    return socket(AF_INET, SOCK_DGRAM, 0);
}
static long by_udp6(const char* unused) {
    (void)unused;
    return socket(AF_INET6, SOCK_DGRAM, 0);
}
static long by_mptcp(const char* unused) {
    (void)unused;
    int made = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
    // Without the protocol in the kernel nothing stood in the way either.
    return made < 0 && (errno == ENOPROTOOPT || errno == EINVAL) ? 0 : made;
}

static long by_bind(const char* port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int socket_ = socket(AF_INET, SOCK_STREAM, 0);
    return socket_ < 0 ? socket_ : bind(socket_, (struct sockaddr*)&address, sizeof address);
}

// A pair of datagram sockets can be connected anew. That a server with a path is one of streams, of the wrong
// type, shows that it was found.
static long pair_to(const void* address, socklen_t size) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair)) return -1;
    return connect(pair[0], address, size) && errno != EPROTOTYPE ? -1 : 0;
}

static long by_pair(const char* path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    return pair_to(&address, sizeof address);
}

static long by_abstract_pair(const char* name) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path + 1, name, strlen(name));
    return pair_to(&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name)));
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
        {"tcp", by_tcp},
        {"tcp6", by_tcp6},
        {"unix", by_unix},
        {"address", by_address},
        {"abstract", by_abstract},
        {"outside", by_outside},
        {"packet", by_packet},
        {"vsock", by_vsock},
        {"audit", by_audit},
        {"fast-open", by_fast_open},
        {"udp", by_udp},
        {"udp6", by_udp6},
        {"mptcp", by_mptcp},
        {"bind", by_bind},
        {"by-pair", by_pair},
        {"abstract-by-pair", by_abstract_pair},
        {NULL, NULL},
    };
    run_way(ways, argc, argv, "connected");
}
