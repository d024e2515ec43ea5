// Receives a folder of the host from an accomplice outside, over a Unix socket in a granted folder.
//
// attempt: receive a folder of the host from an accomplice
// covers: passed-descriptor
// caller: caller accomplice $outside
// arguments: accomplice
// expect: EAFNOSUPPORT
// layers: filter
// control: with network { unix }
//
// attempt: receive a folder of the host from an accomplice elsewhere
// covers: passed-descriptor
// caller: caller accomplice $outside
// arguments: $home/accomplice
// policy: network { unix }
// expect: ENOENT
// layers: mounts
// control: host
// control-arguments: accomplice
#include <sys/socket.h>
#include <sys/un.h>

#include "attempt.h"

static int connect_to(const char* path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    if (client < 0) refused(errno);
    // The accomplice may be a little later.
    for (int i = 0; i < 400; ++i) {
        if (connect(client, (struct sockaddr*)&address, sizeof address) == 0) return client;
        usleep(5000);
    }
    refused(errno);
}

int main(int argc, char** argv) {
    char byte, space[CMSG_SPACE(sizeof(int))];
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
    int folder = -1;
    if (recvmsg(connect_to(argument(argc, argv, 1)), &message, 0) < 0) refused(errno);
    if (CMSG_FIRSTHDR(&message)) memcpy(&folder, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof folder);
    report(openat(folder, "secret", O_RDONLY), "it is read");
}
