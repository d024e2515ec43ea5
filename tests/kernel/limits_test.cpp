// Limits: what is refused or ended, and what the report says about it.
#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "tests/kernel/jail_test.hpp"

namespace ward::test {

class Limits : public JailTest {
protected:
    [[nodiscard]] std::string limit(const std::string& statement, const std::string& name) {
        return seen("limits { " + statement + " }", {"probe", "limit", name});
    }
};
WARD_AS_BOTH_USERS(Limits);

// Root makes cgroups of its own on every machine; an ordinary user where somebody has delegated one, which
// nobody has to an id that was made up, except in the guests of the tier `vm`.
bool is_delegated() {
    return std::getenv("WARD_TEST_CGROUP") != nullptr;
}

class LimitsByCgroup : public Limits {
protected:
    void SetUp() override {
        if (!as_root() && !is_delegated())
            GTEST_SKIP() << "nobody has delegated a cgroup to the ordinary user here: the guests of the tier `vm` do";
        Limits::SetUp();
    }
};
WARD_AS_BOTH_USERS(LimitsByCgroup);

class LimitsWithoutCgroup : public Limits {
protected:
    void SetUp() override {
        if (is_delegated()) GTEST_SKIP() << "the ordinary user has a cgroup here, and the one without is elsewhere";
        Limits::SetUp();
    }
};
WARD_AS(LimitsWithoutCgroup, Who::ordinary);

TEST_P(Limits, ResourceLimits) {
    EXPECT_EQ(limit("open-files 64", "files"), "64 64");
    EXPECT_EQ(limit("file-size 1M", "file-size"), "1048576 1048576");
    EXPECT_EQ(limit("core 0", "core"), "0 0");
    EXPECT_EQ(limit("stack 1M", "stack"), "1048576 1048576");
    EXPECT_EQ(limit("cpu-time 7s", "cpu").substr(0, 2), "7 ");
}

TEST_P(Limits, CpuTimeEndsIt) {
    const nlohmann::json found = report("files { write $work }\nlimits { cpu-time 1s }", {"probe", "spin"});
    EXPECT_EQ(found["end"], "cpu-time") << found;
    EXPECT_TRUE(found["status"] == SIGXCPU || found["status"] == SIGKILL) << found;
    EXPECT_GE(found["cpu_seconds"], 0.75) << found;
}

TEST_P(Limits, TasksRefuseAFork) {
    EXPECT_EQ(seen("limits { tasks 5 }", {"probe", "fork", "50"}), "4") << "and the program itself";
    EXPECT_EQ(seen("limits { tasks 100 }", {"probe", "fork", "50"}), "50");
}

TEST_P(LimitsByCgroup, TasksAreInTheReport) {
    const std::string policy = "files { write $work }\nlimits { tasks 5 }";
    const nlohmann::json coped = report(policy, {"probe", "fork", "50"});
    EXPECT_EQ(coped["end"], "exit") << "a program that could do with less";
    EXPECT_EQ(coped["refused_forks"], 1);
    const nlohmann::json failed = report(policy, {"probe", "fork-or-fail", "50"});
    EXPECT_EQ(failed["end"], "tasks") << failed;
    EXPECT_EQ(failed["exit_status"], 1);
}

TEST_P(LimitsByCgroup, MemoryEndsIt) {
    const nlohmann::json found = report("files { write $work }\nlimits { memory 64M }", {"probe", "allocate", "256"});
    EXPECT_EQ(found["end"], "memory") << found;
    EXPECT_EQ(found["exit_status"], 128 + SIGKILL);
    EXPECT_LE(found["peak_memory_bytes"], 64 << 20);
    EXPECT_GE(found["memory_kills"], 1);
    EXPECT_EQ(seen("limits { memory 512M }", {"probe", "allocate", "256"}), "filled");
}

// In version 1 the program goes on; in version 2 it ends, too.
TEST_P(LimitsByCgroup, AChildThatMemoryEndedIsTold) {
    const std::string policy = "files { write $work }\nlimits { memory 32M }";
    const nlohmann::json found = report(policy, {"limit_probe", "allocate-in-child", "256"});
    EXPECT_GE(found["memory_kills"], 1) << found;
    EXPECT_EQ(report("files { write $work }\nlimits { memory 512M }",
                     {"limit_probe", "allocate-in-child", "64"})["memory_kills"],
              0);
    const Outcome outcome = jail("limits { memory 32M }", {"limit_probe", "allocate-in-child", "256"});
    EXPECT_TRUE(outcome.err.find("the memory limit ended") != std::string::npos ||
                outcome.err.find("1 process of limit_probe was ended for want of memory: the limit is 32M") !=
                    std::string::npos)
        << outcome.err;
}

TEST_P(LimitsWithoutCgroup, MemoryOfManyTasksIsAnError) {
    const Outcome outcome = jail("limits { memory 64M }", {"probe", "allocate", "256"});
    EXPECT_EQ(outcome.status, 125) << "this user can limit the private memory of each task only";
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("memory"), std::string::npos) << outcome.err;
}

