// What init takes from the supervisor before there is a program: its plan, if it was made before that was known, the
// standard streams, and the filter. All or nothing: a packet that is not whole ends the jail.

#include <sys/socket.h>
#include <sys/syscall.h>

#include "sandbox/child_steps.hpp"

namespace ward::sandbox {

// Whole pages of its own, so that all of it can be given back (madvise(2)).
Workspace workspace __attribute__((aligned(4096)));
InitMemory init_memory __attribute__((aligned(4096)));

namespace {

// As many descriptors as were announced, all of them ours.
int take_descriptors(Inside& inside, const Handover& handover, const cmsghdr* carried, std::size_t size) {
    if (handover.count > most_handed_over) return EPROTO;
    const std::size_t wanted = CMSG_LEN(handover.count * sizeof(int));
    if (handover.count == 0) return size == 0 ? 0 : EPROTO;
    if (size < wanted || carried->cmsg_type != SCM_RIGHTS || carried->cmsg_len != wanted) return EPROTO;
    const auto* numbers = reinterpret_cast<const int*>(CMSG_DATA(carried));
    for (std::uint32_t i = 0; i < handover.count; ++i) {
        const Slot place = handover.places[i];
        if (place >= 0) {
            if (const int error = fill_slot(inside, place, numbers[i])) return error;
        } else if (const int error = new_descriptor(numbers[i], inside.streams[stream_of_place(place)])) {
            return error;
        }
    }
    return 0;
}

int adopt(Inside& inside, const Handover& handover) {
    inside.init = handover.init;
    inside.program = handover.program;
    inside.arguments = handover.arguments;
    inside.environment = handover.environment;
    inside.background = handover.background;
    inside.verified = handover.verified;
    inside.guarded_stream = handover.guarded_stream;
    return inside.init.count == 0 || inside.program.count == 0 ? EPROTO : 0;
}

int take_streams(const Inside& inside) {
    for (int i = 0; i < 3; ++i) {
        if (inside.streams[i] == i) continue;
        if (const int error = move_descriptor(inside.streams[i], i)) return error;
    }
    return 0;
}

int take_plan(Inside& inside) {
    iovec part{&workspace.handover[0], sizeof workspace.handover};
    alignas(cmsghdr) char space[CMSG_SPACE(most_handed_over * sizeof(int))] = {};
    msghdr packet{};
    packet.msg_iov = &part;
    packet.msg_iovlen = 1;
    packet.msg_control = &space[0];
    packet.msg_controllen = sizeof space;
    const long size = raw_syscall(SYS_recvmsg, inside.channel, &packet, MSG_CMSG_CLOEXEC);
    if (size < 0) return static_cast<int>(-size);
    if (size == 0) return ESRCH;  // the supervisor is gone
    if (static_cast<std::size_t>(size) < sizeof(Handover) || (packet.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
        return EPROTO;
    const auto& handover = *reinterpret_cast<const Handover*>(&workspace.handover[0]);
    for (int i = 0; i < 3; ++i) inside.streams[i] = handover.streams[i];
    const auto* carried = reinterpret_cast<const cmsghdr*>(&space[0]);
    if (const int error = take_descriptors(inside, handover, carried, packet.msg_controllen)) return error;
    return adopt(inside, handover);
}

}  // namespace

// The index of the step that failed. An init that was made early has made the first ones when the plan comes.
std::uint32_t run_init_steps(Inside& inside, int* error) {
    constexpr std::uint32_t none_of_them = ~0U;
    std::uint32_t made = 0;
    if (inside.awaits_plan) {
        made = run_steps(inside.init, inside, error);
        if (*error != 0) return made;
        *error = take_plan(inside);
        if (*error == 0 && inside.init.count < made) *error = EPROTO;
        // Only the plan says whether they are to be looked at.
        for (std::uint32_t i = 0; *error == 0 && inside.verified && i < made; ++i) {
            *error = read_back(inside.init.steps[i], inside);
            if (*error != 0) return i;
        }
    }
    if (*error == 0) *error = take_streams(inside);
    if (*error != 0) return none_of_them;
    return made + run_steps({inside.init.steps + made, inside.init.count - made}, inside, error);
}

// Without it there is no program: nothing comes from a supervisor that is gone, or that could not prove it.
int take_filter(Inside& inside) {
    const long size = raw_syscall(SYS_recvfrom, inside.channel, &workspace.filter[0], sizeof workspace.filter,
                                  MSG_TRUNC, nullptr, nullptr);
    if (size < 0) return static_cast<int>(-size);
    if (size == 0) return ESRCH;
    const auto bytes = static_cast<std::size_t>(size);
    if (bytes > sizeof workspace.filter || bytes % sizeof(sock_filter) != 0) return EPROTO;
    inside.filter = {static_cast<unsigned short>(bytes / sizeof(sock_filter)), &workspace.filter[0]};
    return 0;
}

}  // namespace ward::sandbox
