// What a supervisor hears of an init, here a process of the test's own.
#include "sandbox/supervisor.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "sandbox/channel.hpp"

namespace ward::sandbox {
namespace {

void say(int channel, Message::Kind kind) {
    Message message;
    message.kind = kind;
    message.wait_code = CLD_EXITED;
    message.wait_status = 7;
    ::send(channel, &message, sizeof message, 0);
}

// Says that the program has started and ended, and ends with an order unread.
void be_an_init_that_leaves_early(int channel) {
    pollfd order{channel, POLLIN, 0};
    ::poll(&order, 1, -1);
    say(channel, Message::Kind::started);
    say(channel, Message::Kind::ended);
}

// A supervisor of a process of the test's own, which has the far end of the channel.
class SupervisorTest : public testing::Test {
protected:
    void start(const std::function<void(int channel)>& init) {
        int ends[2];
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, &ends[0]), 0);
        channel_.reset(ends[0]);
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(ends[0]);
            init(ends[1]);
            ::_exit(0);
        }
        ::close(ends[1]);
        jail_ = std::make_unique<JailProcess>(child, Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, child, 0))));
    }

    [[nodiscard]] Outcome supervise(const std::function<void()>& forget = [] {}) {
        const Plan plan;
        Signals signals(false, 0);
        signals.open();
        Terminal terminal(compiler::Terminal::none, {}, plan.streams);
        return Supervisor(plan, *jail_, channel_.number(), signals, terminal, {[] {}, forget}).run();
    }

    Descriptor channel_;
    std::unique_ptr<JailProcess> jail_;
};

TEST_F(SupervisorTest, HearsAnInitThatEndsWithAnOrderUnread) {
    start(be_an_init_that_leaves_early);
    send_go(channel_.number());
    const Outcome outcome = supervise();
    EXPECT_TRUE(outcome.started);
    ASSERT_TRUE(outcome.ended);
    EXPECT_EQ(outcome.ended->wait_status, 7);
}

constexpr useconds_t more_than_a_second = 1'200'000;

// What a start needs is needed until the program runs, however long that takes.
TEST_F(SupervisorTest, ForgetsTheStartOnceTheProgramHasStayed) {
    start([](int channel) {
        ::usleep(more_than_a_second);
        say(channel, Message::Kind::started);
        ::usleep(more_than_a_second);
        say(channel, Message::Kind::ended);
    });
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::chrono::duration<double>> forgotten;
    EXPECT_TRUE(supervise([&] { forgotten.emplace_back(std::chrono::steady_clock::now() - begin); }).ended);
    ASSERT_EQ(forgotten.size(), 1U);
    EXPECT_GT(forgotten.front().count(), 2.0);
}

TEST_F(SupervisorTest, ForgetsAlsoWhileSomethingHappens) {
    start([](int channel) {
        say(channel, Message::Kind::started);
        for (useconds_t waited = 0; waited < more_than_a_second; waited += 100'000) {
            ::usleep(100'000);
            say(channel, Message::Kind::none);
        }
        say(channel, Message::Kind::ended);
    });
    unsigned times = 0;
    EXPECT_TRUE(supervise([&] { ++times; }).ended);
    EXPECT_EQ(times, 1U);
}

TEST_F(SupervisorTest, ForgetsNothingOfAStartThatFails) {
    start([](int channel) {
        ::usleep(more_than_a_second);
        say(channel, Message::Kind::step_failed);
    });
    bool forgotten = false;
    EXPECT_TRUE(supervise([&] { forgotten = true; }).failure);
    EXPECT_FALSE(forgotten);
}

}  // namespace
}  // namespace ward::sandbox
