// What a supervisor hears of an init, here a process of the test's own.
#include "sandbox/supervisor.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ward::sandbox {
namespace {

// Says that the program has started and ended, and ends with an order unread.
[[noreturn]] void be_an_init_that_leaves_early(int channel) {
    pollfd order{channel, POLLIN, 0};
    ::poll(&order, 1, -1);
    Message message;
    message.kind = Message::Kind::started;
    ::send(channel, &message, sizeof message, 0);
    message.kind = Message::Kind::ended;
    message.wait_code = CLD_EXITED;
    message.wait_status = 7;
    ::send(channel, &message, sizeof message, 0);
    ::_exit(0);
}

TEST(Supervisor, HearsAnInitThatEndsWithAnOrderUnread) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, &ends[0]), 0);
    const Descriptor channel(ends[0]);
    Descriptor far(ends[1]);
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        be_an_init_that_leaves_early(ends[1]);
    }
    far.reset();
    const Plan plan;
    Signals signals(false, 0);
    signals.open();
    Terminal terminal(compiler::Terminal::none, {}, plan.streams);
    JailProcess jail(child, Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, child, 0))));
    send_go(channel.number());
    const Outcome outcome = Supervisor(plan, jail, channel.number(), signals, terminal, [] {}).run();
    EXPECT_TRUE(outcome.started);
    ASSERT_TRUE(outcome.ended);
    EXPECT_EQ(outcome.ended->wait_status, 7);
}

}  // namespace
}  // namespace ward::sandbox
