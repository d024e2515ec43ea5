// What is read from the kernel's texts, and a look at the real host.
#include "sandbox/host.hpp"

#include <grp.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <numeric>
#include <optional>
#include <set>

namespace ward::sandbox {
namespace {

TEST(ParseMounts, ReadsMountinfo) {
    const auto mounts =
        parse_mounts(
            "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n"
            "31 27 0:29 /sub /mnt/a\\040b\\134c ro,nosuid,nodev,noexec shared:1 master:2 - tmpfs none rw,size=4k\n"
            "40 27 0:3 / /ro rw - squashfs /dev/loop0 ro\n")
            .value();
    ASSERT_EQ(mounts.size(), 3U);
    EXPECT_EQ(mounts[0].id, 27U);
    EXPECT_EQ(mounts[0].type, "ext4");
    EXPECT_FALSE(mounts[0].read_only || mounts[0].no_exec || mounts[0].no_devices);
    EXPECT_EQ(mounts[1].path, "/mnt/a b\\c");
    EXPECT_TRUE(mounts[1].read_only && mounts[1].no_exec && mounts[1].no_devices);
    EXPECT_EQ(mounts[1].options, "rw,size=4k");
    EXPECT_TRUE(mounts[2].read_only) << "the file system itself is read-only";
}

TEST(ParseMounts, UnderstandsAllOrNothing) {
    const std::string good = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n";
    EXPECT_TRUE(parse_mounts(good + good));
    EXPECT_FALSE(parse_mounts(good + "what is this\n"));
    EXPECT_FALSE(parse_mounts(good + "28 27 0:29 / /mnt rw\n"));
}

TEST(MountTable, SaysOnlyWhatRestricts) {
    const MountTable table{{.id = 1, .path = "/"}, {.id = 2, .path = "/sealed", .read_only = true}};
    ASSERT_NE(table.restricting(2, "/sealed/a"), nullptr);
    EXPECT_EQ(table.restricting(2, "/sealed/a")->path, "/sealed");
    EXPECT_EQ(table.restricting(1, "/a"), nullptr);
    EXPECT_EQ(table.find(3), nullptr);
    EXPECT_FALSE(table.is_unreadable());
}

TEST(MountTable, OfThisProcessAgreesWithItsMountinfo) {
    const auto files = host_files();
    const MountTable table = MountTable::of_this_process();
    for (const char* path : {"/", "/proc", "/sys", "/dev", "/tmp"}) {
        const auto inode = files->inspect(path);
        ASSERT_TRUE(inode) << path;
        const Mount* mount = table.find(inode->mount);
        ASSERT_NE(mount, nullptr) << path;
        const bool restricts = mount->read_only || mount->no_exec || mount->no_devices;
        EXPECT_EQ(table.restricting(inode->mount, path) != nullptr, restricts) << path;
    }
    EXPECT_FALSE(table.is_unreadable());
}

TEST(KernelVersion, IsTheBeginningOfTheRelease) {
    EXPECT_EQ(kernel_version("6.1.0-13-amd64"), std::pair(6U, 1U));
    EXPECT_EQ(kernel_version("5.14"), std::pair(5U, 14U));
    for (const char* text : {"", "6", "6.", "x.1", ".1", "6,1"}) EXPECT_FALSE(kernel_version(text)) << text;
}

class FindCgroups : public testing::Test {
protected:
    [[nodiscard]] std::string find() {
        const CgroupSight sight{
            .own = own,
            .writable = [this](const std::string& path) { return writable.count(path) != 0; },
            .read = [this](const std::string& path) { return path == given_by ? "cpu memory pids\n" : texts[path]; },
            .systemd = systemd,
            .manager = manager,
            .delegated = [this](const std::string& path) { return path == delegated; },
            .asked =
                [this](const std::string& unit) {
                    questions += unit + '\n';
                    return true;
                },
        };
        std::string text;
        for (const auto& [controller, parent] : find_cgroups(mounts, sight))
            text += controller + " v" + std::to_string(parent.version) + ' ' + parent.folder + words(parent.way) + '\n';
        return text;
    }

    static std::string words(CgroupParent::Way way) {
        if (way == CgroupParent::Way::below) return "";
        return way == CgroupParent::Way::aside ? " aside" : " scope";
    }

    // A folder of version 2 that this user may change.
    void own_folder(const std::string& path, const std::string& type = "domain\n") {
        for (const char* file : {"", "/cgroup.procs", "/cgroup.subtree_control"}) writable.insert(path + file);
        texts[path + "/cgroup.type"] = type;
    }

    static Mount hierarchy(const std::string& type, const std::string& path, const std::string& options) {
        Mount mount;
        mount.type = type;
        mount.path = path;
        mount.options = options;
        return mount;
    }

