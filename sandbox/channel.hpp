// The channel between the supervisor and init: packets, in order, and an end that both sides notice.
//
// This is the supervisor's side; init makes its own calls (child.hpp). A packet that init did not take, because it has
// ended, is no error here: init's own last message says why.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include "sandbox/descriptor.hpp"

namespace ward::sandbox {

struct Channel {
    Descriptor own, far;  // the supervisor's end, and init's
};
// Throws SetupFailure.
[[nodiscard]] Channel open_channel();

// All of it in one packet. `purpose`: what that does, for an error. Throws SetupFailure.
void send_packet(int channel, const msghdr& packet, const char* purpose);
void send_packet(int channel, const void* begin, std::size_t size, const char* purpose);
// Lets init go on. Throws SetupFailure.
void send_go(int channel);

// The packet that is there: its size, 0 at the end, or -1 with errno (EAGAIN: there is none).
ssize_t receive(int channel, msghdr& packet);

}  // namespace ward::sandbox
