#include "sandbox/cli/standard_output.hpp"

#include <poll.h>

namespace ward::cli {
namespace {

bool is_closed = false;

}  // namespace

bool are_streams_open() {
    // poll(2) asked for nothing finds only what is wrong: POLLNVAL for one that is closed.
    pollfd streams[3] = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}};
    if (::poll(&streams[0], 3, 0) == 0) return true;
    is_closed = (streams[1].revents & POLLNVAL) != 0;
    return false;
}

bool was_output_closed() {
    return is_closed;
}

}  // namespace ward::cli
