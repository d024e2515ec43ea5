#include "sandbox/flow.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace ward::sandbox {
namespace {

// A descriptor that cannot be made non-blocking takes this much when it is writable (tty_ioctl(4)).
constexpr std::size_t careful_write = 256;

bool ready(const std::vector<pollfd>& sources, int descriptor, short events) {
    return std::any_of(sources.begin(), sources.end(), [&](const pollfd& source) {
        return source.fd == descriptor && (source.revents & (events | POLLHUP | POLLERR)) != 0;
    });
}

bool passing(int error) {
    return error == EAGAIN || error == EINTR;
}

}  // namespace

void Flow::add_sources(std::vector<pollfd>& sources) const {
    if (!ended_ && size() == 0) sources.push_back({from_, POLLIN, 0});
    if (size() != 0) sources.push_back({to_, POLLOUT, 0});
}

void Flow::pump(const std::vector<pollfd>& sources) {
    if (!ended_ && size() == 0 && ready(sources, from_, POLLIN)) {
        take();
    } else if (size() != 0 && ready(sources, to_, POLLOUT)) {
        give();
    }
}

void Flow::take() {
    const ssize_t count = ::read(from_, bytes_.data(), bytes_.size());
    if (count > 0) {
        begin_ = 0;
        end_ = lost_ ? 0 : static_cast<std::size_t>(count);
    } else if (count == 0 || !passing(errno)) {
        ended_ = true;  // EIO: the other side of a terminal is gone
    }
}

void Flow::give() {
    const ssize_t count = ::write(to_, bytes_.data() + begin_, std::min(size(), careful_write));
    if (count >= 0) {
        begin_ += static_cast<std::size_t>(count);
    } else if (!passing(errno)) {
        lost_ = true;
        begin_ = end_ = 0;
    }
}

void Flow::finish() {
    if (ended_ || size() != 0) return;
    pollfd source{from_, POLLIN, 0};
    if (::poll(&source, 1, 0) > 0) {
        take();
    } else {
        ended_ = true;
    }
}

}  // namespace ward::sandbox
