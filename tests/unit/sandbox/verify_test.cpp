// What the kernel says, stated here, beside a small plan: as planned, and with one thing different.
#include "sandbox/verify.hpp"

#include <gtest/gtest.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <sys/resource.h>

#include "policy/render.hpp"

namespace ward::sandbox {
namespace {

constexpr std::uint64_t closed = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
constexpr std::uint64_t sealed = closed | MOUNT_ATTR_RDONLY;

Step step(Operation operation, std::initializer_list<std::uint64_t> numbers = {}, const char* path = nullptr) {
    Step made;
    made.operation = operation;
    made.path = path;
    std::copy(numbers.begin(), numbers.end(), std::begin(made.number));
    return made;
}

Step on_slot(Operation operation, Slot slot, Slot into, std::initializer_list<std::uint64_t> numbers = {},
             const char* path = nullptr, const char* text = nullptr) {
    Step made = step(operation, numbers, path);
    made.slot = slot;
    made.into = into;
    made.text = text;
    return made;
}

class Verify : public testing::Test {
protected:
    Verify() {
        plan_mounts();
        plan.namespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET;
        plan.supervisor_maps_ids = true;
        plan.uid_map = plan.gid_map = {{0, 1000000, 65536}};
        plan.init.push_back(step(Operation::unshare, {CLONE_NEWCGROUP}));
        plan.umask = 022;
        plan.program = {step(Operation::change_folder, {}, "/work"),
                        step(Operation::set_rlimit, {RLIMIT_NOFILE, 64, 64}),
                        step(Operation::set_group, {7}),
                        step(Operation::set_user, {7}),
                        step(Operation::drop_bounding, {0, 40}),
                        step(Operation::set_capabilities, {0}),
                        step(Operation::execute, {1}, "/bin/prog")};
        state_view();
    }

    // A tmpfs as the root, the host's /home/u/work at /work, the host's /lib at /lib.
    void plan_mounts() {
        plan.prepare = {on_slot(Operation::clone_tree, no_slot, 0, {0, 0, 0, 1, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV},
                                "/home/u/work"),
                        on_slot(Operation::clone_tree, no_slot, 1, {0, 0, 0, 1, sealed}, "/lib")};
        plan.mapped = {on_slot(Operation::map_tree_ids, 0, 2)};
        plan.init = {
            on_slot(Operation::attach_root, no_slot, no_slot, {closed}, "/proc", "mode=0755,size=8192,nr_inodes=9"),
            on_slot(Operation::mount_tree, 0, no_slot, {}, "work"),
            on_slot(Operation::mount_tree, 1, no_slot, {}, "lib"), step(Operation::seal_root, {sealed})};
    }

    void state_view() {
        view.host_mounts = {{.device = 5, .path = "/", .type = "ext4", .root = "/"},
                            {.device = 6, .path = "/lib/more", .type = "ext4", .root = "/"}};
        view.mounts = {sealed_mount("/", 9, "tmpfs", "/"), sealed_mount("/work", 5, "ext4", "/home/u/work"),
                       sealed_mount("/lib", 5, "ext4", "/lib"), sealed_mount("/lib/more", 6, "ext4", "/")};
        view.mounts[0].options = "rw,size=8k,nr_inodes=9,mode=755";
        view.mounts[1].read_only = view.mounts[1].no_exec = false;
        view.mounts[1].id_mapped = true;
        state_processes();
    }

    static Mount sealed_mount(const char* path, std::uint64_t device, const char* type, const char* root) {
        return {.device = device,
                .path = path,
                .type = type,
                .read_only = true,
                .no_exec = true,
                .no_devices = true,
                .no_setuid = true,
                .root = root};
    }

    void state_processes() {
        const char* const none = "0000000000000000";
        view.supervisor.status = {{"Seccomp_filters", "1"}, {"Uid", "0\t0\t0\t0"}, {"Groups", "0 "}};
        view.program.status = {{"Uid", "1000007\t1000007\t1000007\t1000007"},
                               {"Gid", "1000007\t1000007\t1000007\t1000007"},
                               {"Groups", " "},
                               {"CapInh", none},
                               {"CapPrm", none},
                               {"CapEff", none},
                               {"CapBnd", none},
                               {"CapAmb", none},
                               {"NoNewPrivs", "1"},
                               {"State", "T (stopped)"},
                               {"Seccomp", "2"},
                               {"Seccomp_filters", "2"},
                               {"SigBlk", none},
                               {"SigIgn", none},
                               {"Umask", "0022"}};
        view.program.pid = 78;
        view.program.root = "/";
        view.program.folder = "/work";
        view.program.limits.resize(RLIM_NLIMITS, {RLIM_INFINITY, RLIM_INFINITY});
        view.program.limits[RLIMIT_NOFILE] = {64, 64};
        view.program.files = {{0, {"pipe:[1]"}}, {1, {"pipe:[2]"}}, {2, {"/dev/null"}}, {5, {"socket:[3]", true}}};
        launch.streams = {"pipe:[1]", "pipe:[2]", "/dev/null"};
        for (const char* name : {"user", "mnt", "pid", "ipc", "uts", "net", "cgroup", "time"}) {
            view.supervisor.namespaces[name] = std::string(name) + ":[1]";
            view.program.namespaces[name] = std::string(name) + (name == std::string("time") ? ":[1]" : ":[2]");
        }
        view.init = view.program;
        view.init.pid = 77;
        view.init.uid_map = view.init.gid_map = "         0    1000000      65536\n";
    }

