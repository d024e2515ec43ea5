// How a run ends: the exit status, the streams, and the report.
#include <csignal>

#include "tests/kernel/jail_test.hpp"

namespace ward::test {

class Ending : public JailTest {};
WARD_AS_BOTH_USERS(Ending);

TEST_P(Ending, TheStatusIsTheProgramsOwn) {
    std::vector<int> statuses = {1, 2, 124, 125, 126, 127, 128, 129, 254};
    for (int status = 0; status < 256; status += 15) statuses.push_back(status);
    for (const int status : statuses) EXPECT_EQ(jail("", {"probe", "exit", std::to_string(status)}).status, status);
}

TEST_P(Ending, ASignalIs128AndItsNumber) {
    const int numbers[] = {SIGTERM, SIGKILL, SIGINT, SIGHUP, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2, SIGRTMIN, SIGRTMAX,
                           // These also dump core, where that is wanted: signal(7).
                           SIGSEGV, SIGABRT, SIGQUIT, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSYS, SIGXCPU, SIGXFSZ};
    for (const int number : numbers) {
        const Outcome outcome = jail("", {"probe", "signal", std::to_string(number)});
        EXPECT_EQ(outcome.status, 128 + number) << outcome.err;
        EXPECT_FALSE(outcome.stopped);
    }
}

TEST_P(Ending, AProgramThatIsNotThereIs127) {
    EXPECT_EQ(jail("", {"/nowhere/program", "x"}).status, 127);
    EXPECT_EQ(run(scene().jailed("files { execute $bin }", {"no-such-program-at-all"})).status, 127);
}

TEST_P(Ending, AFileThatIsNoProgramIs126) {
    scene().add_file(scene().work() + "/plain", "text");
    EXPECT_EQ(jail("files { execute $work }", {"$work/plain"}).status, 126);
}

TEST_P(Ending, AFileOfAnUnknownFormatIs126) {
    scene().add_file(scene().work() + "/odd", "no format that a kernel knows", 0755);
    const Outcome outcome = jail("files { execute $work }", {"$work/odd"});
    EXPECT_EQ(outcome.status, 126) << outcome.err;
    EXPECT_NE(outcome.err, "");
}

TEST_P(Ending, AProgramThatThePolicyDoesNotGiveDoesNotRun) {
    const Outcome outcome =
        run(scene().jailed("files { read $bin }\nsyscalls { allow @system-service except io_uring_setup }",
                           {program("probe"), "say", "it runs"}));
    EXPECT_TRUE(outcome.status == 126 || outcome.status == 125) << outcome.status;
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err, "");
}

TEST_P(Ending, AMissingPathIs125AndNothingRuns) {
    const Outcome outcome = jail("files { read $work/no-such-file }", {"probe", "say", "it runs"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("no-such-file"), std::string::npos) << outcome.err;
}

TEST_P(Ending, AWrongPolicyIs125AndNothingRuns) {
    const Outcome outcome = jail("syscalls { allow opne }", {"probe", "say", "it runs"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("opne"), std::string::npos) << outcome.err;
}

TEST_P(Ending, TheTimeLimitIs124) {
    const nlohmann::json found = report("files { write $work }\nlimits { time 300ms }", {"probe", "wait", "waits"});
    EXPECT_EQ(found["end"], "time");
    EXPECT_EQ(found["exit_status"], 124);
    EXPECT_GE(found["wall_seconds"], 0.3);
}

TEST_P(Ending, NothingOfWardIsOnStandardOutput) {
    EXPECT_EQ(jail("", {"probe", "say", "only this"}).out, "only this\n");
    EXPECT_EQ(jail("", {"probe", "exit", "3"}).out, "");
    EXPECT_EQ(jail("limits { time 2s }", {"probe", "wait", "waits"}).out, "waits\n");
    EXPECT_EQ(jail("syscalls { refuse reboot with kill }", {"probe", "call", "169"}).out, "");
}

TEST_P(Ending, StandardErrorIsTheProgramsOwn) {
    EXPECT_EQ(jail("files { read $work }", {"probe", "complain", "a word"}).err, "a word\n");
    EXPECT_EQ(jail("files { read $work }", {"probe", "exit", "3"}).err, "");
}

TEST_P(Ending, StandardInputPassesThrough) {
    std::string text;
    for (int line = 0; line < 20000; ++line) text += "line " + std::to_string(line) + "\n";
    Invocation invocation = jail_invocation("", {"probe", "copy"});
    invocation.input = text;
    const Outcome outcome = run(invocation);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_TRUE(outcome.out == text) << outcome.out.size() << " bytes of " << text.size();
}

TEST_P(Ending, TheReportTellsAnExit) {
    const nlohmann::json found = report("files { write $work }", {"probe", "exit", "7"});
    EXPECT_EQ(found["end"], "exit");
    EXPECT_EQ(found["status"], 7);
    EXPECT_FALSE(found.contains("violation"));
    EXPECT_GT(found["wall_seconds"], 0.0);
    EXPECT_GE(found["cpu_seconds"], 0.0);
    EXPECT_GT(found["peak_memory_bytes"], 0);
    const std::vector<std::string> enforced = found["enforced"];
    EXPECT_FALSE(enforced.empty());
}

TEST_P(Ending, TheReportTellsASignal) {
    const nlohmann::json found = report("files { write $work }", {"probe", "signal", "11"});
    EXPECT_EQ(found["end"], "signal");
    EXPECT_EQ(found["status"], 11);
}

TEST_P(Ending, TheReportNamesTheCallThatWasKilled) {
    const nlohmann::json found =
        report("files { write $work }\nsyscalls { refuse reboot with kill }", {"probe", "call", "169"});
    EXPECT_EQ(found["end"], "violation");
    EXPECT_EQ(found["violation"]["call"], "reboot");
    EXPECT_EQ(found["violation"]["number"], 169);
    EXPECT_EQ(found["violation"]["arguments"].size(), 6U);
    EXPECT_EQ(found["exit_status"], 128 + SIGSYS);
}

TEST_P(Ending, AKilledCallIsSaidOnStandardError) {
    const Outcome outcome = jail("syscalls { refuse reboot with kill }", {"probe", "call", "169"});
    EXPECT_EQ(outcome.status, 128 + SIGSYS);
    EXPECT_NE(outcome.err.find("`reboot("), std::string::npos) << outcome.err;
}

TEST_P(Ending, ATrappedCallIsASignal) {
    const nlohmann::json found =
        report("files { write $work }\nsyscalls { refuse reboot with trap }", {"probe", "call", "169"});
    EXPECT_EQ(found["end"], "signal");
    EXPECT_EQ(found["status"], SIGSYS);
}

TEST_P(Ending, ARefusedCallFailsAsThePolicySays) {
    EXPECT_EQ(seen("", {"probe", "call", "169"}), "EPERM");
    EXPECT_EQ(seen("syscalls { refuse reboot with ENOTTY }", {"probe", "call", "169"}), "ENOTTY");
    EXPECT_EQ(seen("syscalls { refuse with EACCES }", {"probe", "call", "169"}), "EACCES");
    EXPECT_EQ(seen("", {"probe", "call", "2000"}), "ENOSYS");
    EXPECT_EQ(seen("syscalls { allow @reboot }", {"probe", "call", "169"}), "EPERM") << "without capabilities";
}

TEST_P(Ending, ASetUpThatFailsIsInTheReport) {
    const nlohmann::json found = report("files { read $work/no-such-file }", {"probe", "exit", "0"});
    EXPECT_EQ(found["end"], "not-started");
    EXPECT_EQ(found["exit_status"], 125);
}

}  // namespace ward::test