    std::vector<Mount> mounts;
    std::string own;
    std::set<std::string> writable;
    std::string given_by;
    std::map<std::string, std::string> texts;
    bool systemd = false;
    std::optional<std::string> manager;
    std::string delegated;
    std::string questions;  // to the systemd of the session
};

TEST_F(FindCgroups, UsesTheTopOfVersion1) {
    mounts = {hierarchy("cgroup", "/c/memory", "rw,memory"), hierarchy("cgroup", "/c/cpu,cpuacct", "rw,cpu,cpuacct"),
              hierarchy("cgroup", "/c/systemd", "rw,name=systemd")};
    own = "4:memory:/other/jail\n1:cpu,cpuacct:/\n0::/\n";
    writable = {"/c/memory", "/c/memory/other/jail", "/c/cpu,cpuacct"};
    EXPECT_EQ(find(), "cpu v1 /c/cpu,cpuacct\nmemory v1 /c/memory\n");
}

TEST_F(FindCgroups, UsesAHandedOverFolderOfVersion1) {
    mounts = {hierarchy("cgroup", "/c/memory", "rw,memory")};
    own = "4:memory:/users/me\n";
    writable = {"/c/memory/users/me"};
    EXPECT_EQ(find(), "memory v1 /c/memory/users/me\n");
}

// The hybrid layout: version 2 has some controllers, version 1 the others.
TEST_F(FindCgroups, TakesEachControllerFromWhereItIs) {
    mounts = {hierarchy("cgroup", "/c/memory", "rw,memory"), hierarchy("cgroup2", "/c/unified", "rw"),
              hierarchy("cgroup", "/c/cpuset", "rw,cpuset"), hierarchy("cgroup", "/c/pids", "rw,pids")};
    own = "3:memory:/\n2:cpuset:/\n1:pids:/\n0::/user/leaf\n";
    writable = {"/c/memory",
                "/c/cpuset",
                "/c/unified/user",
                "/c/unified/user/cgroup.procs",
                "/c/unified/user/leaf",
                "/c/unified/user/leaf/cgroup.procs"};
    texts["/c/unified/user/cgroup.subtree_control"] = "io cpu\n";
    EXPECT_EQ(find(), "cpu v2 /c/unified/user\ncpuset v1 /c/cpuset\nio v2 /c/unified/user\nmemory v1 /c/memory\n");
}

TEST_F(FindCgroups, LooksUpwardsInVersion2) {
    mounts = {hierarchy("cgroup2", "/c", "rw")};
    own = "0::/user/me/leaf\n";
    writable = {"/c/user/me", "/c/user/me/cgroup.procs", "/c/user/me/leaf", "/c/user/me/leaf/cgroup.procs"};
    given_by = "/c/user/me/cgroup.subtree_control";
    EXPECT_EQ(find(), "cpu v2 /c/user/me\nmemory v2 /c/user/me\npids v2 /c/user/me\n");
}

// A process is in one cgroup of version 2: two parents would mean that one limit is left again.
TEST_F(FindCgroups, TakesOneFolderOfVersion2ForAllControllers) {
    mounts = {hierarchy("cgroup2", "/c", "rw")};
    own = "0::/a/b/leaf\n";
    own_folder("/c/a/b");
    own_folder("/c/a");
    texts["/c/a/b/cgroup.subtree_control"] = "pids memory\n";
    texts["/c/a/cgroup.subtree_control"] = "pids memory cpu io\n";
    EXPECT_EQ(find(), "cpu v2 /c/a\nio v2 /c/a\nmemory v2 /c/a\npids v2 /c/a\n");
}

TEST_F(FindCgroups, StepsAsideWhereThisProcessIsAlone) {
    mounts = {hierarchy("cgroup2", "/c", "rw")};
    own = "0::/alone\n";
    own_folder("/c/alone");
    texts["/c/alone/cgroup.controllers"] = "cpu memory\n";
    texts["/c/alone/cgroup.procs"] = "17\n";
    EXPECT_EQ(find(), "cpu v2 /c/alone aside\nmemory v2 /c/alone aside\n");
    texts["/c/alone/cgroup.procs"] = "17\n18\n";
    EXPECT_EQ(find(), "") << "processes and children with controllers exclude each other";
}

TEST_F(FindCgroups, EnablesControllersAtTheRootWhateverIsThere) {
    mounts = {hierarchy("cgroup2", "/c", "rw")};
    own = "0::/\n";
    own_folder("/c", "");
    texts["/c/cgroup.controllers"] = "pids\n";
    texts["/c/cgroup.procs"] = "1\n2\n3\n";
    EXPECT_EQ(find(), "pids v2 /c aside\n");
}

TEST_F(FindCgroups, TakesNoPartOfAThreadedSubtree) {
    mounts = {hierarchy("cgroup2", "/c", "rw")};
    own = "0::/a/b\n";
    given_by = "/c/a/cgroup.subtree_control";
    own_folder("/c/a");
    EXPECT_NE(find(), "");
    for (const char* type : {"threaded\n", "domain threaded\n", "domain invalid\n"}) {
        own_folder("/c/a", type);
        EXPECT_EQ(find(), "") << type;
    }
}

// systemd may take controllers away where it has not given the tree away, and the limits with them.
TEST_F(FindCgroups, AsksSystemdWhereTheTreeIsSystemds) {
    mounts = {hierarchy("cgroup2", "/c", "rw")};
    own = "0::/user.slice/app.slice/shell.scope\n";
    own_folder("/c/user.slice/app.slice");
    texts["/c/user.slice/app.slice/cgroup.subtree_control"] = "memory pids\n";
    texts["/c/user.slice/cgroup.controllers"] = "cpu memory pids\n";
    EXPECT_EQ(find(), "memory v2 /c/user.slice/app.slice\npids v2 /c/user.slice/app.slice\n");
    systemd = true;
    EXPECT_EQ(find(), "") << "nobody to ask";
    manager = "/user.slice";
    EXPECT_EQ(find(), "cpu v2 /c scope\nmemory v2 /c scope\npids v2 /c scope\n");
}

TEST_F(FindCgroups, UsesWhatSystemdHasDelegated) {
    mounts = {hierarchy("cgroup2", "/c", "rw")};
    own = "0::/app.slice/mine.scope/inner\n";
    systemd = true;
    manager = "/";
    texts["/c/cgroup.controllers"] = "memory pids\n";
    own_folder("/c/app.slice/mine.scope");
    texts["/c/app.slice/mine.scope/cgroup.subtree_control"] = "memory pids\n";
    EXPECT_EQ(find(), "memory v2 /c scope\npids v2 /c scope\n");
    delegated = "/c/app.slice/mine.scope";
    EXPECT_EQ(find(), "memory v2 /c/app.slice/mine.scope\npids v2 /c/app.slice/mine.scope\n");
}

// Before version 253 it does not mark them.
TEST_F(FindCgroups, AsksTheSystemdOfTheSessionAboutItsUnits) {
    mounts = {hierarchy("cgroup2", "/c", "rw")};
    systemd = true;
    manager = "/u/user@7.service";
    own = "0::/u/user@7.service/app.slice/mine.scope\n";
    const std::string folder = "/c/u/user@7.service/app.slice/mine.scope";
    own_folder(folder);
    writable.insert(folder + "/cgroup.subtree_control");
    texts[folder + "/cgroup.controllers"] = "memory pids\n";
    texts["/c/u/user@7.service/cgroup.controllers"] = "memory pids\n";
    texts[folder + "/cgroup.procs"] = "1\n2\n";
    EXPECT_EQ(find(), "memory v2 /c scope\npids v2 /c scope\n");
    EXPECT_EQ(questions, "") << "others are in it";
    texts[folder + "/cgroup.procs"] = "1\n";
    EXPECT_EQ(find(), "memory v2 " + folder + " aside\npids v2 " + folder + " aside\n");
    EXPECT_EQ(questions, "mine.scope\n") << "once";
}

TEST_F(FindCgroups, NeedsWhatItMayWrite) {
    mounts = {hierarchy("cgroup2", "/c", "rw"), hierarchy("cgroup", "/d", "rw,memory")};
    own = "0::/\n";
    given_by = "/c/cgroup.subtree_control";
    EXPECT_EQ(find(), "");
}

// More than one read of /proc/self/status gives.
TEST(ReadHost, SeesAllGroups) {
    if (geteuid() != 0) GTEST_SKIP() << "only root can have other groups: run the suite as root";
    const pid_t child = fork();
    if (child == 0) {
        std::vector<gid_t> groups(3000);
        std::iota(groups.begin(), groups.end(), gid_t{100000});
        if (setgroups(groups.size(), groups.data()) != 0) _exit(1);
        const Host host = read_host(*host_files(), {.limits = false});
        _exit(host.groups == groups && host.unknown.empty() ? 0 : 2);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

TEST(ReadHost, IsThisMachine) {
    const auto files = host_files();
    const Host host = read_host(*files);
    EXPECT_EQ(host.uid, geteuid());
    EXPECT_GE(host.kernel_major, 5U);
    EXPECT_GE(host.last_capability, 40);
    EXPECT_LT(host.last_capability, 64);
    const auto root = files->inspect("/");
    ASSERT_TRUE(root);
    bool has_root_mount = false;
    for (const Mount& mount : host.mounts.all()) has_root_mount |= mount.id == root->mount && mount.path == "/";
    EXPECT_TRUE(has_root_mount) << "the mount ids of statx and mountinfo are the same";
    ASSERT_TRUE(find_user("root"));
    EXPECT_EQ(find_user("root")->uid, 0U);
    EXPECT_FALSE(find_user("no such user"));
}

}  // namespace
}  // namespace ward::sandbox
