#include "sandbox/limits_plan.hpp"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>

#include "policy/render.hpp"

namespace ward::sandbox {
namespace {

using compiler::LimitName;

class LimitsPlan : public testing::Test {
protected:
    LimitsPlan() {
        host.uid = 1234;
        host.read_text = [](const std::string& path) {
            return std::string(path == "/sys/devices/system/cpu/online" ? "0-3\n" : "");
        };
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
        plan_limits({jail, host, identity, view, allow_degraded}, writer, diagnostics);
        std::string text;
        for (const auto* each : diagnostics.sorted()) text += policy::render(*each, {});
        for (const std::string& feature : result.enforced) text += feature + '\n';
        for (const Step& step : result.program)
            text += "rlimit " + std::to_string(step.number[0]) + ' ' + std::to_string(step.number[1]) + ' ' +
                    std::to_string(step.number[2]) + '\n';
        for (const std::string& note : result.notes) text += "note: " + note + '\n';
        for (const Weaker& each : result.weaker) text += "note: " + each.words + '\n';
        for (const Degraded& each : result.degraded) text += "degraded " + each.feature + ": " + each.words + '\n';
        return text;
    }

    static std::string rlimit(int resource, std::uint64_t value) {
        return "rlimit " + std::to_string(resource) + ' ' + std::to_string(value) + ' ' + std::to_string(value) + '\n';
    }

    compiler::Jail jail;
    Host host;
    Identity identity;
    FileView view;
    AllowedDegraded allow_degraded;
    policy::Diagnostics diagnostics;
    Plan result;
};

// A cgroup may take a question to systemd; the kernel counts the processes of a user namespace anyway.
TEST_F(LimitsPlan, TasksAloneTakeNoCgroupWhereTheWeakerFormWillDo) {
    use_cgroups();
    limit(LimitName::tasks, 10, true);
    EXPECT_EQ(plan(), "tasks: rlimit\n" + rlimit(RLIMIT_NPROC, 11));
    EXPECT_FALSE(result.cgroup.any());
}

TEST_F(LimitsPlan, TasksAreTheCgroupsWhereThereIsOneOrIdsChange) {
    use_cgroups();
    limit(LimitName::tasks, 10, true);
    identity.helpers_map_ids = true;
    jail.capabilities.kept = 1U << CAP_SETUID;
    EXPECT_EQ(plan(), "tasks: cgroup-v2\n");
    jail.capabilities.kept = 0;
    limit(LimitName::memory, 1 << 20, true);
    result = {};
    EXPECT_EQ(plan(), "memory: cgroup-v2\ntasks: cgroup-v2\n");
}

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
              "  note: `--allow-degraded memory` runs the program without it: each of its processes is bounded alone\n"
              "  help: write `memory? 1G` to have what the host can do\n");
}

TEST_F(LimitsPlan, OptionalMemoryIsForEachProcess) {
    limit(LimitName::memory, gib, true);
    EXPECT_EQ(plan(), "memory: per-process\n" + rlimit(RLIMIT_DATA, gib) +
                          "note: `memory? 1G` holds for each process alone: the `memory` controller cannot be used, no "
                          "cgroup with it was handed to user 1234\n");
}

TEST_F(LimitsPlan, WhatTheCommandLineGivesUpIsDegraded) {
    limit(LimitName::memory, gib);
    limit(LimitName::cpu, 1500);
    allow_degraded = {"memory", "cpu"};
    EXPECT_EQ(plan(),
              "memory: per-process\n" + rlimit(RLIMIT_DATA, gib) +
                  "degraded memory: `memory 1G` holds for each process alone: the `memory` controller cannot be "
                  "used, no cgroup with it was handed to user 1234\n"
                  "degraded cpu: `cpu 1.5` is not enforced: the `cpu` controller cannot be used, no cgroup with "
                  "it was handed to user 1234\n");
}

TEST_F(LimitsPlan, WhatTheHostHasIsNeverGivenUp) {
    use_cgroups();
    limit(LimitName::memory, gib);
    allow_degraded = {"memory"};
    EXPECT_EQ(plan(), "memory: cgroup-v2\n");
}

TEST_F(LimitsPlan, AnOptionalLimitIsANoteWhateverTheCommandLineSays) {
    limit(LimitName::memory, gib, true);
    allow_degraded = {"memory"};
    plan();
    EXPECT_EQ(result.weaker.size(), 1U);
    EXPECT_TRUE(result.degraded.empty());
}

// RLIMIT_DATA counts what is private alone: shared memory and memfd_create(2) go beyond it (getrlimit(2)).
TEST_F(LimitsPlan, OneProcessIsNotLimitedExactlyEither) {
    limit(LimitName::memory, gib);
    limit(LimitName::tasks, 1);
    EXPECT_TRUE(plan().starts_with("error[limit-not-available]: this host cannot enforce `memory 1G`\n"));
}

TEST_F(LimitsPlan, TasksWithoutACgroupCountTheUsersProcessesInTheJail) {
    limit(LimitName::tasks, 10);
    EXPECT_EQ(plan(), "tasks: rlimit\n" + rlimit(RLIMIT_NPROC, 11));
}

