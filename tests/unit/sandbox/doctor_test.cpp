// What is said about a host, for hosts as they are met: each is a statement of what was tried and seen.
#include "sandbox/doctor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

namespace ward::sandbox {
namespace {

using State = Finding::State;

// An ordinary user of a current Debian: everything works, and systemd hands cgroups down.
Probe good_host() {
    Probe probe;
    probe.results.fill(0);
    probe.kernel_major = 6;
    probe.kernel_minor = 12;
    probe.release = "6.12.38-amd64";
    probe.uid = 1000;
    probe.user = "you";
    probe.max_user_namespaces = 63432;
    probe.landlock_abi = 6;
    probe.has_cgroup_v2 = true;
    probe.v2_controllers = "cpuset cpu io memory pids";
    for (const char* controller : {"memory", "pids", "cpu", "cpuset", "io"})
        probe.cgroups[controller] = {"/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service", 2};
    probe.systemd = probe.user_session = true;
    probe.id_helpers = probe.own_sub_ids = true;
    return probe;
}

// From this attempt on nothing could be tried.
Probe failing_at(Probe probe, Attempt attempt, int error) {
    probe.result(attempt) = error;
    for (std::size_t later = static_cast<std::size_t>(attempt) + 1;
         later <= static_cast<std::size_t>(Attempt::pivot_root); ++later)
        probe.results[later] = not_tried;
    return probe;
}

Finding row_of(const Findings& findings, std::string_view feature) {
    for (const Finding& row : findings.rows)
        if (row.feature == feature) return row;
    ADD_FAILURE() << "no row for " << feature;
    return {};
}

// `feature: state: why -> remedy` of every row that does not work.
std::string faults(const Probe& probe) {
    std::string text;
    for (const Finding& row : judge(probe).rows)
        if (row.state != State::works)
            text += std::string(row.feature) + ": " + std::string(state_word(row.state)) + ": " + row.why + " -> " +
                    row.remedy + '\n';
    return text;
}

TEST(Doctor, AHostOnWhichEverythingWorks) {
    const Findings findings = judge(good_host());
    EXPECT_TRUE(findings.plain_jail_works());
    EXPECT_EQ(faults(good_host()), "");
    EXPECT_EQ(row_of(findings, "memory").why,
              "cgroup version 2: /sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service");
    EXPECT_EQ(row_of(findings, "kernel").why, "Linux 6.12.38-amd64");
    for (const Finding& row : findings.rows) {
        EXPECT_TRUE(row.remedy.empty()) << row.feature;
        EXPECT_FALSE(row.why.empty()) << row.feature;
        EXPECT_FALSE(row.needed_by.empty()) << row.feature;
    }
}

TEST(Doctor, EveryFaultHasAReasonAndOneRemedy) {
    Probe nothing;
    nothing.release = "4.19.0";
    nothing.kernel_major = 4;
    nothing.kernel_minor = 19;
    nothing.user = "you";
    nothing.uid = 1000;
    for (const int error : {EPERM, EACCES, ENOSYS, ENOSPC, EINVAL, EOPNOTSUPP, EBUSY, EUSERS, ENODEV, not_tried}) {
        nothing.results.fill(error);
        const Findings findings = judge(nothing);
        EXPECT_FALSE(findings.plain_jail_works());
        for (const Finding& row : findings.rows) {
            if (row.state == State::works) continue;
            EXPECT_FALSE(row.why.empty()) << row.feature << error;
            EXPECT_FALSE(row.remedy.empty()) << row.feature << error;
        }
    }
}

TEST(Doctor, Ubuntu2404KeepsUserNamespacesFromProgramsWithoutAProfile) {
    Probe probe = good_host();
    probe.release = "6.8.0-31-generic";
    probe.kernel_minor = 8;
    probe.landlock_abi = 4;
    probe.apparmor_restricts_userns = 1;
    // The namespace is made, and nothing may be done in it.
    probe = failing_at(probe, Attempt::id_maps, EACCES);
    const Finding row = row_of(judge(probe), "user-namespace");
    EXPECT_EQ(row.state, State::blocked);
    EXPECT_EQ(row.why,
              "writing the id maps of a user namespace fails: permission denied (EACCES), since "
              "kernel.apparmor_restrict_unprivileged_userns is 1");
    EXPECT_EQ(row.remedy,
              "give ward a profile: `sudo ward doctor --apparmor-profile -o /etc/apparmor.d/ward && sudo "
              "apparmor_parser -r /etc/apparmor.d/ward`");
    EXPECT_FALSE(judge(probe).plain_jail_works());
    EXPECT_EQ(row_of(judge(probe), "proc").why, "needs `user-namespace`");
    EXPECT_EQ(row_of(judge(probe), "proc").remedy, row.remedy);
}

TEST(Doctor, OnUbuntuWithAProfileThatStopsAtMounts) {
    Probe probe = good_host();
    probe.apparmor_restricts_userns = 1;
    probe.result(Attempt::new_mount) = EACCES;
    EXPECT_NE(row_of(judge(probe), "mounts").remedy.find("--apparmor-profile"), std::string::npos);
}

TEST(Doctor, AppArmorsSwitchIsNothingToRoot) {
    Probe probe = good_host();
    probe.uid = 0;
    probe.privileged = true;
    probe.apparmor_restricts_userns = 1;
    probe.id_mapped = {{"ext4", "/", 0}};
    EXPECT_EQ(faults(probe), "");
}

TEST(Doctor, Debian11WithoutLandlock) {
    Probe probe = good_host();
    probe.release = "5.10.0-30-amd64";
    probe.kernel_major = 5;
    probe.kernel_minor = 10;
    probe.landlock_abi = 0;
    probe.result(Attempt::landlock) = ENOSYS;
    probe.unprivileged_userns_clone = 0;
    probe = failing_at(probe, Attempt::user_namespace, EPERM);
    const Findings findings = judge(probe);
    EXPECT_EQ(row_of(findings, "kernel").state, State::missing);
    EXPECT_EQ(row_of(findings, "kernel").remedy, "run Linux 5.14 or newer");
    EXPECT_EQ(row_of(findings, "user-namespace").remedy,
              "allow them: `sudo sysctl kernel.unprivileged_userns_clone=1`");
    EXPECT_EQ(row_of(findings, "ports").why, "this kernel has no Landlock");
    EXPECT_EQ(row_of(findings, "ports").remedy, "run Linux 6.7 or newer with CONFIG_SECURITY_LANDLOCK");
    EXPECT_FALSE(findings.plain_jail_works());
}

TEST(Doctor, Debian12HasAnOlderLandlock) {
    Probe probe = good_host();
    probe.release = "6.1.0-37-amd64";
    probe.kernel_minor = 1;
    probe.landlock_abi = 2;
    EXPECT_TRUE(judge(probe).plain_jail_works());
    EXPECT_EQ(faults(probe),
              "streams: missing: Landlock, interface 2, and it takes 3 -> run Linux 6.2 or newer\n"
              "ports: missing: Landlock, interface 2, and it takes 4 -> run Linux 6.7 or newer\n"
              "scopes: missing: Landlock, interface 2, and it takes 6 -> run Linux 6.12 or newer\n");
}

TEST(Doctor, LandlockThatWasNotSwitchedOn) {
    Probe probe = good_host();
    probe.result(Attempt::landlock) = EOPNOTSUPP;
    EXPECT_EQ(row_of(judge(probe), "ports").state, State::blocked);
    EXPECT_NE(row_of(judge(probe), "ports").remedy.find("lsm="), std::string::npos);
}

Probe docker_host() {
    Probe probe = good_host();
    probe.uid = 0;
    probe.user = "root";
    probe.container = Container::docker;
    probe.cgroups.clear();
    probe.result(Attempt::clone3) = ENOSYS;
    probe.result(Attempt::into_cgroup) = ENOSYS;
    return failing_at(probe, Attempt::user_namespace, EPERM);
}

TEST(Doctor, AContainerOfDockerAsItIsByDefault) {
    const Findings findings = judge(docker_host());
    EXPECT_FALSE(findings.plain_jail_works());
    for (const char* feature : {"clone3", "user-namespace", "mounts", "proc"}) {
        EXPECT_EQ(row_of(findings, feature).state, State::blocked) << feature;
        EXPECT_EQ(row_of(findings, feature).remedy,
                  "start the container with `docker run --security-opt seccomp=unconfined --security-opt "
                  "apparmor=unconfined --security-opt systempaths=unconfined`")
            << feature;
    }
    EXPECT_EQ(row_of(findings, "memory").remedy, "limit the container itself: `docker run --memory=1g`");
    EXPECT_EQ(row_of(findings, "io").remedy, "limit the container itself: `docker run --device-read-bps=/dev/sda:1mb`");
}

TEST(Doctor, AContainerWhoseProcIsCovered) {
    Probe probe = docker_host();
    probe.results.fill(0);
    probe.result(Attempt::proc) = EPERM;
    EXPECT_EQ(row_of(judge(probe), "proc").why, "parts of /proc are covered here, so that no other can be mounted");
    EXPECT_EQ(row_of(judge(probe), "proc").remedy,
              "start the container with `docker run --security-opt systempaths=unconfined`");
    probe.container = Container::podman;
    EXPECT_EQ(row_of(judge(probe), "proc").remedy, "start the container with `podman run --security-opt unmask=ALL`");
    probe.container = Container::lxc;
    EXPECT_NE(row_of(judge(probe), "proc").remedy.find("security.nesting"), std::string::npos);
    probe.container = Container::none;
    EXPECT_NE(row_of(judge(probe), "proc").remedy.find("findmnt"), std::string::npos);
}

TEST(Doctor, RootlessPodmanLetsMostBeDone) {
    Probe probe = good_host();
    probe.uid = 0;
    probe.user = "root";
    probe.nested = true;
    probe.container = Container::podman;
    probe.cgroups.clear();
    EXPECT_TRUE(judge(probe).plain_jail_works());
    EXPECT_EQ(row_of(judge(probe), "memory").remedy, "limit the container itself: `podman run --memory=1g`");
    // The kernel counts no processes of root, and this root is not the host's.
    EXPECT_EQ(row_of(judge(probe), "tasks").state, State::blocked);
}

TEST(Doctor, CgroupsOfVersion1BelongToRoot) {
    Probe probe = good_host();
    probe.cgroups.clear();
    probe.has_cgroup_v1 = true;
    probe.has_cgroup_v2 = false;
    EXPECT_EQ(row_of(judge(probe), "memory").why, "cgroups of version 1 belong to root");
    EXPECT_EQ(row_of(judge(probe), "memory").remedy,
              "run ward as root, or boot with `systemd.unified_cgroup_hierarchy=1`");
    // RLIMIT_NPROC is exact, since the jail has an id of its own.
    EXPECT_EQ(row_of(judge(probe), "tasks").state, State::works);
    EXPECT_EQ(row_of(judge(probe), "tasks").why, "by RLIMIT_NPROC");
    EXPECT_TRUE(judge(probe).plain_jail_works());
}

// A launch refuses an `io` that is not exact.
TEST(Doctor, DisksTakeVersion2AndTheMemoryController) {
    Probe probe = good_host();
    EXPECT_EQ(row_of(judge(probe), "io").state, State::works);
    probe.cgroups.erase("memory");
    EXPECT_EQ(row_of(judge(probe), "io").why, "what is written later is not counted without the memory controller");
    probe.cgroups["memory"] = probe.cgroups["io"] = {"/sys/fs/cgroup/blkio", 1};
    EXPECT_EQ(row_of(judge(probe), "io").state, State::missing);
    EXPECT_EQ(row_of(judge(probe), "io").why, "cgroup version 1 does not count what is written later");
    EXPECT_EQ(row_of(judge(probe), "io").remedy, "boot with `systemd.unified_cgroup_hierarchy=1`");
}

TEST(Doctor, Version2WithoutASessionOfSystemd) {
    Probe probe = good_host();
    probe.cgroups.clear();
    probe.user_session = false;
    EXPECT_EQ(row_of(judge(probe), "memory").remedy, "start one: `sudo loginctl enable-linger you`, and log in again");
}

TEST(Doctor, Version2OfWhichSystemdDelegatesAPart) {
    Probe probe = good_host();
    probe.cgroups.erase("io");
    probe.cgroups.erase("cpuset");
    EXPECT_EQ(row_of(judge(probe), "memory").state, State::works);
    for (const char* feature : {"io", "cpu-set"})
        EXPECT_EQ(row_of(judge(probe), feature).remedy,
                  "delegate it: put `[Service]` and `Delegate=cpu cpuset io memory pids` into "
                  "/etc/systemd/system/user@.service.d/delegate.conf, and log in again")
            << feature;
}

TEST(Doctor, Version2WithoutSystemd) {
    Probe probe = good_host();
    probe.cgroups.clear();
    probe.systemd = probe.user_session = false;
    EXPECT_NE(row_of(judge(probe), "memory").remedy.find("chown -R you /sys/fs/cgroup/ward"), std::string::npos);
}

TEST(Doctor, RootWhereTheTopHandsNothingDown) {
    Probe probe = good_host();
    probe.uid = 0;
    probe.privileged = true;
    probe.id_mapped = {{"ext4", "/", 0}};
    probe.cgroups.erase("memory");
    EXPECT_EQ(row_of(judge(probe), "memory").remedy,
              "hand it down: `echo +memory >/sys/fs/cgroup/cgroup.subtree_control`");
    probe.v2_controllers = "cpuset cpu io pids";
    EXPECT_EQ(row_of(judge(probe), "memory").remedy, "boot with `cgroup_enable=memory`");
    EXPECT_EQ(row_of(judge(probe), "swap").state, State::missing);
}

TEST(Doctor, AHostWithoutCgroups) {
    Probe probe = good_host();
    probe.cgroups.clear();
    probe.has_cgroup_v2 = false;
    EXPECT_EQ(row_of(judge(probe), "cpu").remedy, "mount it: `sudo mount -t cgroup2 none /sys/fs/cgroup`");
}

TEST(Doctor, WslOfBothKinds) {
    Probe first = good_host();
    first.release = "4.4.0-19041-Microsoft";
    first.kernel_major = 4;
    first = failing_at(first, Attempt::user_namespace, EINVAL);
    EXPECT_EQ(row_of(judge(first), "user-namespace").remedy, "change to WSL 2: `wsl --set-version NAME 2`");
    Probe second = good_host();
    second.release = "5.15.167.4-microsoft-standard-WSL2";
    second.kernel_major = 5;
    second.kernel_minor = 15;
    second.landlock_abi = 1;
    EXPECT_TRUE(judge(second).plain_jail_works());
    EXPECT_EQ(row_of(judge(second), "ports").state, State::missing);
}

TEST(Doctor, HardenedSysctls) {
    Probe probe = good_host();
    probe.max_user_namespaces = 0;
    probe = failing_at(probe, Attempt::user_namespace, ENOSPC);
    EXPECT_EQ(row_of(judge(probe), "user-namespace").remedy, "raise it: `sudo sysctl user.max_user_namespaces=10000`");
    probe = good_host();
    probe.result(Attempt::network_namespace) = ENOSPC;
    EXPECT_NE(row_of(judge(probe), "network-namespace").remedy.find("sysctl user"), std::string::npos);
    EXPECT_EQ(row_of(judge(probe), "pid-namespace").state, State::works);
}

TEST(Doctor, AChangedRootFolderAndAnotherSandbox) {
    Probe probe = failing_at(good_host(), Attempt::user_namespace, EPERM);
    EXPECT_EQ(row_of(judge(probe), "user-namespace").remedy, "run ward outside of other sandboxes");
    probe.changed_root = true;
    EXPECT_NE(row_of(judge(probe), "user-namespace").remedy.find("chroot"), std::string::npos);
}

TEST(Doctor, WardInWardCannotNameTheCall) {
    Probe probe = good_host();
    probe.result(Attempt::listener) = EBUSY;
    EXPECT_TRUE(judge(probe).plain_jail_works());
    EXPECT_EQ(row_of(judge(probe), "filter-listener").state, State::blocked);
}

TEST(Doctor, IdMappedMountsAreRootsAlone) {
    Probe probe = good_host();
    const auto rows = judge(probe).rows;
    EXPECT_TRUE(
        std::none_of(rows.begin(), rows.end(), [](const Finding& row) { return row.feature == "id-mapped-mounts"; }));
    probe.uid = 0;
    probe.privileged = true;
    probe.id_mapped = {{"ext4", "/", 0}, {"nfs", "/home", EINVAL}};
    EXPECT_EQ(row_of(judge(probe), "id-mapped-mounts").why, "on ext4 (/), not on nfs (/home)");
    EXPECT_EQ(row_of(judge(probe), "id-mapped-mounts").state, State::works);
    probe.id_mapped = {{"overlay", "/", EINVAL}};
    EXPECT_EQ(row_of(judge(probe), "id-mapped-mounts").state, State::missing);
}

TEST(Doctor, AnAttemptThatDidNotEnd) {
    Probe probe = good_host();
    probe.result(Attempt::proc) = not_tried;
    const Finding row = row_of(judge(probe), "proc");
    EXPECT_EQ(row.state, State::blocked);
    EXPECT_EQ(row.why, "it was not found out: the attempt did not end by itself");
}

TEST(Doctor, SubordinateIdsAreForOrdinaryUsersAlone) {
    Probe probe = good_host();
    probe.id_helpers = false;
    EXPECT_EQ(row_of(judge(probe), "subordinate-ids").state, State::missing);
    EXPECT_FALSE(row_of(judge(probe), "subordinate-ids").required);
    probe.id_helpers = true;
    probe.own_sub_ids = false;
    EXPECT_NE(row_of(judge(probe), "subordinate-ids").remedy.find("usermod --add-subuids"), std::string::npos);
}

}  // namespace
}  // namespace ward::sandbox
