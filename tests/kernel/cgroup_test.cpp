// The cgroups of jails: that none is left, whatever happens to the launcher; and, where a guest of the tier `vm`
// has version 2 with all controllers, each limit by a program that goes beyond it.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/kernel/jail_test.hpp"
#include "tests/kernel/support/cgroup_folders.hpp"

namespace fs = std::filesystem;

namespace ward::test {

namespace {

void sleep_milliseconds(int milliseconds) {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

const char* const limits = "limits { tasks 8; memory 64M }";

}  // namespace

class LeftOvers : public JailTest {
protected:
    void SetUp() override {
        if (!as_root() && given_folder().empty())
            GTEST_SKIP() << "nobody has delegated a cgroup to the ordinary user here: the guests of the tier `vm` do";
        if (given_folder().empty() && !fs::exists("/sys/fs/cgroup/memory/cgroup.procs"))
            GTEST_SKIP() << "where ward makes its cgroups here is for systemd to say: the guests of the tier `vm` know";
        JailTest::SetUp();
    }
};
WARD_AS_BOTH_USERS(LeftOvers);

// At several points of the set-up, and while the program runs.
TEST_P(LeftOvers, OfKilledLaunchersGoWithTheNextStart) {
    std::vector<pid_t> killed;
    const auto kill_after = [&](const auto& wait) {
        Running running(jail_invocation(limits, {"probe", "wait", "waits"}));
        killed.push_back(running.process());
        wait(running);
        running.kill(SIGKILL);
        (void)running.finish();
    };
    for (const int delay : {1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50})
        kill_after([delay](const Running&) { sleep_milliseconds(delay); });
    kill_after([](Running& running) { EXPECT_TRUE(running.wait_for_output("waits")); });
    EXPECT_FALSE(groups_of(killed).empty()) << "nothing was left over, so that this test shows nothing";
    const auto start_removes_all = [&] {
        EXPECT_EQ(jail(limits, {"probe", "exit", "0"}).status, 0);
        return groups_of(killed).empty();
    };
    EXPECT_TRUE(eventually(start_removes_all)) << testing::PrintToString(groups_of(killed));
}

// Which limits the next one has does not matter.
TEST_P(LeftOvers, OfAKilledLauncherGoWithAStartOfOtherLimits) {
    Running running(jail_invocation(limits, {"probe", "wait", "waits"}));
    const pid_t killed = running.process();
    ASSERT_TRUE(running.wait_for_output("waits"));
    running.kill(SIGKILL);
    (void)running.finish();
    EXPECT_FALSE(groups_of({killed}).empty()) << "nothing was left over, so that this test shows nothing";
    const auto start_removes_all = [&] {
        EXPECT_EQ(jail("limits { cpu 1 }", {"probe", "exit", "0"}).status, 0);
        return groups_of({killed}).empty();
    };
    EXPECT_TRUE(eventually(start_removes_all)) << testing::PrintToString(groups_of({killed}));
}

TEST_P(LeftOvers, AreNotThereAfterAnEnd) {
    Running running(jail_invocation("limits { tasks 5; memory 64M; cpu 1.5; cpu-set 0 }", {"probe", "wait", "waits"}));
    ASSERT_TRUE(running.wait_for_output("waits"));
    EXPECT_FALSE(groups_of({running.process()}).empty());
    running.kill(SIGTERM);
    (void)running.finish();
    EXPECT_TRUE(groups_of({running.process()}).empty()) << testing::PrintToString(groups_of({running.process()}));
}

// Each start looks for left-overs, and must not take a jail that is being made for one.
TEST_P(LeftOvers, AreToldFromJailsThatStart) {
    std::vector<std::thread> starters;
    std::vector<std::string> errors(4);
    for (std::string& error : errors) {
        const Invocation invocation = jail_invocation(limits, {"probe", "exit", "0"});
        starters.emplace_back([invocation, &error] {
            for (int i = 0; i < 12; ++i)
                if (const Outcome outcome = run(invocation); outcome.status != 0) error += outcome.err;
        });
    }
    for (std::thread& starter : starters) starter.join();
    EXPECT_EQ(errors, std::vector<std::string>(errors.size()));
}

class SecondVersion : public JailTest {
protected:
    void SetUp() override {
        if (given_folder().empty())
            GTEST_SKIP()
                << "this machine has no cgroups of version 2 with all controllers: the guests of the tier `vm` have";
        JailTest::SetUp();
    }

