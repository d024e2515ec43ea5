// Each end of a jail, told apart by what the launch saw.
#include "sandbox/outcome_report.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>

namespace ward::sandbox {
namespace {

class OutcomeReport : public testing::Test {
protected:
    Report told() {
        Report report;
        tell(report, plan, outcome, usage, diagnostics);
        return report;
    }
    void ends(int code, int status) {
        outcome.started = true;
        Message message;
        message.wait_code = code;
        message.wait_status = status;
        outcome.ended = message;
    }
    void limit(int resource, std::uint64_t value) {
        Step step;
        step.operation = Operation::set_rlimit;
        step.number[0] = static_cast<std::uint64_t>(resource);
        step.number[1] = value;
        plan.program.push_back(step);
    }

    Plan plan;
    Outcome outcome;
    CgroupUsage usage;
    policy::Diagnostics diagnostics;
};

TEST_F(OutcomeReport, AnExitAndASignal) {
    ends(CLD_EXITED, 3);
    EXPECT_EQ(told().end, Report::End::exited);
    EXPECT_EQ(told().exit_status(), 3);
    ends(CLD_KILLED, SIGTERM);
    EXPECT_EQ(told().end, Report::End::signalled);
    EXPECT_EQ(told().exit_status(), 128 + SIGTERM);
}

TEST_F(OutcomeReport, TheFileSizeLimitIsASignalWhereOneIsSet) {
    ends(CLD_DUMPED, SIGXFSZ);
    EXPECT_EQ(told().end, Report::End::signalled);
    limit(RLIMIT_FSIZE, 4096);
    EXPECT_EQ(told().end, Report::End::file_size_limit);
    EXPECT_EQ(told().exit_status(), 128 + SIGXFSZ);
}

TEST_F(OutcomeReport, TheCpuTimeLimitKillsOnceItIsUsedUp) {
    ends(CLD_KILLED, SIGKILL);
    outcome.remains.cpu_seconds = 2.01;
    EXPECT_EQ(told().end, Report::End::signalled);
    limit(RLIMIT_CPU, 2);
    EXPECT_EQ(told().end, Report::End::cpu_time_limit);
    EXPECT_EQ(told().exit_status(), 128 + SIGKILL);
    outcome.remains.cpu_seconds = 0.5;
    EXPECT_EQ(told().end, Report::End::signalled);
    ends(CLD_KILLED, SIGXCPU);
    EXPECT_EQ(told().end, Report::End::cpu_time_limit);
}

TEST_F(OutcomeReport, MemoryIsSaidBeforeCpuTime) {
    limit(RLIMIT_CPU, 1);
    outcome.remains.cpu_seconds = 5;
    usage.out_of_memory_kills = 1;
    ends(CLD_KILLED, SIGKILL);
    EXPECT_EQ(told().end, Report::End::memory_limit);
    ends(CLD_KILLED, SIGSEGV);
    EXPECT_EQ(told().end, Report::End::signalled);
}

TEST_F(OutcomeReport, TasksThatWereRefusedCountWhenItFails) {
    usage.refused_forks = 4;
    ends(CLD_EXITED, 0);
    EXPECT_EQ(told().end, Report::End::exited);
    ends(CLD_EXITED, 2);
    EXPECT_EQ(told().end, Report::End::tasks_limit);
}

TEST_F(OutcomeReport, TimeAndTheFilterBeatTheSignalThatFollows) {
    ends(CLD_KILLED, SIGKILL);
    outcome.violation = Violation{};
    EXPECT_EQ(told().end, Report::End::violation);
    outcome.out_of_time = true;
    EXPECT_EQ(told().end, Report::End::time_limit);
}

TEST_F(OutcomeReport, AFirstProcessThatEndsBeforeTheProgramRunsSaysHow) {
    outcome.remains.code = CLD_KILLED;
    outcome.remains.status = SIGSEGV;
    EXPECT_EQ(told().end, Report::End::not_started);
    outcome.remains.code = CLD_EXITED;
    outcome.remains.status = 1;
    (void)told();
    ASSERT_EQ(diagnostics.all().size(), 2U);
    EXPECT_EQ(diagnostics.all().front().message(),
              "the first process of the jail ended before its time, by signal 11 (SIGSEGV)");
    EXPECT_EQ(diagnostics.all().back().message(), "the first process of the jail ended before its time, with status 1");
}

// 125 would say that nothing ran.
TEST_F(OutcomeReport, WhatEndsTheJailOnceTheProgramRanIsNoFailureToStart) {
    outcome.started = true;
    outcome.remains.code = CLD_EXITED;
    outcome.remains.status = 1;
    outcome.failure = Message{};
    outcome.failure->error = EIO;
    EXPECT_EQ(told().end, Report::End::signalled);
    EXPECT_EQ(told().exit_status(), 128 + SIGKILL);
    EXPECT_EQ(diagnostics.all().front().message(),
              "the jail was ended while the program ran: its first process cannot give up what it has: input/output "
              "error (EIO)");
    outcome.failure.reset();
    outcome.listener_missing = true;
    EXPECT_EQ(told().exit_status(), 128 + SIGKILL);
    EXPECT_EQ(diagnostics.all().back().message(),
              "the jail was ended while the program ran: nobody would hear of the calls that `kill` refuses");
}

TEST_F(OutcomeReport, RefusedForksAreKnownWhereACgroupCountsThem) {
    ends(CLD_EXITED, 0);
    EXPECT_FALSE(told().refused_forks);
    plan.cgroup.tasks = 5;
    EXPECT_EQ(told().refused_forks, 0U);
}

TEST_F(OutcomeReport, TheProgramMayGoOnWithoutAProcessThatMemoryEnded) {
    ends(CLD_EXITED, 3);
    usage.out_of_memory_kills = 2;
    EXPECT_FALSE(told().memory_kills) << "other jails may share a cgroup that is not this one's";
    plan.cgroup.memory = 1 << 20;
    EXPECT_EQ(told().memory_kills, 2U);
    EXPECT_EQ(told().end, Report::End::exited);
    EXPECT_EQ(told().exit_status(), 3);
}

TEST_F(OutcomeReport, AWantOfMemoryOutsideOfTheJailIsNotItsLimit) {
    plan.cgroup.memory = 1 << 20;
    usage.outside_memory_kills = 2;
    ends(CLD_KILLED, SIGKILL);
    EXPECT_EQ(told().end, Report::End::signalled);
    EXPECT_EQ(told().exit_status(), 128 + SIGKILL);
    EXPECT_EQ(told().memory_kills, 0U);
    EXPECT_EQ(told().outside_memory_kills, 2U);
}

TEST_F(OutcomeReport, InitIsNoTaskOfTheProgram) {
    ends(CLD_EXITED, 0);
    EXPECT_FALSE(told().peak_tasks);
    usage.peak_tasks = 5;
    EXPECT_EQ(told().peak_tasks, 4U);
}

}  // namespace
}  // namespace ward::sandbox
