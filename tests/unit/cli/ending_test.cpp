#include "sandbox/cli/ending.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

namespace ward::cli {
namespace {

using sandbox::Plan;
using sandbox::Report;

Report ended(Report::End end) {
    Report report;
    report.end = end;
    return report;
}

TEST(Ending, AViolationNamesTheCallAndItsArguments) {
    Report report = ended(Report::End::violation);
    report.violation = {.number = 41, .call = "socket", .abi = 0, .arguments = {2, 1, 0, 0xffff, 16, 9}};
    EXPECT_EQ(ending(report, Plan(), "pdftotext"),
              "the filter ended pdftotext: it called `socket` with the arguments 2 1 0 0xffff 0x10 9");
}

TEST(Ending, AViolationOfAnUnknownNumber) {
    Report report = ended(Report::End::violation);
    report.violation = {.number = 9999, .call = {}, .abi = 0, .arguments = {}};
    EXPECT_EQ(ending(report, Plan(), "x"), "the filter ended x: it called `call 9999` with the arguments 0 0 0 0 0 0");
}

TEST(Ending, AViolationThatTheKernelDoesNotName) {
    EXPECT_EQ(ending(ended(Report::End::violation), Plan(), "x"),
              "the filter ended x: it called a call that the kernel does not name");
}

TEST(Ending, AViolationThatWasLookedUpHasItsLine) {
    Report report = ended(Report::End::violation);
    report.violation.emplace();
    report.violation->words = "socket(AF_INET, SOCK_STREAM, 0)";
    EXPECT_EQ(ending(report, Plan(), "x"), "the filter ended x: it called `socket(AF_INET, SOCK_STREAM, 0)`");
    report.violation->reason = "nothing allows it";
    EXPECT_EQ(ending(report, Plan(), "x"),
              "the filter ended x: it called `socket(AF_INET, SOCK_STREAM, 0)`, and nothing allows it");
    report.violation->reason = "it is forbidden";
    report.violation->rules = {{"web.ward", 4, 5, "forbid socket"}};
    EXPECT_EQ(
        ending(report, Plan(), "x"),
        "the filter ended x: it called `socket(AF_INET, SOCK_STREAM, 0)`, and it is forbidden: `forbid socket` in "
        "web.ward:4");
}

TEST(Ending, LimitsOfAProcessSayWhatTheyAllow) {
    Plan plan;
    for (const auto& [resource, value] : {std::pair(RLIMIT_FSIZE, 1048576), {RLIMIT_CPU, 90}}) {
        sandbox::Step step;
        step.operation = sandbox::Operation::set_rlimit;
        step.number[0] = static_cast<std::uint64_t>(resource);
        step.number[1] = static_cast<std::uint64_t>(value);
        plan.program.push_back(step);
    }
    EXPECT_EQ(ending(ended(Report::End::file_size_limit), plan, "x"),
              "the file size limit ended x: it wrote a file of more than 1M");
    EXPECT_EQ(ending(ended(Report::End::cpu_time_limit), plan, "x"),
              "the CPU time limit ended x: it used more than 90 s");
}

TEST(Ending, TimeInTheUnitsOfAPolicy) {
    Plan plan;
    const auto words = [&plan](std::uint64_t milliseconds) {
        plan.time_limit = milliseconds;
        return ending(ended(Report::End::time_limit), plan, "x");
    };
    EXPECT_EQ(words(250), "the time limit ended x: it ran longer than 250 ms");
    EXPECT_EQ(words(60'000), "the time limit ended x: it ran longer than 60 s");
    EXPECT_EQ(words(1'500), "the time limit ended x: it ran longer than 1.5 s");
    EXPECT_EQ(words(1'005), "the time limit ended x: it ran longer than 1.005 s");
}

TEST(Ending, MemoryInTheUnitsOfAPolicy) {
    Plan plan;
    const auto words = [&plan](std::uint64_t bytes) {
        plan.cgroup.memory = bytes;
        return ending(ended(Report::End::memory_limit), plan, "x");
    };
    EXPECT_EQ(words(std::uint64_t{1} << 30), "the memory limit ended x: it needed more than 1G");
    EXPECT_EQ(words(std::uint64_t{1536} << 20), "the memory limit ended x: it needed more than 1536M");
    EXPECT_EQ(words(4096), "the memory limit ended x: it needed more than 4K");
    EXPECT_EQ(words(4097), "the memory limit ended x: it needed more than 4097 bytes");
}

TEST(Ending, RefusedTasksAreCounted) {
    Report report = ended(Report::End::tasks_limit);
    report.refused_forks = 1;
    EXPECT_EQ(ending(report, Plan(), "sh"), "the tasks limit refused sh 1 new task");
    report.refused_forks = 7;
    EXPECT_EQ(ending(report, Plan(), "sh"), "the tasks limit refused sh 7 new tasks");
}

TEST(Ending, ProcessesThatMemoryEndedAreCountedWhereTheProgramWentOn) {
    Plan plan;
    plan.cgroup.memory = 32 << 20;
    Report report = ended(Report::End::exited);
    report.memory_kills = 0;
    EXPECT_EQ(ending(report, plan, "sh"), "");
    report.memory_kills = 1;
    EXPECT_EQ(ending(report, plan, "sh"), "1 process of sh was ended for want of memory: the limit is 32M");
    report.memory_kills = 2;
    EXPECT_EQ(ending(report, plan, "sh"), "2 processes of sh were ended for want of memory: the limit is 32M");
}

TEST(Ending, AWantOfMemoryOutsideOfTheJailIsNotItsLimit) {
    Plan plan;
    plan.cgroup.memory = 32 << 20;
    Report report = ended(Report::End::signalled);
    report.memory_kills = report.outside_memory_kills = 0;
    EXPECT_EQ(ending(report, plan, "sh"), "");
    report.outside_memory_kills = 1;
    EXPECT_EQ(ending(report, plan, "sh"),
              "1 process of sh was ended, since memory is short outside of the jail: its limit of 32M was not reached");
    report.outside_memory_kills = 2;
    EXPECT_EQ(ending(report, plan, "sh"),
              "2 processes of sh were ended, since memory is short outside of the jail: its limit of 32M was not "
              "reached");
}

TEST(Ending, TheStatusSpeaksForTheRest) {
    for (const auto end : {Report::End::exited, Report::End::signalled, Report::End::not_started})
        EXPECT_EQ(ending(ended(end), Plan(), "x"), "");
}

TEST(Ending, ANameCannotDriveTheTerminal) {
    EXPECT_EQ(ending(ended(Report::End::time_limit), Plan(), "\033]0;x"),
              "the time limit ended \\x1b]0;x: it ran longer than 0 ms");
}

TEST(Ending, AFaultIsNamedAndACallThatWasRefusedMayBeItsReason) {
    Report report = ended(Report::End::signalled);
    report.status = SIGSEGV;
    Plan plan;
    EXPECT_EQ(
        ending(report, plan, "x"),
        "x was ended by SIGSEGV (segmentation fault); if it only does that in a jail, `--allow 'refuse with kill'` "
        "names the call that was refused");
    plan.supervised_kill = true;
    EXPECT_EQ(ending(report, plan, "x"), "x was ended by SIGSEGV (segmentation fault)");
    report.status = SIGABRT;
    EXPECT_EQ(ending(report, plan, "x"), "x was ended by SIGABRT (aborted)");
    for (const int ordinary : {SIGTERM, SIGINT, SIGPIPE, SIGKILL, SIGHUP, SIGRTMIN}) {
        report.status = ordinary;
        EXPECT_EQ(ending(report, plan, "x"), "") << ordinary;
    }
}

}  // namespace
}  // namespace ward::cli