TEST_P(Limits, MemoryOfASingleTask) {
    if (as_root() || is_delegated()) {
        const std::string policy = "limits { memory 64M; tasks 1 }";
        EXPECT_EQ(jail(policy, {"probe", "allocate", "256"}).status, 128 + SIGKILL);
        EXPECT_EQ(seen(policy, {"probe", "allocate", "16"}), "filled");
    } else {
        // Only its private memory: what it shares with nobody but itself goes beyond the rlimit.
        EXPECT_EQ(jail("limits { memory 64M; tasks 1 }", {"probe", "allocate", "16"}).status, 125);
        EXPECT_EQ(seen("limits { memory? 64M; tasks 1 }", {"probe", "allocate", "256"}), "ENOMEM");
        EXPECT_EQ(seen("limits { memory? 64M; tasks 1 }", {"probe", "allocate", "16"}), "filled");
    }
}

TEST_P(LimitsWithoutCgroup, AWeakerFormIsSaid) {
    const Outcome outcome = jail("limits { memory? 64M }", {"probe", "allocate", "256"});
    EXPECT_EQ(outcome.out, "ENOMEM\n") << outcome.err;
    EXPECT_NE(outcome.err.find("memory"), std::string::npos) << outcome.err;
    const nlohmann::json found = report("files { write $work }\nlimits { memory? 64M }", {"probe", "exit", "0"});
    const std::vector<std::string> enforced = found["enforced"];
    EXPECT_NE(std::find(enforced.begin(), enforced.end(), "memory: per-process"), enforced.end()) << found;
    EXPECT_FALSE(found["notes"].empty());
}

TEST_P(LimitsByCgroup, TheProcessorIsShared) {
    EXPECT_EQ(jail("limits { cpu 0.5 }", {"probe", "exit", "3"}).status, 3);
}

TEST_P(LimitsWithoutCgroup, AShareOfTheProcessorIsAnError) {
    EXPECT_EQ(jail("limits { cpu 0.5 }", {"probe", "exit", "0"}).status, 125);
}

TEST_P(Limits, AProgramCannotRaiseItsPriority) {
    EXPECT_EQ(seen("limits { priority 7 }\nsyscalls { allow setpriority }", {"probe", "priority"}), "7 EACCES");
    const auto found = words_of(limit("priority 7", "nice"));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_LE(std::stoi(found[1]), 20 - 7) << "the hard limit";
}

TEST_P(LimitsByCgroup, TheProcessorsAreThoseOfTheSet) {
    const std::string calls = "syscalls { allow sched_setaffinity, sched_getaffinity }\n";
    EXPECT_EQ(seen(calls + "limits { cpu-set 0 }", {"probe", "processors"}), "1") << "after it asked for all";
    EXPECT_EQ(seen(calls, {"probe", "processors"}), seen_outside({"probe", "processors"}));
}

TEST_P(LimitsWithoutCgroup, ASetOfProcessorsHoldsUntilTheProgramWidensIt) {
    const Outcome refused = jail("limits { cpu-set 0 }", {"probe", "exit", "0"});
    EXPECT_EQ(refused.status, 125);
    const Outcome outcome = jail("limits { cpu-set? 0 }", {"probe", "exit", "0"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NE(outcome.err.find("`cpu-set? 0` holds until the program widens it again"), std::string::npos)
        << outcome.err;
    const nlohmann::json found = report("files { write $work }\nlimits { cpu-set? 0 }", {"probe", "exit", "0"});
    const std::vector<std::string> enforced = found["enforced"];
    EXPECT_NE(std::find(enforced.begin(), enforced.end(), "cpu-set: affinity"), enforced.end()) << found;
}

TEST_P(Limits, ASetWithoutAProcessorIsAnError) {
    EXPECT_EQ(jail("limits { cpu-set 1000..1001 }", {"probe", "exit", "0"}).status, 125);
}

// These hosts have version 1, or nothing: what is written later counts for nobody.
TEST_P(Limits, DisksAreLimitedExactlyOrNotAtAll) {
    const Outcome outcome = jail("files { write $work }\nlimits { io 8M }", {"probe", "exit", "0"});
    const Outcome optional = jail("files { write $work }\nlimits { io? 8M }", {"probe", "exit", "3"});
    EXPECT_EQ(optional.status, 3) << optional.err;
    const bool is_exact = optional.err.find("is not exact") == std::string::npos;
    EXPECT_EQ(outcome.status, is_exact ? 0 : 125) << outcome.err;
}

}  // namespace ward::test
