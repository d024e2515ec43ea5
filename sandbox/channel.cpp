#include "sandbox/channel.hpp"

#include <cerrno>

#include "sandbox/child.hpp"
#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {
namespace {

// ECONNRESET once, where init has left a packet unread; then EPIPE: unix(7).
bool init_has_ended() {
    return errno == EPIPE || errno == ECONNRESET;
}

std::size_t size_of(const msghdr& packet) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < packet.msg_iovlen; ++i) size += packet.msg_iov[i].iov_len;
    return size;
}

}  // namespace

Channel open_channel() {
    int ends[2];
    must(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, &ends[0]), "make a channel into the jail");
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

void send_packet(int channel, const msghdr& packet, const char* purpose) {
    const ssize_t sent = ::sendmsg(channel, &packet, MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(size_of(packet)) || (sent < 0 && init_has_ended())) return;
    cannot(purpose, sent < 0 ? errno : EIO);
}

void send_packet(int channel, const void* begin, std::size_t size, const char* purpose) {
    iovec part{const_cast<void*>(begin), size};
    msghdr packet{};
    packet.msg_iov = &part;
    packet.msg_iovlen = 1;
    send_packet(channel, packet, purpose);
}

void send_go(int channel) {
    const Order go{Order::Kind::go, 0};
    send_packet(channel, &go, sizeof go, "let the jail go on");
}

ssize_t receive(int channel, msghdr& packet) {
    ssize_t size = 0;
    do {
        size = ::recvmsg(channel, &packet, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (size < 0 && errno == ECONNRESET);
    return size;
}

}  // namespace ward::sandbox
