#include "sandbox/launch.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/seccomp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "hand_made_jail.hpp"

namespace ward::sandbox::testing {
namespace {

class EachCaller : public ::testing::TestWithParam<Caller> {
protected:
    void SetUp() override { WARD_SKIP_UNLESS_POSSIBLE(GetParam()); }

    [[nodiscard]] static HandMadeJail jail(std::vector<std::string> arguments) {
        return HandMadeJail(GetParam(), std::move(arguments));
    }
    [[nodiscard]] static HandMadeJail shell(const std::string& script) {
        return HandMadeJail(GetParam(), {"/usr/bin/sh", "-c", script});
    }
};

INSTANTIATE_TEST_SUITE_P(Launch, EachCaller, ::testing::Values(Caller::root, Caller::user),
                         [](const auto& test) { return test.param == Caller::root ? "Root" : "User"; });

// ---- how a program ends

TEST_P(EachCaller, RunsAProgramToItsEnd) {
    const Seen seen = run(jail({"/usr/bin/true"}));
    EXPECT_EQ(seen.diagnostics, "");
    EXPECT_EQ(seen.end, Report::End::exited);
    EXPECT_EQ(seen.exit_status, 0);
    EXPECT_GT(seen.wall_seconds, 0);
    EXPECT_LT(seen.wall_seconds, 5);
    EXPECT_GT(seen.cpu_seconds, 0);
    EXPECT_GT(seen.peak_memory, 100'000U);
}

TEST_P(EachCaller, PassesTheExitStatusOn) {
    const Seen seen = run(shell("exit 7"));
    EXPECT_EQ(seen.end, Report::End::exited);
    EXPECT_EQ(seen.exit_status, 7);
}

TEST_P(EachCaller, TellsTheSignalThatEndedTheProgram) {
    const Seen seen = run(shell("kill -SEGV $$"));
    EXPECT_EQ(seen.end, Report::End::signalled);
    EXPECT_EQ(seen.status, SIGSEGV);
    EXPECT_EQ(seen.exit_status, 128 + SIGSEGV);
}

TEST_P(EachCaller, PassesArgumentsEnvironmentAndOutput) {
    HandMadeJail plan = shell("echo $0 $1 $NAME; cat /name; echo lost >&2");
    plan.plan.arguments = {"/usr/bin/sh", "-c", plan.plan.arguments[2], "first", "second word"};
    plan.plan.environment.emplace_back("NAME=value");
    EXPECT_EQ(run(plan).output, "first second word value\nward\nlost\n");
}

TEST_P(EachCaller, LeavesNoProcessBehindWhenTheProgramEnds) {
    Launched launched(shell("sleep 1000 & echo ready; read line"), [] {
        int ends[2];
        if (::pipe(&ends[0]) == 0) ::dup2(ends[0], 0);  // a standard input that stays silent
    });
    ASSERT_TRUE(launched.wait_for_output("ready"));
    const auto inits = children_of(launched.supervisor());
    ASSERT_EQ(inits.size(), 1U);
    const auto programs = children_of(inits[0]);
    ASSERT_EQ(programs.size(), 1U);
    const auto sleepers = children_of(programs[0]);
    ASSERT_EQ(sleepers.size(), 1U);
    ::kill(programs[0], SIGKILL);
    EXPECT_EQ(launched.finish().exit_status, 128 + SIGKILL);
    EXPECT_TRUE(vanishes(sleepers[0]));
    EXPECT_TRUE(vanishes(inits[0]));
}

// ---- what the program finds

TEST_P(EachCaller, TheProgramHasNothingLeft) {
    const Seen seen = run(jail({"/usr/bin/cat", "/proc/self/status"}));
    for (const char* line : {"NoNewPrivs:\t1\n", "CapInh:\t0000000000000000\n", "CapPrm:\t0000000000000000\n",
                             "CapEff:\t0000000000000000\n", "CapAmb:\t0000000000000000\n",
                             "SigBlk:\t0000000000000000\n", "SigIgn:\t0000000000000000\n"}) {
        EXPECT_NE(seen.output.find(line), std::string::npos) << line << seen.output;
    }
}

TEST_P(EachCaller, IgnoredSignalsOfTheCallerAreNotInherited) {
    const Seen seen = run(jail({"/usr/bin/cat", "/proc/self/status"}), [] { ::signal(SIGPIPE, SIG_IGN); });
    EXPECT_NE(seen.output.find("SigIgn:\t0000000000000000\n"), std::string::npos) << seen.output;
}

TEST_P(EachCaller, AnIgnoredSigchldOfTheCallerDoesNotHideTheEnd) {
    EXPECT_EQ(run(shell("exit 7"), [] { ::signal(SIGCHLD, SIG_IGN); }).exit_status, 7);
}

// Sends `signal` to this process in a moment.
void signal_soon(int signal) {
    const pid_t target = ::getpid();
    if (::fork() != 0) return;
    ::usleep(300'000);
    ::kill(target, signal);
    ::_exit(0);
}

TEST_P(EachCaller, ASignalThatTheCallerIgnoresDoesNotReachTheProgram) {
    const auto ignored = [] { ::signal(SIGHUP, SIG_IGN), signal_soon(SIGHUP); };
    EXPECT_EQ(run(shell("sleep 1; exit 7"), ignored).exit_status, 7);
    EXPECT_EQ(run(shell("sleep 1; exit 7"), [] { signal_soon(SIGHUP); }).exit_status, 128 + SIGHUP);  // the control
}

TEST_P(EachCaller, InitHasNothingLeft) {
    const Seen seen = run(jail({"/usr/bin/cat", "/proc/1/status"}));
    for (const char* line : {"NoNewPrivs:\t1\n", "CapInh:\t0000000000000000\n", "CapPrm:\t0000000000000000\n",
                             "CapEff:\t0000000000000000\n"}) {
        EXPECT_NE(seen.output.find(line), std::string::npos) << line << seen.output;
    }
}

// The control: the same program may write its own memory, and that of its child.
TEST_P(EachCaller, InitsMemoryCannotBeOpened) {
    const Seen own = run(shell("exec 3<>/proc/self/mem && echo open"));
    EXPECT_EQ(own.output, "open\n");
    const Seen init = run(shell("exec 3<>/proc/1/mem && echo open"));
    EXPECT_NE(init.output.find("Permission denied"), std::string::npos) << init.output;
    EXPECT_NE(run(shell("ls /proc/1/fd/")).output.find("Permission denied"), std::string::npos);
    EXPECT_NE(run(shell("cat /proc/1/maps")).output.find("Permission denied"), std::string::npos);
}

TEST_P(EachCaller, InitCannotBeKilledFromInside) {
    EXPECT_EQ(run(shell("kill -KILL 1; kill -TERM 1; kill -STOP 1; sleep 0.1; exit 5")).exit_status, 5);
}

TEST_P(EachCaller, DescriptorsOfTheCallerDoNotLeak) {
    const auto open_seven = [] { ::dup2(::open("/etc/passwd", O_RDONLY), 7); };
    EXPECT_EQ(run(shell("ls /proc/self/fd/"), open_seven).output, "0\n1\n2\n3\n");  // 3: of ls itself
    // The control: without the step the descriptor is there.
    HandMadeJail leaky = shell("ls /proc/self/fd/");
    leaky.plan.program.erase(leaky.plan.program.begin());
    EXPECT_NE(run(leaky, open_seven).output.find("\n7\n"), std::string::npos);
}

TEST_P(EachCaller, ClosedStandardStreamsBecomeDevNull) {
    const Seen seen = run(shell("cat && echo end"), [] { ::close(0); });
    EXPECT_EQ(seen.output, "end\n");
    EXPECT_EQ(run(shell("exit 7"), [] { ::close(0), ::close(1), ::close(2); }).exit_status, 7);
}

TEST_P(EachCaller, AFolderAsAStandardStreamIsRefused) {
    const Seen seen = run(jail({"/usr/bin/true"}), [] { ::dup2(::open("/", O_RDONLY | O_DIRECTORY), 0); });
    EXPECT_EQ(seen.exit_status, 125);
    EXPECT_EQ(seen.diagnostics,
              "error[leaking-stream]: standard input is a folder of the host\n"
              "  help: redirect it from or to a file, a pipe or `/dev/null`\n"
              "\n1 error\n");
}

// ---- what goes wrong

TEST_P(EachCaller, AProgramThatIsNotThere) {
    const Seen seen = run(jail({"/usr/bin/no-such-program"}));
    EXPECT_EQ(seen.end, Report::End::not_started);
    EXPECT_EQ(seen.exit_status, 127);
    EXPECT_NE(seen.diagnostics.find("error[cannot-execute]: cannot execute `/usr/bin/no-such-program`: no such file or "
                                    "directory (ENOENT)\n"),
              std::string::npos)
        << seen.diagnostics;
}

TEST_P(EachCaller, AProgramThatCannotBeExecuted) {
    const Seen seen = run(jail({"/name"}));
    EXPECT_EQ(seen.exit_status, 126);
    EXPECT_NE(seen.diagnostics.find("cannot execute `/name`: permission denied (EACCES)\n"), std::string::npos)
        << seen.diagnostics;
}

TEST_P(EachCaller, AFailedStepOfInitShowsItsPlaceInThePolicy) {
    HandMadeJail broken = jail({"/usr/bin/echo", "ran"});
    Step& step = broken.add_init_step(Operation::change_folder);
    step.path = "/no/such/folder";
    const Seen seen = run(broken);
    EXPECT_EQ(seen.output, "");
    EXPECT_EQ(seen.end, Report::End::not_started);
    EXPECT_EQ(seen.exit_status, 125);
    EXPECT_EQ(
        seen.diagnostics,
        "error[step-failed]: the step `working folder /no/such/folder` failed: no such file or directory (ENOENT)\n"
        "  --> jail.ward:1:1\n"
        "  1 | read /usr\n"
        "    | ^^^^\n"
        "  note: this step is there for `read /usr`\n"
        "  help: run `ward run --dry-run` to see the step among the others\n"
        "\n"
        "1 error\n");
}

TEST_P(EachCaller, AFailedStepOfTheProgramEndsTheJail) {
    HandMadeJail broken = jail({"/usr/bin/echo", "ran"});
    broken.add_program_step(Operation::load_filter);  // of length 0
    const Seen seen = run(broken);
    EXPECT_EQ(seen.output, "");
    EXPECT_EQ(seen.exit_status, 125);
    EXPECT_NE(seen.diagnostics.find("invalid argument (EINVAL)\n"), std::string::npos) << seen.diagnostics;
}

TEST_P(EachCaller, AReplacedSourceIsNotMounted) {
    HandMadeJail stale = jail({"/usr/bin/echo", "ran"});
    for (auto* steps : {&stale.plan.prepare, &stale.plan.init}) {
        for (Step& step : *steps) {
            if (step.operation == Operation::clone_tree) ++step.number[1];
        }
    }
    const Seen seen = run(stale);
    EXPECT_EQ(seen.output, "");
    EXPECT_EQ(seen.exit_status, 125);
    EXPECT_NE(seen.diagnostics.find("help: run it again: the file was replaced after ward had looked at it"),
              std::string::npos)
        << seen.diagnostics;
}

TEST_P(EachCaller, AJailWithoutAPidNamespaceDoesNotStart) {
    HandMadeJail shared = jail({"/usr/bin/echo", "ran"});
    shared.plan.namespaces &= ~std::uint64_t{CLONE_NEWPID};
    const Seen seen = run(shared);
    EXPECT_EQ(seen.output, "");
    EXPECT_EQ(seen.exit_status, 125);
}

// ---- time and signals

TEST_P(EachCaller, TheTimeLimitEndsTheJail) {
    HandMadeJail slow = shell("trap '' TERM; echo ready; sleep 1000");
    slow.plan.time_limit = 300;
    const Seen seen = run(slow);
    EXPECT_EQ(seen.output, "ready\n");
    EXPECT_EQ(seen.end, Report::End::time_limit);
    EXPECT_EQ(seen.exit_status, 124);
    EXPECT_LT(seen.wall_seconds, 5);
}

TEST_P(EachCaller, ATimeLimitThatIsNotReachedChangesNothing) {
    HandMadeJail fast = shell("exit 7");
    fast.plan.time_limit = 60'000;
    EXPECT_EQ(run(fast).exit_status, 7);
}

TEST_P(EachCaller, ForwardsSignalsToTheProgram) {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) {
        const std::string handler = "$SIG{" + std::string(::sigabbrev_np(signal)) + "} = sub { exit 9 };";
        Launched launched(jail({"/usr/bin/perl", "-e", handler + "$| = 1; print 'ready'; sleep 100"}));
        ASSERT_TRUE(launched.wait_for_output("ready"));
        ::kill(launched.supervisor(), signal);
        EXPECT_EQ(launched.finish().exit_status, 9) << signal;
    }
}

TEST_P(EachCaller, ASignalWithoutAHandlerEndsTheProgram) {
    Launched launched(shell("echo ready; sleep 1000"));
    ASSERT_TRUE(launched.wait_for_output("ready"));
    ::kill(launched.supervisor(), SIGTERM);
    EXPECT_EQ(launched.finish().exit_status, 128 + SIGTERM);
}

// ---- a supervisor that dies

TEST_P(EachCaller, TheJailDiesWithItsSupervisor) {
    Launched launched(shell("echo ready; sleep 1000"));
    ASSERT_TRUE(launched.wait_for_output("ready"));
    const auto inits = children_of(launched.supervisor());
    ASSERT_EQ(inits.size(), 1U);
    const auto programs = children_of(inits[0]);
    ASSERT_EQ(programs.size(), 1U);
    ::kill(launched.supervisor(), SIGKILL);
    EXPECT_TRUE(vanishes(programs[0]));
    EXPECT_TRUE(vanishes(inits[0]));
}

// A fifo that nobody reads holds init in the middle of its steps.
class Fifo {
public:
    Fifo() : path_("/tmp/ward-test-fifo-" + std::to_string(::getpid())) {
        EXPECT_EQ(::mkfifo(path_.c_str(), 0666), 0);
        EXPECT_EQ(::chmod(path_.c_str(), 0666), 0);
    }
    Fifo(const Fifo&) = delete;
    Fifo& operator=(const Fifo&) = delete;
    ~Fifo() { ::unlink(path_.c_str()); }

    [[nodiscard]] HandMadeJail hold(HandMadeJail jail) const {
        Step step = make_step(Operation::write_file);
        step.path = jail.plan.keep(path_);
        step.text = "";
        const auto place = jail.caller == Caller::root ? 4 : 5;  // behind the ids and what they undo
        jail.plan.init.insert(jail.plan.init.begin() + place, step);
        return jail;
    }

private:
    std::string path_;
};

TEST_P(EachCaller, AJailInTheMakingDiesWithItsSupervisor) {
    const Fifo fifo;
    Launched launched(fifo.hold(jail({"/usr/bin/true"})));
    ASSERT_TRUE(eventually([&] { return children_of(launched.supervisor()).size() == 1; }));
    const pid_t init = children_of(launched.supervisor())[0];
    ::usleep(100'000);
    ::kill(launched.supervisor(), SIGKILL);
    EXPECT_TRUE(vanishes(init));
}

TEST_P(EachCaller, TheTimeLimitCoversTheSetUp) {
    const Fifo fifo;
    HandMadeJail held = fifo.hold(jail({"/usr/bin/echo", "ran"}));
    held.plan.time_limit = 200;
    const Seen seen = run(held);
    EXPECT_EQ(seen.output, "");
    EXPECT_EQ(seen.exit_status, 124);
}

TEST_P(EachCaller, ASignalEndsTheSetUp) {
    const Fifo fifo;
    Launched launched(fifo.hold(jail({"/usr/bin/echo", "ran"})));
    ASSERT_TRUE(eventually([&] { return children_of(launched.supervisor()).size() == 1; }));
    ::usleep(100'000);
    ::kill(launched.supervisor(), SIGINT);
    const Seen seen = launched.finish();
    EXPECT_EQ(seen.output, "");
    EXPECT_EQ(seen.exit_status, 128 + SIGINT);
}

// ---- the filter

TEST_P(EachCaller, AViolationIsRecordedWithItsCall) {
    EXPECT_EQ(run(jail({"/usr/bin/uname"})).output, "Linux\n");  // the control
    HandMadeJail guarded = jail({"/usr/bin/uname"});
    guarded.load_filter(SYS_uname, SECCOMP_RET_USER_NOTIF);
    const Seen seen = run(guarded);
    EXPECT_EQ(seen.output, "");
    EXPECT_EQ(seen.end, Report::End::violation);
    EXPECT_EQ(seen.exit_status, 128 + SIGSYS);
    ASSERT_TRUE(seen.violation);
    EXPECT_EQ(seen.violation->call, "uname");
    EXPECT_EQ(seen.violation->number, static_cast<std::uint32_t>(SYS_uname));
    EXPECT_NE(seen.violation->arguments[0], 0U);  // the address of the answer
}

// A child that violates takes the jail with it; nothing of the program runs on.
TEST_P(EachCaller, AViolationOfAChildEndsTheJail) {
    HandMadeJail guarded = shell("uname; sleep 1; echo on");
    guarded.load_filter(SYS_uname, SECCOMP_RET_USER_NOTIF);
    const Seen seen = run(guarded);
    EXPECT_EQ(seen.output, "");
    EXPECT_EQ(seen.end, Report::End::violation);
}

TEST_P(EachCaller, WithoutAViolationTheFilterIsNotNoticed) {
    HandMadeJail guarded = shell("exit 7");
    guarded.load_filter(SYS_uname, SECCOMP_RET_USER_NOTIF);
    EXPECT_EQ(run(guarded).exit_status, 7);
}

TEST_P(EachCaller, AKillingFilterShowsAsSigsys) {
    HandMadeJail guarded = jail({"/usr/bin/uname"});
    guarded.load_filter(SYS_uname, SECCOMP_RET_KILL_PROCESS);
    const Seen seen = run(guarded);
    EXPECT_EQ(seen.end, Report::End::signalled);
    EXPECT_EQ(seen.exit_status, 128 + SIGSYS);
}

TEST_P(EachCaller, AFilterThatPromisesAListenerMustBringOne) {
    HandMadeJail guarded = shell("sleep 0.2; echo on");
    guarded.load_filter(SYS_uname, SECCOMP_RET_KILL_PROCESS);
    guarded.plan.supervised_kill = true;
    const Seen seen = run(guarded);
    EXPECT_EQ(seen.output, "");
    EXPECT_EQ(seen.exit_status, 128 + SIGKILL) << "it has begun: 125 would say that nothing ran";
    EXPECT_NE(seen.diagnostics.find("nobody would hear of the calls that `kill` refuses"), std::string::npos);
}

}  // namespace
}  // namespace ward::sandbox::testing