    [[nodiscard]] nlohmann::json limited(const std::string& statement, const std::vector<std::string>& words) {
        return report("files { write $work }\nlimits { " + statement + " }", words);
    }
};
WARD_AS_BOTH_USERS(SecondVersion);

TEST_P(SecondVersion, HoldsEveryLimit) {
    const nlohmann::json found =
        limited("memory 64M; swap 0; tasks 8; cpu 0.5; cpu-set 0; io 8M", {"probe", "exit", "0"});
    const std::vector<std::string> enforced = found["enforced"];
    for (const char* limit : {"memory", "swap", "tasks", "cpu", "cpu-set", "io"}) {
        const std::string wanted = std::string(limit) + ": cgroup-v2";
        EXPECT_NE(std::find(enforced.begin(), enforced.end(), wanted), enforced.end()) << wanted << found;
    }
}

TEST_P(SecondVersion, IsAsVerified) {
    const Outcome outcome =
        jail("limits { memory 64M; swap 0; tasks 8; cpu 0.5; cpu-set 0; io 8M }", {"probe", "exit", "0"}, {"--verify"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
}

TEST_P(SecondVersion, TellsWhatWasUsedAndOfPressure) {
    ASSERT_TRUE(fs::exists("/proc/pressure/memory")) << "the guest begins with psi=1";
    const nlohmann::json found = limited("memory 64M; tasks 8; cpu 0.5; io 8M", {"probe", "fork", "3"});
    for (const char* resource : {"memory", "cpu", "io"})
        EXPECT_TRUE(found["pressure"].is_object() && found["pressure"].contains(resource)) << resource << found;
    EXPECT_GE(found["peak_tasks"], 4) << found;
    EXPECT_GT(found["peak_memory_bytes"], 0) << found;
}

TEST_P(SecondVersion, EndsAllOfTheJailWhenMemoryIsShort) {
    const nlohmann::json found = limited("memory 32M; swap 0", {"limit_probe", "allocate-in-child", "64"});
    EXPECT_EQ(found["end"], "memory") << found;
    EXPECT_EQ(found["exit_status"], 128 + SIGKILL);
    EXPECT_LE(found["peak_memory_bytes"], 32 << 20);
    EXPECT_GT(found["peak_memory_bytes"], 16 << 20);
    EXPECT_EQ(limited("memory 128M", {"limit_probe", "allocate-in-child", "64"})["end"], "exit");
}

TEST_P(SecondVersion, CountsSwapApart) {
    ASSERT_NE(first_line("/proc/swaps"), "");
    EXPECT_EQ(limited("memory 32M; swap 0", {"probe", "allocate", "48"})["end"], "memory");
    EXPECT_EQ(limited("memory 32M; swap 64M", {"probe", "allocate", "48"})["end"], "exit");
    EXPECT_EQ(limited("memory 32M; swap 8M", {"probe", "allocate", "48"})["end"], "memory");
}

TEST_P(SecondVersion, RefusesAForkBeyondTheTasks) {
    EXPECT_EQ(seen("limits { tasks 5 }", {"probe", "fork", "50"}), "4") << "and the program itself";
    const nlohmann::json found = limited("tasks 5", {"probe", "fork-or-fail", "50"});
    EXPECT_EQ(found["end"], "tasks") << found;
    EXPECT_GE(found["refused_forks"], 1);
}

TEST_P(SecondVersion, SharesTheProcessor) {
    const nlohmann::json found = limited("cpu 0.2; cpu-time 1s", {"probe", "spin"});
    EXPECT_EQ(found["end"], "cpu-time") << found;
    EXPECT_LT(found["cpu_seconds"].get<double>(), 0.35 * found["wall_seconds"].get<double>());
}

TEST_P(SecondVersion, KeepsTheProgramOnItsProcessors) {
    const std::string calls = "syscalls { allow sched_setaffinity, sched_getaffinity }\n";
    EXPECT_EQ(seen(calls + "limits { cpu-set 1 }", {"probe", "processors"}), "1") << "after it asked for all";
    EXPECT_EQ(seen_outside({"probe", "processors"}), "2");
}

TEST_P(SecondVersion, SlowsADiskDown) {
    const nlohmann::json found = report("files { write $work }\nsyscalls { allow fsync }\nlimits { io 4M }",
                                        {"limit_probe", "write-through", "$work/data", "12"});
    EXPECT_EQ(found["exit_status"], 0) << found;
    EXPECT_GT(found["wall_seconds"], 2.0) << "12 MiB at 4 MiB a second";
}

// The user owns the files of the jail's cgroup, and the program has the user's id: it is nsdelegate that holds.
TEST_P(SecondVersion, CannotBeRaisedOrLeft) {
    if (as_root()) GTEST_SKIP() << "root cannot give the cgroup file system to a jail: its ids cannot be mapped";
    const std::string policy = "files { write " + given_folder() + " }\nlimits { tasks 5 }";
    EXPECT_EQ(seen(policy, {"limit_probe", "raise", given_folder()}), "EPERM");
    EXPECT_EQ(seen(policy, {"limit_probe", "put", given_folder() + "/tests/cgroup.procs", "0"}), "ENOENT");
}

TEST_P(SecondVersion, EndsWhatCameIntoTheJailsCgroup) {
    if (!as_root()) GTEST_SKIP() << "only root moves processes of others";
    const pid_t stranger = fork();
    if (stranger == 0) {
        pause();
        _exit(0);
    }
    Running running(jail_invocation(limits, {"probe", "wait", "waits"}));
    ASSERT_TRUE(running.wait_for_output("waits"));
    const auto groups = groups_of({running.process()});
    ASSERT_EQ(groups.size(), 1U);
    std::ofstream(groups[0] + "/cgroup.procs") << stranger;
    running.kill(SIGTERM);
    (void)running.finish();
    EXPECT_TRUE(groups_of({running.process()}).empty());
    int status = 0;
    EXPECT_EQ(waitpid(stranger, &status, WNOHANG), stranger);
    kill(stranger, SIGKILL);
}

// A cgroup that hands nothing down, with ward alone in it: "no internal processes" (cgroups(7)).
TEST_P(SecondVersion, StepsAsideWhereItIsAlone) {
    const char* const alone = std::getenv("WARD_TEST_CGROUP_ALONE");
    if (as_root() || alone == nullptr) GTEST_SKIP() << "root has the top of the tree instead";
    const std::string folder = alone;
    const std::string file = scene().work() + "/report.json";
    const Invocation invocation =
        jail_invocation("limits { tasks 5; memory 32M }", {"probe", "fork", "50"}, {"--report", file});
    const Outcome outcome = run(below_cgroup(folder, invocation));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "4\n");
    EXPECT_NE(read_file(file).find("memory: cgroup-v2"), std::string::npos) << read_file(file);
    EXPECT_EQ(first_line(folder + "/cgroup.subtree_control"), "") << "as it was";
    for (const auto& entry : fs::directory_iterator(folder)) EXPECT_FALSE(entry.is_directory()) << entry.path();
}

}  // namespace ward::test
