#include "sandbox/terminal.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "hand_made_jail.hpp"

namespace ward::sandbox::testing {
namespace {

using Mode = compiler::Terminal;

// A terminal with somebody before it: what the caller's shell runs in.
class OuterTerminal {
public:
    OuterTerminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
        EXPECT_EQ(::grantpt(master_.number()), 0);
        EXPECT_EQ(::unlockpt(master_.number()), 0);
        char name[64];
        EXPECT_EQ(::ptsname_r(master_.number(), &name[0], sizeof name), 0);
        slave_.reset(::open(&name[0], O_RDWR | O_NOCTTY | O_CLOEXEC));
        resize(24, 80);
    }

    // In a process that is to live in this terminal.
    void enter(bool input, bool output) const {
        ::setsid();
        ::ioctl(slave_.number(), TIOCSCTTY, 0);
        if (input) ::dup2(slave_.number(), 0);
        if (output) ::dup2(slave_.number(), 1);
        ::dup2(slave_.number(), 2);
    }

    void resize(unsigned short rows, unsigned short columns) const {
        winsize size{rows, columns, 0, 0};
        EXPECT_EQ(::ioctl(master_.number(), TIOCSWINSZ, &size), 0);
    }
    void type(const std::string& text) const {
        EXPECT_EQ(::write(master_.number(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    // False after ten seconds.
    [[nodiscard]] bool shows(const std::string& text) {
        for (;;) {
            if (screen_.find(text) != std::string::npos) return true;
            pollfd source{master_.number(), POLLIN, 0};
            if (::poll(&source, 1, 10'000) <= 0) return false;
            char bytes[4096];
            const ssize_t count = ::read(master_.number(), &bytes[0], sizeof bytes);
            if (count <= 0) return false;
            screen_.append(&bytes[0], static_cast<std::size_t>(count));
        }
    }
    [[nodiscard]] const std::string& screen() const { return screen_; }
    [[nodiscard]] bool raw() const { return (modes().c_lflag & ICANON) == 0; }
    [[nodiscard]] termios modes() const {
        termios modes{};
        EXPECT_EQ(::tcgetattr(slave_.number(), &modes), 0);
        return modes;
    }
    [[nodiscard]] int slave() const { return slave_.number(); }

private:
    Descriptor master_, slave_;
    std::string screen_;
};

bool operator==(const termios& a, const termios& b) {
    return a.c_iflag == b.c_iflag && a.c_oflag == b.c_oflag && a.c_cflag == b.c_cflag && a.c_lflag == b.c_lflag;
}

class InTerminal : public ::testing::TestWithParam<Caller> {
protected:
    void SetUp() override { WARD_SKIP_UNLESS_POSSIBLE(GetParam()); }

    [[nodiscard]] static HandMadeJail shell(Mode mode, const std::string& script) {
        HandMadeJail jail(GetParam(), {"/usr/bin/sh", "-c", script});
        jail.use_terminal(mode);
        return jail;
    }
    [[nodiscard]] std::function<void()> inside(bool input = true, bool output = true) const {
        return [this, input, output] { outer_.enter(input, output); };
    }

    OuterTerminal outer_;
    const termios before_ = outer_.modes();
};

INSTANTIATE_TEST_SUITE_P(Terminal, InTerminal, ::testing::Values(Caller::root, Caller::user),
                         [](const auto& test) { return test.param == Caller::root ? "Root" : "User"; });

// ---- a terminal of its own

TEST_P(InTerminal, ThePrivateTerminalIsATerminalAndNotTheCallers) {
    const std::string device = "stat -L -c %t:%T /proc/self/fd/0";
    Launched launched(shell(Mode::private_pty, "test -t 0 && test -t 1 && test -t 2 && " + device + "; echo end"),
                      inside());
    ASSERT_TRUE(outer_.shows("end\r\n"));
    EXPECT_EQ(launched.finish().exit_status, 0);
    struct stat file {};
    ASSERT_EQ(::fstat(outer_.slave(), &file), 0);
    char own[32];
    std::snprintf(&own[0], sizeof own, "%x:%x\r\n", major(file.st_rdev), minor(file.st_rdev));
    EXPECT_EQ(outer_.screen().find("88:"), 0U) << outer_.screen();
    EXPECT_EQ(outer_.screen().find(&own[0]), std::string::npos) << outer_.screen();
}

TEST_P(InTerminal, ItIsTheControllingTerminalAndCanBeOpenedAgain) {
    Launched launched(shell(Mode::private_pty, "echo again > /proc/self/fd/1; ps -o tpgid= -p $$; echo $$ end"),
                      inside());
    ASSERT_TRUE(outer_.shows("end\r\n"));
    EXPECT_NE(outer_.screen().find("again\r\n"), std::string::npos) << outer_.screen();
    EXPECT_EQ(launched.finish().exit_status, 0);
}

TEST_P(InTerminal, WhatIsTypedArrives) {
    Launched launched(shell(Mode::private_pty, "echo ready; read line; echo got $line"), inside());
    ASSERT_TRUE(outer_.shows("ready"));
    EXPECT_TRUE(outer_.raw());
    outer_.type("hello\r");
    EXPECT_TRUE(outer_.shows("got hello\r\n"));
    EXPECT_EQ(launched.finish().exit_status, 0);
    EXPECT_TRUE(outer_.modes() == before_);
}

TEST_P(InTerminal, EverythingThatWasWrittenIsShown) {
    Launched launched(shell(Mode::private_pty, "seq 1 30000"), inside());
    EXPECT_TRUE(outer_.shows("\r\n30000\r\n"));
    EXPECT_EQ(launched.finish().exit_status, 0);
    std::string all;
    for (int line = 1; line <= 30000; ++line) all += std::to_string(line) + "\r\n";
    EXPECT_TRUE(outer_.screen() == all);
}

TEST_P(InTerminal, ControlCInterruptsTheProgram) {
    Launched launched(shell(Mode::private_pty, "echo ready; exec sleep 1000"), inside());
    ASSERT_TRUE(outer_.shows("ready"));
    outer_.type("\x03");
    const Seen seen = launched.finish();
    EXPECT_EQ(seen.end, Report::End::signalled);
    EXPECT_EQ(seen.exit_status, 128 + SIGINT);
    EXPECT_TRUE(outer_.modes() == before_);
}

TEST_P(InTerminal, ControlDEndsTheInput) {
    Launched launched(shell(Mode::private_pty, "echo ready; cat; echo end"), inside());
    ASSERT_TRUE(outer_.shows("ready"));
    outer_.type("\x04");
    EXPECT_TRUE(outer_.shows("end\r\n"));
    EXPECT_EQ(launched.finish().exit_status, 0);
}

TEST_P(InTerminal, TheWindowSizeFollowsTheCallers) {
    outer_.resize(33, 77);
    Launched launched(
        shell(Mode::private_pty, "trap 'stty size; exit 3' WINCH; stty size; while :; do sleep 0.02; done"), inside());
    ASSERT_TRUE(outer_.shows("33 77\r\n"));
    outer_.resize(44, 99);
    EXPECT_TRUE(outer_.shows("44 99\r\n"));
    EXPECT_EQ(launched.finish().exit_status, 3);
}

TEST_P(InTerminal, TheModesComeBackAfterASignal) {
    Launched launched(shell(Mode::private_pty, "echo ready; exec sleep 1000"), inside());
    ASSERT_TRUE(outer_.shows("ready"));
    ASSERT_TRUE(outer_.raw());
    ::kill(launched.supervisor(), SIGTERM);
    EXPECT_EQ(launched.finish().exit_status, 128 + SIGTERM);
    EXPECT_TRUE(outer_.modes() == before_);
}

TEST_P(InTerminal, TheModesComeBackAfterAFailure) {
    HandMadeJail broken = shell(Mode::private_pty, "exit 0");
    broken.add_init_step(Operation::change_folder).path = "/no/such/folder";
    Launched launched(broken, inside());
    EXPECT_EQ(launched.finish().exit_status, 125);
    EXPECT_TRUE(outer_.modes() == before_);
}

// Nobody could let an orphaned process group go on, so Ctrl-Z does not stop it for good.
TEST_P(InTerminal, ControlZWithoutAShellGoesOn) {
    HandMadeJail jail(GetParam(), {"/usr/bin/perl", "-e", "$| = 1; print qq(ready\\n); sleep 1; print qq(on\\n)"});
    jail.use_terminal(Mode::private_pty);
    Launched launched(jail, inside());
    ASSERT_TRUE(outer_.shows("ready"));
    outer_.type("\x1a");
    EXPECT_TRUE(outer_.shows("on\r\n"));
    EXPECT_EQ(launched.finish().exit_status, 0);
}

// Becomes a shell with job control and one job; returns in the job. On its stop the shell writes down
// what it finds, and lets it go on.
void become_job_of_a_shell(const OuterTerminal& outer) {
    outer.enter(true, true);
    const pid_t job = ::fork();
    ::setpgid(job, job);
    ::signal(SIGTTOU, SIG_IGN);
    ::tcsetpgrp(0, job == 0 ? ::getpgrp() : job);
    if (job == 0) {
        ::signal(SIGTTOU, SIG_DFL);
        return;
    }
    int status = 0;
    ::waitpid(job, &status, WUNTRACED);
    if (!WIFSTOPPED(status)) ::_exit(90);
    ::tcsetpgrp(0, ::getpgrp());
    ::dprintf(1, "stopped %s\n", outer.raw() ? "raw" : "cooked");
    ::usleep(100'000);
    ::tcsetpgrp(0, job);
    ::kill(-job, SIGCONT);
    ::waitpid(job, &status, 0);
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 91);
}

TEST_P(InTerminal, ControlZStopsTheJobAndItGoesOn) {
    for (const Mode mode : {Mode::private_pty, Mode::none, Mode::inherit}) {
        OuterTerminal outer;
        Launched launched(shell(mode, "echo ready; read line; echo got $line"), [&] { become_job_of_a_shell(outer); });
        ASSERT_TRUE(outer.shows("ready"));
        ::usleep(50'000);
        outer.type("\x1a");
        ASSERT_TRUE(outer.shows("stopped cooked\r\n")) << static_cast<int>(mode) << outer.screen();
        EXPECT_TRUE(eventually([&] { return outer.raw() == (mode == Mode::private_pty); }));
        outer.type(mode == Mode::private_pty ? "hello\r" : "hello\n");
        EXPECT_TRUE(outer.shows("got hello\r\n")) << static_cast<int>(mode) << outer.screen();
        EXPECT_EQ(launched.finish().exit_status, 0);
    }
}

// ---- output that goes elsewhere

TEST_P(InTerminal, TheKeyboardIsLeftToOthersUntilItIsRead) {
    Launched launched(shell(Mode::private_pty, "echo ready; sleep 0.3; read line; echo got $line"),
                      inside(true, false));
    ASSERT_TRUE(launched.wait_for_output("ready\n"));
    EXPECT_FALSE(outer_.raw());
    EXPECT_TRUE(eventually([&] { return outer_.raw(); }));
    outer_.type("hello\r");
    EXPECT_TRUE(launched.wait_for_output("got hello\n"));
    EXPECT_EQ(launched.finish().exit_status, 0);
    EXPECT_TRUE(outer_.modes() == before_);
}

TEST_P(InTerminal, ControlCInterruptsAProgramThatDoesNotReadTheKeyboard) {
    Launched launched(shell(Mode::private_pty, "echo ready; exec sleep 1000"), inside(true, false));
    ASSERT_TRUE(launched.wait_for_output("ready\n"));
    outer_.type("\x03");
    EXPECT_EQ(launched.finish().exit_status, 128 + SIGINT);
}

TEST_P(InTerminal, OnlyErrorsInTheTerminal) {
    HandMadeJail jail = shell(Mode::private_pty, "test -t 0 || test -t 1 || echo error >&2; cat; echo out");
    jail.plan.init.back().number[0] = 2;
    Launched launched(jail, [this] {
        outer_.enter(false, false);
        ::dup2(::open("/etc/hostname", O_RDONLY), 0);
    });
    ASSERT_TRUE(outer_.shows("error\r\n"));
    EXPECT_TRUE(launched.wait_for_output("out\n"));
    EXPECT_EQ(launched.finish().exit_status, 0);
}

// ---- none and inherit

TEST_P(InTerminal, NoneGivesPipes) {
    const std::string script =
        "test -t 0 || test -t 1 || test -t 2 || echo ready; read line; echo got $line; cat; echo end";
    Launched launched(shell(Mode::none, script), inside());
    ASSERT_TRUE(outer_.shows("ready\r\n"));
    EXPECT_FALSE(outer_.raw());
    outer_.type("hello\n");
    ASSERT_TRUE(outer_.shows("got hello\r\n"));
    outer_.type("\x04");
    EXPECT_TRUE(outer_.shows("end\r\n"));
    EXPECT_EQ(launched.finish().exit_status, 0);
}

TEST_P(InTerminal, ControlCInterruptsAProgramWithoutATerminal) {
    Launched launched(shell(Mode::none, "echo ready; exec sleep 1000"), inside());
    ASSERT_TRUE(outer_.shows("ready"));
    outer_.type("\x03");
    EXPECT_EQ(launched.finish().exit_status, 128 + SIGINT);
}

TEST_P(InTerminal, InheritGivesTheCallersTerminal) {
    Launched launched(shell(Mode::inherit, "stat -L -c %t:%T /proc/self/fd/0; echo ready; exec sleep 1000"), inside());
    ASSERT_TRUE(outer_.shows("ready"));
    struct stat file {};
    ASSERT_EQ(::fstat(outer_.slave(), &file), 0);
    char own[32];
    std::snprintf(&own[0], sizeof own, "%x:%x\r\n", major(file.st_rdev), minor(file.st_rdev));
    EXPECT_EQ(outer_.screen().find(&own[0]), 0U) << outer_.screen();
    EXPECT_FALSE(outer_.raw());
    outer_.type("\x03");
    EXPECT_EQ(launched.finish().exit_status, 128 + SIGINT);
}

TEST_P(InTerminal, WithoutATerminalNothingIsRelayed) {
    HandMadeJail jail(GetParam(), {"/usr/bin/sh", "-c", "test -t 0 || test -t 1 || test -t 2 || echo none"});
    jail.plan.terminal = Mode::private_pty;
    const Seen seen = run(jail, [] {
        ::setsid();
        ::dup2(::open("/dev/null", O_RDONLY), 0);
    });
    EXPECT_EQ(seen.output, "none\n");
}

}  // namespace
}  // namespace ward::sandbox::testing
