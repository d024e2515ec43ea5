#include "sandbox/cgroup.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "hand_made_jail.hpp"
#include "sandbox/cgroup_settings.hpp"
#include "sandbox/setup_failure.hpp"

namespace ward::sandbox::testing {
namespace {

namespace fs = std::filesystem;

// ---- a folder that stands for a hierarchy: which files get which values

class Files : public ::testing::Test {
protected:
    Files() : folder_(fs::temp_directory_path() / ("ward-cgroup-" + std::to_string(::getpid()))) {
        fs::create_directory(folder_);
    }
    ~Files() override { fs::remove_all(folder_); }

    fs::path folder_;
};

TEST_F(Files, AMissingControllerIsAnError) {
    CgroupLimits limits;
    limits.tasks = 5;
    try {
        const Cgroups cgroups(limits, {});
        FAIL() << "made without a controller";
    } catch (const SetupFailure& failure) {
        EXPECT_STREQ(failure.what(), "no cgroup for the controller `pids`");
        EXPECT_EQ(failure.help(), "run ward as root, or where a cgroup is delegated to this user");
    }
}

// A plain folder has no pids.max: opening it fails, and the group that was made is gone again.
TEST_F(Files, AFailureLeavesNoFolderBehind) {
    CgroupLimits limits;
    limits.tasks = 5;
    EXPECT_THROW(Cgroups(limits, {{"pids", {folder_.string(), 1}}}), SetupFailure);
    EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(Files, WhatNobodyHoldsALockOfIsRemoved) {
    const fs::path orphan = folder_ / "ward-4194304-0";
    const fs::path other = folder_ / "another", scope = folder_ / "ward-7.scope";
    for (const fs::path& path : {orphan, other, scope}) fs::create_directory(path);
    {
        const CgroupFolder first(folder_.string());
        EXPECT_FALSE(fs::exists(orphan));
        EXPECT_TRUE(fs::exists(other));
        EXPECT_TRUE(fs::exists(scope)) << "systemd's";
        const CgroupFolder second(folder_.string());
        EXPECT_TRUE(fs::exists(first.path())) << "in use, although its launcher is this process";
        EXPECT_NE(first.path(), second.path());
    }
    EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 2);
}

// Init inherits the descriptor: as long as it lives, a killed launcher's group is in use.
TEST_F(Files, AGroupIsInUseAsLongAsAnyoneHasItsDescriptor) {
    const fs::path group = folder_ / "ward-4194304-0";
    fs::create_directory(group);
    Descriptor held(::open(group.c_str(), O_RDONLY | O_DIRECTORY));
    ASSERT_EQ(::flock(held.number(), LOCK_EX), 0);
    Descriptor inherited(::dup(held.number()));
    held.reset();
    { const CgroupFolder next(folder_.string()); }
    EXPECT_TRUE(fs::exists(group));
    inherited.reset();
    { const CgroupFolder next(folder_.string()); }
    EXPECT_FALSE(fs::exists(group));
}

TEST_F(Files, NobodyElseMayOpenAGroup) {
    const CgroupFolder folder(folder_.string());
    struct stat status {};
    ASSERT_EQ(::stat(folder.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700U) << "else its lock could be held by others";
}

// ---- whose want of memory it was that ended processes

using Texts = std::map<std::string, std::string>;

std::pair<std::uint64_t, std::uint64_t> kills(int version, const Texts& texts) {
    const MemoryKills found = memory_kills(version, [&](const std::string& file) {
        const auto text = texts.find(file);
        return text == texts.end() ? std::string() : text->second;
    });
    return {found.own, found.outside};
}

TEST(MemoryKills, OfVersion2AreTheJailsIfItsCgroupRanOutItself) {
    const auto events = [](const std::string& oom) {
        return Texts{{"memory.events", "low 0\nhigh 0\nmax 9\noom " + oom + "\noom_kill 3\noom_group_kill 1\n"}};
    };
    EXPECT_EQ(kills(2, events("1")), std::pair(3UL, 0UL));
    EXPECT_EQ(kills(2, events("0")), std::pair(0UL, 3UL)) << "`max` counts what could be reclaimed as well";
    EXPECT_EQ(kills(2, {{"memory.events", "max 9\noom 2\noom_kill 0\n"}}), std::pair(0UL, 0UL));
}

TEST(MemoryKills, OfVersion1AreTheJailsIfItCameToItsLimit) {
    const auto used = [](const std::string& memory, const std::string& with_swap) {
        return Texts{{"memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"},
                     {"memory.limit_in_bytes", "67108864\n"},
                     {"memory.max_usage_in_bytes", memory},
                     {"memory.memsw.limit_in_bytes", "134217728\n"},
                     {"memory.memsw.max_usage_in_bytes", with_swap}};
    };
    EXPECT_EQ(kills(1, used("67104768\n", "67104768\n")), std::pair(2UL, 0UL));
    EXPECT_EQ(kills(1, used("60000000\n", "134217728\n")), std::pair(2UL, 0UL)) << "memory and swap together";
    EXPECT_EQ(kills(1, used("60000000\n", "60000000\n")), std::pair(0UL, 2UL));
    EXPECT_EQ(kills(1, used("", "")), std::pair(0UL, 2UL));
}

// ---- what is written for which version

std::string written(std::string_view controller, const CgroupLimits& limits, int version) {
    std::string text;
    for (const auto& [file, value] : cgroup_settings(controller, limits, version, "0"))
        text += file + "=" + value + "\n";
    return text;
}

TEST(CgroupSettings, OfBothVersions) {
    CgroupLimits limits;
    limits.memory = 100;
    limits.swap = 20;
    limits.tasks = 9;
    limits.cpu = 1500;
    limits.processors = "0,2";
    limits.io = 7;
    limits.disks = {"254:0"};
    EXPECT_EQ(written("memory", limits, 1), "memory.limit_in_bytes=100\nmemory.memsw.limit_in_bytes=120\n");
    EXPECT_EQ(written("memory", limits, 2), "memory.max=100\nmemory.swap.max=20\nmemory.oom.group=1\n");
    EXPECT_EQ(written("pids", limits, 1), "pids.max=10\n");
    EXPECT_EQ(written("pids", limits, 2), "pids.max=10\n");
    EXPECT_EQ(written("cpu", limits, 1), "cpu.cfs_period_us=100000\ncpu.cfs_quota_us=150000\n");
    EXPECT_EQ(written("cpu", limits, 2), "cpu.max=150000 100000\n");
    EXPECT_EQ(written("cpuset", limits, 1), "cpuset.mems=0\ncpuset.cpus=0,2\n");
    EXPECT_EQ(written("cpuset", limits, 2), "cpuset.cpus=0,2\n");
    EXPECT_EQ(written("io", limits, 1),
              "blkio.throttle.read_bps_device=254:0 7\nblkio.throttle.write_bps_device=254:0 7\n");
    EXPECT_EQ(written("io", limits, 2), "io.max=254:0 rbps=7 wbps=7\n");
}

TEST(CgroupSettings, NothingForWhatIsNotLimited) {
    for (const char* controller : {"memory", "pids", "cpu", "cpuset", "io"})
        for (const int version : {1, 2}) EXPECT_EQ(written(controller, {}, version), "") << controller;
}

// ---- the host's own hierarchies, version 1

class Version1 : public ::testing::Test {
protected:
    void SetUp() override {
        WARD_SKIP_UNLESS_POSSIBLE(Caller::root);
        for (const char* controller : {"memory", "pids", "cpu"}) {
            const std::string folder = std::string("/sys/fs/cgroup/") + controller;
            if (!fs::exists(folder + "/cgroup.procs"))
                GTEST_SKIP() << "this host has no cgroups of version 1 with `" << controller << '`';
            parents_[controller] = {folder, 1};
        }
    }

    [[nodiscard]] HandMadeJail limited(const std::string& script, const CgroupLimits& limits) const {
        HandMadeJail jail(Caller::root, {"/usr/bin/sh", "-c", script});
        jail.plan.cgroup = limits;
        const std::pair<const char*, bool> needed[] = {
            {"memory", limits.memory.has_value()}, {"pids", limits.tasks.has_value()}, {"cpu", limits.cpu.has_value()}};
        Slot slot = max_slots;
        for (const auto& [controller, is_needed] : needed) {
            if (!is_needed) continue;
            Step enter = make_step(Operation::enter_cgroup);
            enter.slot = --slot;
            jail.plan.cgroup_parents[controller] = parents_.at(controller);
            jail.plan.cgroup_slots[parents_.at(controller).folder] = slot;
            jail.plan.init.insert(jail.plan.init.begin() + 1, enter);
        }
        return jail;
    }

    [[nodiscard]] static std::string value(const std::string& file) {
        std::ifstream in(file);
        std::string text;
        std::getline(in, text);
        return text;
    }

    [[nodiscard]] std::vector<std::string> groups_of(pid_t owner) const {
        std::vector<std::string> found;
        for (const auto& [controller, parent] : parents_) {
            for (const auto& entry : fs::directory_iterator(parent.folder)) {
                const std::string start = "ward-" + std::to_string(owner) + "-";
                if (entry.path().filename().string().rfind(start, 0) == 0) found.push_back(entry.path());
            }
        }
        return found;
    }

    std::map<std::string, CgroupParent> parents_;
};

TEST_F(Version1, WritesTheLimits) {
    CgroupLimits limits;
    limits.memory = 64 << 20;
    limits.swap = 16 << 20;
    limits.tasks = 9;
    limits.cpu = 1500;
    {
        const Cgroups cgroups(limits, parents_);
        const std::string name = "/ward-" + std::to_string(::getpid()) + "-0/";
        EXPECT_EQ(value("/sys/fs/cgroup/memory" + name + "memory.limit_in_bytes"), "67108864");
        EXPECT_EQ(value("/sys/fs/cgroup/memory" + name + "memory.memsw.limit_in_bytes"), "83886080");
        EXPECT_EQ(value("/sys/fs/cgroup/pids" + name + "pids.max"), "10");
        EXPECT_EQ(value("/sys/fs/cgroup/cpu" + name + "cpu.cfs_quota_us"), "150000");
        EXPECT_EQ(value("/sys/fs/cgroup/cpu" + name + "cpu.cfs_period_us"), "100000");
    }
    EXPECT_TRUE(groups_of(::getpid()).empty());
}

TEST_F(Version1, TwoJailsOfOneProcessHaveGroupsOfTheirOwn) {
    CgroupLimits limits;
    limits.tasks = 9;
    const Cgroups first(limits, parents_), second(limits, parents_);
    EXPECT_EQ(groups_of(::getpid()).size(), 2U);
}

constexpr const char* forks = "for i in 1 2 3 4 5 6 7 8 9 10; do sleep 1 & done; echo all";

TEST_F(Version1, TheTasksLimitStopsAForkBomb) {
    CgroupLimits limits;
    limits.tasks = 50;
    const Seen enough = run(limited(forks, limits));
    EXPECT_EQ(enough.output, "all\n");
    EXPECT_EQ(enough.refused_forks, 0U);
    limits.tasks = 5;
    const Seen bomb = run(limited(forks, limits));
    EXPECT_EQ(bomb.output.find("all"), std::string::npos) << bomb.output;
    EXPECT_EQ(bomb.end, Report::End::tasks_limit);
    EXPECT_GE(bomb.refused_forks, 1U);
    EXPECT_NE(bomb.exit_status, 0);
}

// Exactly: five tasks run, a sixth does not. The shell is the first.
TEST_F(Version1, TheTasksLimitCountsTheProgramAndItsChildrenOnly) {
    CgroupLimits limits;
    limits.tasks = 5;
    EXPECT_EQ(run(limited("for i in 1 2 3 4; do sleep 0.3 & done; wait; echo all", limits)).output, "all\n");
    EXPECT_EQ(run(limited("for i in 1 2 3 4 5; do sleep 0.3 & done; wait; echo all", limits)).output.find("all"),
              std::string::npos);
}

constexpr const char* hoard = "perl -e '$text = q(x) x (200 << 20); print length $text'";

TEST_F(Version1, TheMemoryLimitStopsAHoarder) {
    CgroupLimits limits;
    limits.memory = std::uint64_t{600} << 20;
    const Seen enough = run(limited(std::string("exec ") + hoard, limits));
    EXPECT_EQ(enough.output, "209715200");
    EXPECT_GT(enough.peak_memory, std::uint64_t{200} << 20);
    limits.memory = 64 << 20;
    limits.swap = 0;
    const Seen bomb = run(limited(std::string("exec ") + hoard, limits));
    EXPECT_EQ(bomb.output, "");
    EXPECT_EQ(bomb.end, Report::End::memory_limit);
    EXPECT_EQ(bomb.exit_status, 128 + SIGKILL);
    EXPECT_LE(bomb.peak_memory, std::uint64_t{64} << 20);
    EXPECT_GT(bomb.peak_memory, std::uint64_t{32} << 20);
}

TEST_F(Version1, TheProcessorLimitHolds) {
    CgroupLimits limits;
    limits.cpu = 200;
    const char* const busy = "exec perl -e '$end = time + 2; 1 while time < $end'";
    const Seen seen = run(limited(busy, limits));
    EXPECT_EQ(seen.exit_status, 0);
    EXPECT_LT(seen.cpu_seconds, seen.wall_seconds * 0.4);
}

TEST_F(Version1, NoGroupIsLeftWhateverHappens) {
    CgroupLimits limits;
    limits.tasks = 5;
    limits.memory = 64 << 20;
    HandMadeJail broken = limited("exit 7", limits);
    broken.add_init_step(Operation::change_folder).path = "/no/such/folder";
    HandMadeJail slow = limited("sleep 1000", limits);
    slow.plan.time_limit = 200;
    for (const HandMadeJail* jail : {&broken, &slow}) {
        Launched launched(*jail);
        const pid_t supervisor = launched.supervisor();
        EXPECT_NE(launched.finish().exit_status, 0);
        EXPECT_TRUE(groups_of(supervisor).empty());
    }
}

TEST_F(Version1, TheGroupOfAKilledSupervisorIsRemovedByTheNext) {
    CgroupLimits limits;
    limits.tasks = 5;
    pid_t supervisor = -1;
    {
        Launched launched(limited("echo ready; sleep 1000", limits));
        supervisor = launched.supervisor();
        ASSERT_TRUE(launched.wait_for_output("ready"));
        const auto inits = children_of(supervisor);
        ASSERT_EQ(inits.size(), 1U);
        ::kill(supervisor, SIGKILL);
        ASSERT_TRUE(vanishes(inits[0]));
    }
    EXPECT_EQ(groups_of(supervisor).size(), 1U);  // the control: it had one
    EXPECT_EQ(run(limited("exit 0", limits)).exit_status, 0);
    EXPECT_TRUE(groups_of(supervisor).empty());
}

// ---- a cgroup that cannot be left again

fs::path second_version() {
    for (const char* place : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"})
        if (fs::exists(fs::path(place) / "cgroup.procs") && fs::exists(fs::path(place) / "cgroup.subtree_control"))
            return place;
    return {};
}

// Steps aside, and says so; ends when it is told to.
[[noreturn]] void step_aside_and_back(const fs::path& own, int said, int told) {
    char letter = 0;
    if (try_cgroup_file(own / "cgroup.procs", std::to_string(::getpid())) != 0 || ::setgid(1234) != 0 ||
        ::setuid(1234) != 0)
        ::_exit(2);
    {
        const OwnCgroup aside(own, {});
        if (::write(said, "x", 1) != 1 || ::read(told, &letter, 1) != 1) ::_exit(3);
    }
    ::_exit(0);
}

// Its end would be this process's own.
TEST(OwnCgroup, AFolderThatCannotBeLeftIsLeftBehind) {
    const fs::path top = second_version();
    if (::geteuid() != 0 || top.empty()) GTEST_SKIP() << "takes root, and cgroups of version 2";
    const fs::path own = top / ("ward-test." + std::to_string(::getpid()));
    fs::create_directory(own);
    for (const char* name : {".", "cgroup.procs", "cgroup.subtree_control"})
        ASSERT_EQ(::chown((own / name).c_str(), 1234, 1234), 0);
    int said[2];
    int told[2];
    ASSERT_EQ(::pipe(&said[0]) + ::pipe(&told[0]), 0);
    const pid_t child = ::fork();
    if (child == 0) step_aside_and_back(own, said[1], told[0]);
    ::close(said[1]);
    char letter = 0;
    EXPECT_EQ(::read(said[0], &letter, 1), 1);
    EXPECT_EQ(::chmod((own / "cgroup.procs").c_str(), 0444), 0);
    EXPECT_EQ(::write(told[1], "x", 1), 1);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    ::rmdir((own / ("ward-" + std::to_string(child) + "-0")).c_str());
    EXPECT_EQ(::rmdir(own.c_str()), 0);
    for (const int end : {said[0], told[0], told[1]}) ::close(end);
}

}  // namespace
}  // namespace ward::sandbox::testing