// Each id of the jail would have as many.
TEST_F(LimitsPlan, TasksWithoutACgroupAreNotExactWhereTheProgramCanBeAnother) {
    jail.capabilities.kept = 1U << CAP_SETUID;
    limit(LimitName::tasks, 10);
    EXPECT_EQ(plan(), "tasks: rlimit\n" + rlimit(RLIMIT_NPROC, 11)) << "there is one id alone";
    for (bool Identity::*several : {&Identity::supervisor_maps_ids, &Identity::helpers_map_ids}) {
        result = {};
        identity = {};
        identity.*several = true;
        limit(LimitName::tasks, 10, true);
        EXPECT_EQ(plan(), "tasks: per-user\n" + rlimit(RLIMIT_NPROC, 11) +
                              "note: `tasks? 10` holds for each user of the jail alone: the `pids` controller cannot "
                              "be used, no cgroup with it was handed to user 1234\n");
    }
    limit(LimitName::tasks, 10);
    static_cast<void>(plan());
    EXPECT_EQ(diagnostics.errors(), 1U) << "no silent weaker form";
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
              "  note: `--allow-degraded cpu` runs the program without it: it may use whole processors\n"
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

TEST_F(LimitsPlan, ProcessorsByCgroup) {
    host.cgroups["cpuset"] = {"/sys/fs/cgroup/x", 2};
    jail.cpu_set = compiler::CpuSet{{{1, 9}}, false, {}};
    EXPECT_EQ(plan(), "cpu-set: cgroup-v2\n");
    EXPECT_EQ(result.cgroup.processors, "1,2,3");
}

TEST_F(LimitsPlan, ProcessorsWithoutACgroupCanBeTakenBack) {
    jail.cpu_set = compiler::CpuSet{{{0, 1}}, false, {}};
    EXPECT_EQ(
        plan(),
        "error[limit-not-available]: this host cannot enforce `cpu-set 0..1`\n"
        "  note: the `cpuset` controller cannot be used, no cgroup with it was handed to user 1234\n"
        "  note: `--allow-degraded cpu-set` runs the program without it: it may widen the set of its processors again\n"
        "  help: write `cpu-set? 0..1` to have what the host can do\n");
}

TEST_F(LimitsPlan, ProcessorsAsFarAsTheHostCan) {
    jail.cpu_set = compiler::CpuSet{{{0, 1}}, true, {}};
    const std::string text = plan();
    EXPECT_NE(text.find("cpu-set: affinity\n"), std::string::npos) << text;
    EXPECT_NE(text.find("note: `cpu-set? 0..1` holds until the program widens it again: the `cpuset` controller cannot "
                        "be used, no cgroup with it was handed to user 1234\n"),
              std::string::npos)
        << text;
    ASSERT_EQ(result.program.size(), 1U);
    EXPECT_EQ(result.program.front().operation, Operation::set_processors);
    EXPECT_EQ(result.program.front().text[0], 3);
}

TEST_F(LimitsPlan, ProcessorsThatAreNotThere) {
    jail.cpu_set = compiler::CpuSet{{{64, 64}}, true, {}};
    EXPECT_EQ(plan(),
              "error[limit-not-available]: this host has none of the processors of `cpu-set 64`\n"
              "  help: name some that it has: `cat /sys/devices/system/cpu/online`\n");
}

TEST_F(LimitsPlan, APriorityIsNotBetterThanTheLaunchers) {
    limit(LimitName::priority, 5);
    host.nice = 8;
    EXPECT_NE(plan().find("priority: nice 8\n"), std::string::npos);
    ASSERT_EQ(result.program.size(), 3U);
    EXPECT_EQ(result.program[0].operation, Operation::set_priority);
    EXPECT_EQ(result.program[1].number[1], 12U) << "RLIMIT_NICE counts from 20 downwards";
    EXPECT_EQ(result.program[2].number[1], 0U);
}

class DiskLimits : public LimitsPlan {
protected:
    DiskLimits() {
        limit(LimitName::io, 8 << 20);
        host.mounts = {{.id = 1, .device = makedev(254, 0), .path = "/", .type = "ext4"}};
        ViewEntry tree{.kind = ViewEntry::Kind::tree, .path = "/usr", .source = "/usr"};
        tree.inode.mount = 1;
        view.entries["/usr"] = tree;
    }

    // The first line of what inexactness says.
    std::string obstacle_to(unsigned version, const std::string& memory_folder) {
        host.cgroups["io"] = {"/cgroup", static_cast<int>(version)};
        host.cgroups["memory"] = {memory_folder, static_cast<int>(version)};
        const std::string text = plan();
        const auto note = text.find("note: ");
        return note == std::string::npos ? text : text.substr(note, text.find('\n', note) - note);
    }
};

TEST_F(DiskLimits, AreExactInVersion2WithMemory) {
    EXPECT_EQ(obstacle_to(2, "/cgroup"), "io: cgroup-v2\n");
    EXPECT_EQ(result.cgroup.disks, std::vector<std::string>{"254:0"});
    EXPECT_EQ(result.cgroup.io, std::uint64_t{8 << 20});
}

TEST_F(DiskLimits, AreNotExactInVersion1) {
    EXPECT_EQ(obstacle_to(1, "/memory"), "note: cgroup-v1 does not count what is written later");
}

TEST_F(DiskLimits, AreNotExactWithoutMemory) {
    EXPECT_EQ(obstacle_to(2, "/other"), "note: without the `memory` controller nobody counts what is written later");
}

TEST_F(DiskLimits, NeedAKnownDisk) {
    host.mounts = {{.id = 1, .device = makedev(0, 30), .path = "/", .type = "overlay"}};
    EXPECT_EQ(obstacle_to(2, "/cgroup"), "note: the disk behind `/` is not known");
}

TEST_F(DiskLimits, NeedAController) {
    EXPECT_EQ(
        plan(),
        "error[limit-not-available]: this host cannot enforce `io 8M`\n"
        "  note: the `io` controller cannot be used, no cgroup with it was handed to user 1234\n"
        "  note: `--allow-degraded io` runs the program without it: it may read and write disks as fast as they are\n"
        "  help: write `io? 8M` to have what the host can do\n");
}

}  // namespace
}  // namespace ward::sandbox
