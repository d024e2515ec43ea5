#include "sandbox/helper_program.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace ward::sandbox {
namespace {

HelperEnd shell(const std::string& script, int patience = 10'000) {
    return run_helper({"/bin/sh", "-c", script}, {"NAME=value"}, patience);
}

TEST(HelperProgram, SaysOneLineAndHowItEnded) {
    EXPECT_TRUE(shell("exit 0").succeeded);
    const HelperEnd end = shell("echo no, $NAME >&2; echo more; exit 3");
    EXPECT_FALSE(end.succeeded);
    EXPECT_EQ(end.said, "no, value");
}

TEST(HelperProgram, OneThatIsNotThereSaysSo) {
    const HelperEnd end = run_helper({"/no/such/program"}, {});
    EXPECT_FALSE(end.succeeded);
    EXPECT_EQ(end.said, "cannot run /no/such/program: no such file or directory (ENOENT)");
}

TEST(HelperProgram, OneThatDoesNotEndIsEnded) {
    EXPECT_EQ(shell("exec sleep 60", 100).said, "/bin/sh does not end");
    EXPECT_EQ(shell("exec sleep 60 >/dev/null 2>&1", 100).said, "/bin/sh does not end");
}

TEST(HelperProgram, AnEndThatNobodyHearsOfIsNoSuccess) {
    const auto before = ::signal(SIGCHLD, SIG_IGN);
    const HelperEnd end = shell("exit 3");
    ::signal(SIGCHLD, before);
    EXPECT_FALSE(end.succeeded);
    EXPECT_EQ(end.said, "cannot hear how /bin/sh ended: no child processes (ECHILD)");
}

TEST(HelperProgram, NoSignalIsBlockedInIt) {
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, &before);
    const HelperEnd end = shell("grep SigBlk /proc/self/status");
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    EXPECT_EQ(end.said, "SigBlk:\t0000000000000000");
}

}  // namespace
}  // namespace ward::sandbox
