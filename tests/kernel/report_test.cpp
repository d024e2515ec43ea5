// The report of real programs that end in each way, and what `--allow-degraded` gives up.
#include <sys/syscall.h>

#include <csignal>

#include "tests/kernel/jail_test.hpp"

namespace ward::test {

class ReportOf : public JailTest {
protected:
    [[nodiscard]] std::string end_of(const std::string& policy, const std::vector<std::string>& words) {
        return report("files { write $work }\n" + policy, words).value("end", "");
    }
};
WARD_AS_BOTH_USERS(ReportOf);

TEST_P(ReportOf, EachEndIsToldFromTheOthers) {
    EXPECT_EQ(end_of("", {"probe", "exit", "0"}), "exit");
    EXPECT_EQ(end_of("", {"probe", "signal", "6"}), "signal");
    EXPECT_EQ(end_of("", {"probe", "signal", "9"}), "signal");
    EXPECT_EQ(end_of("limits { time 200ms }", {"probe", "wait", "waits"}), "time");
    EXPECT_EQ(end_of("limits { cpu-time 1s }", {"probe", "spin"}), "cpu-time");
    EXPECT_EQ(end_of("syscalls { refuse reboot with kill }", {"probe", "call", "169"}), "violation");
    EXPECT_EQ(end_of("files { read /no/such/path }", {"probe", "exit", "0"}), "not-started");
}

TEST_P(ReportOf, AFileThatGrowsTooLarge) {
    // A write that begins below the limit is cut short there; one that begins at it is a signal.
    scene().add_file(scene().work() + "/log", "");
    const nlohmann::json found =
        report("files { write $work }\nlimits { file-size 0 }", {"file_probe", "write", "$work/log", "x"});
    EXPECT_EQ(found["end"], "file-size") << found;
    EXPECT_EQ(found["status"], SIGXFSZ);
    EXPECT_EQ(found["exit_status"], 128 + SIGXFSZ);
    EXPECT_EQ(end_of("limits { file-size 1K }", {"file_probe", "write", "$work/log", "x"}), "exit");
}

TEST_P(ReportOf, AKillWithoutALimitIsASignal) {
    const nlohmann::json found =
        report("files { write $work }\nlimits { cpu-time 60s; file-size 1G }", {"probe", "signal", "9"});
    EXPECT_EQ(found["end"], "signal") << found;
    EXPECT_EQ(found["status"], SIGKILL);
}

TEST_P(ReportOf, AViolationHasItsCallItsArgumentsAndTheLine) {
    const nlohmann::json found =
        report("files { write $work }\nsyscalls {\n    forbid reboot\n    refuse reboot with kill\n}\n",
               {"probe", "call", "169"});
    const nlohmann::json& violation = found["violation"];
    EXPECT_EQ(violation["decoded"].get<std::string>().substr(0, 7), "reboot(") << found;
    EXPECT_EQ(violation["reason"], "it is forbidden");
    ASSERT_EQ(violation["rules"].size(), 1U) << found;
    EXPECT_EQ(violation["rules"][0]["text"], "forbid reboot");
    EXPECT_TRUE(violation["rules"][0]["file"].get<std::string>().ends_with(".ward"));
    const nlohmann::json other =
        report("files { write $work }\nsyscalls { refuse reboot with kill }", {"probe", "call", "169"})["violation"];
    EXPECT_EQ(other["reason"], "nothing allows it");
    EXPECT_TRUE(other["rules"].empty());
    EXPECT_EQ(other["change"], "write `allow reboot` in `syscalls { }`, and remove `reboot` from `refuse`");
}

// The filter answers before the kernel looks whether it has x32.
TEST_P(ReportOf, AViolationByAnotherAbiHasTheLineToo) {
    const nlohmann::json violation = report(
        "files { write $work }\nsyscalls {\n    abi native, x32\n    forbid getpgrp\n    refuse getpgrp with kill\n}\n",
        {"probe", "call", std::to_string(0x40000000 | SYS_getpgrp)})["violation"];
    EXPECT_EQ(violation["call"], "getpgrp") << violation;
    EXPECT_EQ(violation["reason"], "it is forbidden");
    ASSERT_EQ(violation["rules"].size(), 1U) << violation;
    EXPECT_EQ(violation["rules"][0]["text"], "forbid getpgrp");
    EXPECT_EQ(violation["change"], "remove it from `forbid`, and remove `getpgrp` from `refuse`");
}

// After a second the launcher forgets what only the start needed.
TEST_P(ReportOf, AProgramThatHasStayedIsToldLikeAnyOther) {
    const nlohmann::json exit = report("files { write $work }", {"probe", "late", "exit", "7"});
    EXPECT_EQ(exit["end"], "exit") << exit;
    EXPECT_EQ(exit["exit_status"], 7);
    const nlohmann::json at_once = report("files { write $work }", {"probe", "exit", "7"});
    EXPECT_FALSE(exit["enforced"].empty());
    EXPECT_EQ(exit["enforced"], at_once["enforced"]);
    const std::string kills = "files { write $work }\nsyscalls {\n    forbid reboot\n    refuse reboot with kill\n}\n";
    const nlohmann::json violation = report(kills, {"probe", "late", "call", "169"})["violation"];
    ASSERT_EQ(violation["rules"].size(), 1U) << violation;
    EXPECT_EQ(violation["rules"][0]["text"], "forbid reboot");
    EXPECT_NE(jail(kills, {"probe", "late", "call", "169"}).err.find("forbid reboot"), std::string::npos);
    EXPECT_EQ(end_of("limits { cpu-time 2s }", {"probe", "late", "spin"}), "cpu-time");
    EXPECT_EQ(end_of("limits { time 2s }", {"probe", "wait", "waits"}), "time");
}

TEST_P(ReportOf, ItHasTheStateAndTheTimes) {
    const nlohmann::json found = report("files { write $work }", {"probe", "exit", "0"});
    EXPECT_GT(found["began"], 1700000000);
    EXPECT_TRUE(found["policy"].is_string());
    EXPECT_TRUE(found["program"].get<std::string>().ends_with("/probe")) << found;
    EXPECT_TRUE(found["degraded"].empty());
    // Either what the kernel counted, or why it did not.
    EXPECT_EQ(found["pressure"].is_null(), found.contains("pressure_missing")) << found;
}

// ---- what is given up

class DegradedWithoutCgroup : public JailTest {
protected:
    [[nodiscard]] bool has_memory_cgroup() {
        return jail("limits { memory 512M }", {"probe", "exit", "0"}).status == 0;
    }
};
WARD_AS(DegradedWithoutCgroup, Who::ordinary);

TEST_P(DegradedWithoutCgroup, OnlyTheOptionRunsWithoutMemory) {
    if (has_memory_cgroup()) GTEST_SKIP() << "the ordinary user has a memory cgroup here, so nothing is given up";
    const std::string policy = "files { write $work }\nlimits { memory 64M }";
    const Outcome refused = jail(policy, {"probe", "allocate", "256"});
    EXPECT_EQ(refused.status, 125);
    EXPECT_NE(refused.err.find("`--allow-degraded memory`"), std::string::npos) << refused.err;
    const std::string file = scene().work() + "/report.json";
    const Outcome outcome =
        jail(policy, {"probe", "allocate", "256"}, {"--allow-degraded", "memory", "--report", file});
    EXPECT_EQ(outcome.out, "ENOMEM\n") << "bounded by itself";
    EXPECT_NE(outcome.err.find("ward: degraded: memory: `memory 64M` holds for each process alone"), std::string::npos)
        << outcome.err;
    const nlohmann::json found = nlohmann::json::parse(read_file(file));
    ASSERT_EQ(found["degraded"].size(), 1U) << found;
    EXPECT_EQ(found["degraded"][0]["feature"], "memory");
    EXPECT_TRUE(found["notes"].empty()) << found;
}

TEST_P(DegradedWithoutCgroup, AnotherFeatureDoesNotHelp) {
    if (has_memory_cgroup()) GTEST_SKIP() << "the ordinary user has a memory cgroup here, so nothing is given up";
    EXPECT_EQ(jail("limits { memory 64M }", {"probe", "exit", "0"}, {"--allow-degraded", "cpu"}).status, 125);
}

class DegradedByRoot : public JailTest {};
WARD_AS(DegradedByRoot, Who::root);

TEST_P(DegradedByRoot, WhatTheHostHasIsEnforced) {
    if (jail("limits { memory 512M }", {"probe", "exit", "0"}).status != 0)
        GTEST_SKIP() << "this host has no memory cgroup for root";
    const std::string file = scene().work() + "/report.json";
    const Outcome outcome = jail("files { write $work }\nlimits { memory 64M }", {"probe", "allocate", "256"},
                                 {"--allow-degraded", "memory", "--report", file});
    EXPECT_EQ(outcome.status, 128 + SIGKILL) << outcome.err;
    EXPECT_NE(outcome.err.find("`--allow-degraded memory` changes nothing"), std::string::npos) << outcome.err;
    const nlohmann::json found = nlohmann::json::parse(read_file(file));
    EXPECT_EQ(found["end"], "memory");
    EXPECT_TRUE(found["degraded"].empty());
}

}  // namespace ward::test
