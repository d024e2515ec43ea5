#include "sandbox/limits_plan.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "policy/render.hpp"

namespace ward::sandbox {
namespace {

using compiler::LimitName;

class LimitsPlan : public testing::Test {
protected:
    LimitsPlan() {
        host.uid = 1234;
        host.cgroup_obstacle = "no cgroup with it was handed to user 1234";
    }

    void limit(LimitName name, std::uint64_t value, bool optional = false) {
        jail.limits[static_cast<std::size_t>(name)] = compiler::Limit{value, optional, {}};
    }

    void use_cgroups() {
        for (const char* controller : {"memory", "pids", "cpu"}) host.cgroups[controller] = {"/sys/fs/cgroup/x", 2};
    }

    // The errors, or what is enforced and how.
    std::string plan() {
        PlanWriter writer(result);
        plan_limits({jail, host, identity, folder_bytes}, writer, diagnostics);
        std::string text;
        for (const auto* each : diagnostics.sorted()) text += policy::render(*each, {});
        for (const std::string& feature : result.enforced) text += feature + '\n';
        for (const Step& step : result.program)
            text += "rlimit " + std::to_string(step.number[0]) + ' ' + std::to_string(step.number[1]) + ' ' +
                    std::to_string(step.number[2]) + '\n';
        for (const std::string& note : result.notes) text += "note: " + note + '\n';
        return text;
    }

    static std::string rlimit(int resource, std::uint64_t value) {
        return "rlimit " + std::to_string(resource) + ' ' + std::to_string(value) + ' ' + std::to_string(value) + '\n';
    }

    compiler::Jail jail;
    Host host;
    Identity identity;
    std::uint64_t folder_bytes = 0;
    policy::Diagnostics diagnostics;
    Plan result;
};

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

TEST_F(LimitsPlan, CgroupsHoldWhatTheyCan) {
    use_cgroups();
    limit(LimitName::memory, gib);
    limit(LimitName::swap, 0);
    limit(LimitName::tasks, 64);
    limit(LimitName::cpu, 1500);
    EXPECT_EQ(plan(), "memory: cgroup-v2\nswap: cgroup-v2\ntasks: cgroup-v2\ncpu: cgroup-v2\n");
    EXPECT_EQ(result.cgroup.memory, gib);
    EXPECT_EQ(result.cgroup.swap, 0U);
    EXPECT_EQ(result.cgroup.tasks, 64U);
    EXPECT_EQ(result.cgroup.cpu, 1500U);
}

TEST_F(LimitsPlan, MemoryWithoutACgroupIsAnError) {
    limit(LimitName::memory, gib);
    EXPECT_EQ(plan(),
              "error[limit-not-available]: this host cannot enforce `memory 1G`\n"
              "  note: the `memory` controller cannot be used, no cgroup with it was handed to user 1234\n"
              "  note: without it only one process can be limited exactly: `tasks 1`\n"
              "  help: write `memory? 1G` to have what the host can do\n");
}

TEST_F(LimitsPlan, OptionalMemoryIsForEachProcess) {
    limit(LimitName::memory, gib, true);
    EXPECT_EQ(plan(), "memory: per-process\n" + rlimit(RLIMIT_DATA, gib) +
                          "note: `memory? 1G` holds for each process alone: the `memory` controller cannot be used, no "
                          "cgroup with it was handed to user 1234\n");
}

TEST_F(LimitsPlan, OneProcessIsLimitedExactly) {
    limit(LimitName::memory, gib);
    limit(LimitName::tasks, 1);
    folder_bytes = gib / 4;
    EXPECT_EQ(plan(),
              "memory: one process\ntasks: rlimit\n" + rlimit(RLIMIT_DATA, gib - gib / 4) + rlimit(RLIMIT_NPROC, 2));
}

TEST_F(LimitsPlan, PrivateFoldersMayNotTakeAllOfTheMemory) {
    limit(LimitName::memory, gib);
    limit(LimitName::tasks, 1);
    folder_bytes = gib;
    plan();
    ASSERT_EQ(diagnostics.errors(), 1U);
    EXPECT_EQ(diagnostics.all().front().message(), "the private folders alone may take 1G of the memory");
}

TEST_F(LimitsPlan, TasksWithoutACgroupCountTheUsersProcessesInTheJail) {
    limit(LimitName::tasks, 10);
    EXPECT_EQ(plan(), "tasks: rlimit\n" + rlimit(RLIMIT_NPROC, 11));
}

TEST_F(LimitsPlan, TheHostsRootIsNotCounted) {
    host.uid = 0;
    limit(LimitName::tasks, 10);
    plan();
    EXPECT_EQ(diagnostics.errors(), 1U);
}

TEST_F(LimitsPlan, CpuIsLimitedByACgroupOnly) {
    limit(LimitName::cpu, 1500);
    EXPECT_EQ(plan(),
              "error[limit-not-available]: this host cannot enforce `cpu 1.5`\n"
              "  note: the `cpu` controller cannot be used, no cgroup with it was handed to user 1234\n"
              "  help: write `cpu? 1.5` to have what the host can do\n");
}

TEST_F(LimitsPlan, ProcessLimitsAreNeverAboveTheCallersOwn) {
    host.hard_limits[RLIMIT_NOFILE] = 256;
    limit(LimitName::open_files, 1024);
    limit(LimitName::core, 0);
    limit(LimitName::cpu_time, 1500);
    EXPECT_EQ(plan(), "cpu-time: rlimit\nopen-files: rlimit\ncore: rlimit\n" + rlimit(RLIMIT_CPU, 2) +
                          rlimit(RLIMIT_NOFILE, 256) + rlimit(RLIMIT_CORE, 0));
}

TEST_F(LimitsPlan, TimeIsTheSupervisors) {
    limit(LimitName::time, 60000);
    EXPECT_EQ(plan(), "time: supervisor\n");
    EXPECT_EQ(result.time_limit, 60000U);
}

}  // namespace
}  // namespace ward::sandbox
