// Bytes on their way from one descriptor to another, through a bounded buffer. Never waits.
//
// The descriptors are the caller's; a Flow closes none.
#pragma once

#include <poll.h>

#include <array>
#include <cstddef>
#include <vector>

namespace ward::sandbox {

class Flow {
public:
    Flow(int from, int to) : from_(from), to_(to) {}

    // What to wait for: room and bytes to read, or bytes to write.
    void add_sources(std::vector<pollfd>& sources) const;
    // Moves what `sources` says is ready.
    void pump(const std::vector<pollfd>& sources);
    // Whether bytes are left or may come.
    [[nodiscard]] bool open() const { return !ended_ || size() != 0; }
    [[nodiscard]] bool source_ended() const { return ended_; }
    // Reads what is there now and takes it for the end: for a source that nobody can write to any more.
    void finish();

private:
    static constexpr std::size_t capacity = 16384;

    [[nodiscard]] std::size_t size() const { return end_ - begin_; }
    void take();
    void give();

    int from_, to_;
    std::array<char, capacity> bytes_{};
    std::size_t begin_ = 0, end_ = 0;
    bool ended_ = false;  // nothing more will come
    bool lost_ = false;   // nobody takes it: thrown away, so that the writer is not held up
};

}  // namespace ward::sandbox