    // One line for each difference.
    [[nodiscard]] std::string found() const {
        std::string text;
        for (const Difference& each : differences(plan, launch, view))
            text += each.what + ": " + each.expected + " | " + each.found + "\n";
        return text;
    }

    Plan plan;
    LaunchView launch;
    KernelView view;
};

TEST_F(Verify, AJailAsPlannedHasNoDifference) {
    EXPECT_EQ(found(), "");
}

// ---- processes

TEST_F(Verify, EachFieldOfTheProgramIsCompared) {
    const auto fields = view.program.status;
    for (const auto& [field, before] : fields) {
        if (field == "CapBnd") continue;  // where nothing is kept it says nothing: see below
        SCOPED_TRACE(field);
        view.program.status[field] = "12345";
        EXPECT_EQ(found().substr(0, field.size() + 19), '`' + field + "` of the program: ");
        EXPECT_NE(found().find(" | 12345\n"), std::string::npos);
        view.program.status[field] = before;
    }
}

TEST_F(Verify, AFieldThatIsMissingIsADifference) {
    view.program.status.erase("NoNewPrivs");
    EXPECT_EQ(found(), "`NoNewPrivs` of the program: 1 | nothing\n");
}

TEST_F(Verify, InitHasGivenUpEverything) {
    view.init.status["CapEff"] = "000001ffffffffff";
    EXPECT_EQ(found(), "`CapEff` of init: 0000000000000000 | 000001ffffffffff\n");
}

TEST_F(Verify, WhatThePolicyKeepsIsKept) {
    plan.program[4].number[0] = plan.program[5].number[0] = 0x400;
    for (const char* field : {"CapInh", "CapPrm", "CapEff", "CapBnd"}) view.program.status[field] = "0000000000000400";
    EXPECT_EQ(found(), "");
    view.program.status["CapBnd"] = "0000000000000c00";
    EXPECT_EQ(found(), "`CapBnd` of the program: 0000000000000400 | 0000000000000c00\n");
}

TEST_F(Verify, AnOrdinaryUsersIdsAreTheCallers) {
    plan.supervisor_maps_ids = false;
    for (ProcessView* process : {&view.supervisor, &view.init, &view.program}) {
        process->status["Uid"] = process->status["Gid"] = "1000\t1000\t1000\t1000";
        process->status["Groups"] = "44 1000 ";
    }
    EXPECT_EQ(found(), "");
    view.program.status["Groups"] = "0 44 1000 ";
    EXPECT_EQ(found(), "`Groups` of the program: 44 1000 | 0 44 1000\n");
}

TEST_F(Verify, NamespacesAreThePlanned) {
    for (ProcessView* process : {&view.init, &view.program}) process->namespaces["net"] = "net:[1]";
    EXPECT_EQ(found(), "the net namespace: the jail's own | the host's\n");
    for (ProcessView* process : {&view.init, &view.program}) {
        process->namespaces["net"] = "net:[2]";
        process->namespaces["time"] = "time:[2]";
    }
    EXPECT_EQ(found(), "the time namespace: the host's | the jail's own\n");
}

TEST_F(Verify, TheProgramIsInInitsNamespaces) {
    view.program.namespaces["mnt"] = "mnt:[1]";
    EXPECT_EQ(found(), "the mnt namespace of the program: mnt:[2] | mnt:[1]\n");
}

TEST_F(Verify, IdMapsAreThePlanned) {
    view.init.uid_map = "         0          0 4294967295\n";
    EXPECT_EQ(found(), "the user map: 0 1000000 65536 | 0 0 4294967295\n");
}

TEST_F(Verify, FoldersAndLimitsAreThePlanned) {
    view.program.folder = "/";
    view.program.root = "/proc";
    view.program.limits[RLIMIT_NOFILE] = {64, 1024};
    EXPECT_EQ(found(),
              "the root folder of the program: / | /proc\n"
              "the working folder of the program: /work | /\n"
              "the limit `open-files`: 64, at most 64 | 64, at most 1024\n");
}

TEST_F(Verify, ADescriptorThatStaysOpenIsADifference) {
    view.program.files[5].closes_at_exec = false;
    EXPECT_EQ(found(), "descriptor 5 of the program: closed at exec | socket:[3], which stays open\n");
}

TEST_F(Verify, AStreamOfTheCallersIsADifference) {
    view.program.files[0].target = "/dev/pts/3";
    EXPECT_EQ(found(), "descriptor 0 of the program: pipe:[1] | /dev/pts/3\n");
}

// ---- mounts

TEST_F(Verify, AMountThatCanBeWrittenIsADifference) {
    view.mounts[2].read_only = false;
    EXPECT_EQ(found(), "the mount at `/lib`: ro,nosuid,nodev,noexec | nosuid,nodev,noexec\n");
}

TEST_F(Verify, AMountMayBeStricterThanThePlan) {
    view.mounts[1].no_exec = true;
    EXPECT_EQ(found(), "");
}

TEST_F(Verify, ASubmountIsAsStrictAsItsTree) {
    view.mounts[3].no_setuid = false;
    EXPECT_EQ(found(), "the mount at `/lib/more`: ro,nosuid,nodev,noexec | ro,nodev,noexec\n");
}

TEST_F(Verify, AMountThatIsMissingIsADifference) {
    view.mounts.erase(view.mounts.begin() + 2);
    EXPECT_EQ(found(), "the mount at `/lib`: ro,nosuid,nodev,noexec | no mount\n");
}

TEST_F(Verify, AMountThatNobodyPlannedIsADifference) {
    view.mounts.push_back(sealed_mount("/old", 5, "ext4", "/"));
    view.mounts.push_back(sealed_mount("/lib/other", 5, "ext4", "/"));
    EXPECT_EQ(found(),
              "the mount table: no mount at `/old` | ext4 ro,nosuid,nodev,noexec\n"
              "the mount table: no mount at `/lib/other` | ext4 ro,nosuid,nodev,noexec\n");
}

TEST_F(Verify, AMountOfAnotherPlaceIsADifference) {
    view.mounts[1].root = "/home/u";
    EXPECT_EQ(found(), "what is mounted at `/work`: /home/u/work | /home/u of another place\n");
}

TEST_F(Verify, AMountWithoutItsIdMapIsADifference) {
    view.mounts[1].id_mapped = false;
    EXPECT_EQ(found(), "the mount at `/work`: nosuid,nodev,idmapped | nosuid,nodev\n");
}

TEST_F(Verify, AMountThatPropagatesIsADifference) {
    view.mounts[1].propagates = true;
    EXPECT_EQ(found(), "the propagation of `/work`: private | shared with other namespaces\n");
}

TEST_F(Verify, AFileSystemWithoutItsLimitsIsADifference) {
    view.mounts[0].options = "rw,nr_inodes=9,mode=755";
    EXPECT_EQ(found(), "`size` of the file system at `/`: mode=0755,size=8192,nr_inodes=9 | rw,nr_inodes=9,mode=755\n");
    view.mounts[0].options = "rw,size=8k,nr_inodes=9";
    EXPECT_EQ(found(), "`mode` of the file system at `/`: mode=0755,size=8192,nr_inodes=9 | rw,size=8k,nr_inodes=9\n");
}

// ---- cgroups

TEST_F(Verify, LimitsOfTheCgroupAreReadBack) {
    launch.limits = {{"/c/memory.limit_in_bytes", "10000"}, {"/c/pids.max", "9"}, {"/c/cpuset.cpus", "0,1,3"}};
    launch.groups = {"/c"};
    view.members = {{"/c/cgroup.procs", "77\n78\n"}};
    view.limits = {{"", "8192\n"}, {"", "9\n"}, {"", "0-1,3\n"}};
    EXPECT_EQ(found(), "");
    view.limits = {{"", "9223372036854771712\n"}, {"", "max\n"}, {"", "0-3\n"}};
    view.members[0].text = "77\n";
    EXPECT_EQ(found(),
              "`/c/memory.limit_in_bytes`: 10000 | 9223372036854771712\n"
              "`/c/pids.max`: 9 | max\n"
              "`/c/cpuset.cpus`: 0,1,3 | 0-3\n"
              "`/c/cgroup.procs`: process 78 | 77\n");
}

// ---- Landlock

TEST_F(Verify, AStreamThatTheProgramMayNotWriteTellsWhetherTheRulesetIsInForce) {
    plan.init.push_back(step(Operation::allow_stream, {0, 1}));
    plan.init.push_back(step(Operation::allow_stream, {0, 2}));
    launch.streams[0] = "/home/u/workshop";
    EXPECT_EQ(guarded_stream(plan, launch), 0);
    launch.streams[0] = "/home/u/work/in.txt";
    EXPECT_EQ(guarded_stream(plan, launch), -1) << "the policy lets it write the folder";
    plan.init.pop_back();
    EXPECT_EQ(guarded_stream(plan, launch), 2);
}

// ---- the message

TEST_F(Verify, TheMessageSaysWhatIsPlannedAndWhatIsThere) {
    policy::Diagnostics diagnostics;
    report_differences({{"`CapBnd` of the program", "0", "1"}}, diagnostics);
    EXPECT_EQ(
        policy::render(*diagnostics.sorted().front(), policy::Sources{}),
        "error[not-as-planned]: `CapBnd` of the program is not as planned, so nothing has run\n"
        "  note: planned: 0\n"
        "  note: the kernel says: 1\n"
        "  help: look at the step for it in what `ward run --dry-run` shows, and run it on a kernel that does it\n");
}

}  // namespace
}  // namespace ward::sandbox
