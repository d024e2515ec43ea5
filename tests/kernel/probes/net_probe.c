// The network as a jailed program sees it: `net_probe WORD ...`. A refused call is printed as its
// errno's name; the exit status is 0.
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "probe.h"

static int say_error(void) {
    printf("%s\n", strerrorname_np(errno));
    return 0;
}

static int say(const char* text) {
    puts(text);
    return 0;
}

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

// A server and a client of its own on the loopback interface.
static int meet_itself(char** arguments) {
    (void)arguments;
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    if (server < 0 || client < 0) return say_error();
    if (bind(server, (const struct sockaddr*)&address, size) || listen(server, 1)) return say_error();
    if (getsockname(server, (struct sockaddr*)&address, &size)) return say_error();
    if (connect(client, (const struct sockaddr*)&address, size)) return say_error();
    return say("connected");
}

static int connect_to(char** arguments) {
    struct sockaddr_in address = loopback(atoi(arguments[0]));
    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (client < 0 || connect(client, (const struct sockaddr*)&address, sizeof address)) return say_error();
    return say("connected");
}

static int listen_at(char** arguments) {
    struct sockaddr_in address = loopback(atoi(arguments[0]));
    int server = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (server < 0) return say_error();
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(server, (const struct sockaddr*)&address, sizeof address) || listen(server, 1)) return say_error();
    return say("listens");
}

static struct sockaddr_in6 loopback6(int port) {
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    address.sin6_addr = in6addr_loopback;
    return address;
}

static int connect6_to(char** arguments) {
    struct sockaddr_in6 address = loopback6(atoi(arguments[0]));
    int client = socket(AF_INET6, SOCK_STREAM, 0);
    if (client < 0 || connect(client, (const struct sockaddr*)&address, sizeof address)) return say_error();
    return say("connected");
}

static int listen6_at(char** arguments) {
    struct sockaddr_in6 address = loopback6(atoi(arguments[0]));
    int server = socket(AF_INET6, SOCK_STREAM, 0), on = 1;
    if (server < 0) return say_error();
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(server, (const struct sockaddr*)&address, sizeof address) || listen(server, 1)) return say_error();
    return say("listens");
}

// A path, or `@NAME` for a name that has no file (unix(7)).
static int connect_to_unix(char** arguments) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t size = sizeof address;
    snprintf(address.sun_path, sizeof address.sun_path, "%s", arguments[0]);
    if (address.sun_path[0] == '@') {
        address.sun_path[0] = 0;
        size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(arguments[0]));
    }
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    if (client < 0 || connect(client, (const struct sockaddr*)&address, size)) return say_error();
    return say("connected");
}

static int interfaces(char** arguments) {
    (void)arguments;
    struct if_nameindex* all = if_nameindex();
    if (!all) return say_error();
    for (struct if_nameindex* one = all; one->if_index; ++one) printf("%s ", one->if_name);
    return say("");
}

static int make_socket(char** arguments) {
    int family = atoi(arguments[0]);
    return socket(family, SOCK_DGRAM, 0) < 0 ? say_error() : say("made");
}

static int make_pair(char** arguments) {
    (void)arguments;
    int pair[2];
    return socketpair(AF_UNIX, SOCK_STREAM, 0, pair) ? say_error() : say("made");
}

int main(int argc, char** argv) {
    static const struct Word words[] = {
        {"meet-itself", 0, meet_itself}, {"connect", 1, connect_to},
        {"interfaces", 0, interfaces},   {"socket", 1, make_socket},
        {"socketpair", 0, make_pair},    {"listen", 1, listen_at},
        {"unix", 1, connect_to_unix},    {"connect6", 1, connect6_to},
        {"listen6", 1, listen6_at},      {NULL, 0, NULL},
    };
    return run_word(words, argc, argv);
}
