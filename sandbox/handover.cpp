#include "sandbox/handover.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>

#include "sandbox/channel.hpp"
#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {
namespace {

// Takes pieces of workspace.handover one after the other.
class Packer {
public:
    // Aligned for everything that is packed.
    void* take(std::size_t size) {
        const std::size_t place = (used_ + alignof(Step) - 1) / alignof(Step) * alignof(Step);
        if (size > handover_size - place) cannot("hand the plan over", E2BIG);
        used_ = place + size;
        return &workspace.handover[place];
    }

    const char* copy(const char* text, std::size_t size) {
        return text == nullptr ? nullptr : static_cast<const char*>(std::memcpy(take(size), text, size));
    }

    StepList copy(StepList list) {
        auto* steps = static_cast<Step*>(take(list.count * sizeof(Step)));
        std::copy_n(list.steps, list.count, steps);
        for (Step& step : std::span(steps, list.count)) {
            step.path = copy(step.path);
            // The one text that is bytes, and says how many.
            step.text = step.operation == Operation::set_processors ? copy(step.text, step.number[0]) : copy(step.text);
        }
        return {steps, list.count};
    }

    const char* const* copy(const char* const* texts) {
        std::size_t count = 0;
        while (texts[count] != nullptr) ++count;
        auto* copies = static_cast<const char**>(take((count + 1) * sizeof *texts));
        for (std::size_t i = 0; i < count; ++i) copies[i] = copy(texts[i]);
        copies[count] = nullptr;
        return copies;
    }

    [[nodiscard]] std::size_t used() const { return used_; }

private:
    const char* copy(const char* text) { return text == nullptr ? nullptr : copy(text, std::strlen(text) + 1); }

    std::size_t used_ = 0;
};

struct Descriptors {
    std::array<int, most_handed_over> numbers{};
    std::size_t count = 0;
};

// Init has the caller's standard streams already.
Descriptors collect(const Inside& inside, Handover& handover) {
    Descriptors all;
    const auto add = [&](int number, Slot place) {
        if (all.count == most_handed_over) cannot("hand the plan over", E2BIG);
        handover.places[all.count] = place;
        all.numbers.at(all.count++) = number;
    };
    for (Slot slot = 0; slot < max_slots; ++slot)
        if (inside.slots[slot] >= 0) add(inside.slots[slot], slot);
    for (int stream = 0; stream < 3; ++stream) {
        if (inside.streams[stream] > 2) add(inside.streams[stream], place_of_stream(stream));
        handover.streams[stream] = inside.streams[stream];
    }
    handover.count = static_cast<std::uint32_t>(all.count);
    return all;
}

template <typename Texts>
std::size_t size_of_texts(const Texts& texts) {
    std::size_t size = sizeof(char*);
    for (const std::string& text : texts) size += text.size() + 1 + alignof(Step) + sizeof(char*);
    return size;
}

}  // namespace

bool can_hand_over(const Plan& plan) {
    const std::size_t size = sizeof(Handover) + (plan.init.size() + plan.program.size() + 2) * sizeof(Step) +
                             size_of_texts(plan.arguments) + size_of_texts(plan.environment) +
                             size_of_texts(plan.texts);
    constexpr std::size_t streams_and_map = 4;
    return size <= handover_size &&
           plan.prepare.size() + plan.cgroup_slots.size() + streams_and_map <= most_handed_over;
}

void hand_over(const Inside& inside, int channel) {
    Packer packer;
    Handover handover{};
    void* const beginning = packer.take(sizeof handover);
    handover.init = packer.copy(inside.init);
    handover.program = packer.copy(inside.program);
    handover.arguments = packer.copy(inside.arguments);
    handover.environment = packer.copy(inside.environment);
    handover.background = inside.background;
    handover.verified = inside.verified;
    handover.guarded_stream = inside.guarded_stream;
    const Descriptors descriptors = collect(inside, handover);
    std::memcpy(beginning, &handover, sizeof handover);

    iovec part{&workspace.handover[0], packer.used()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptors.numbers)> space{};
    msghdr packet{};
    packet.msg_iov = &part;
    packet.msg_iovlen = 1;
    if (const std::size_t bytes = descriptors.count * sizeof(int); bytes != 0) {
        auto* header = reinterpret_cast<cmsghdr*>(space.data());
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(bytes);
        std::memcpy(CMSG_DATA(header), descriptors.numbers.data(), bytes);
        packet.msg_control = space.data();
        packet.msg_controllen = CMSG_SPACE(bytes);
    }
    send_packet(channel, packet, "hand the plan over");
}

}  // namespace ward::sandbox
