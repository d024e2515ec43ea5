// Mounts below a granted folder, all of them shared, as on every machine that systemd has started
// (mount_namespaces(7)): what the policy restricts is restricted in them, and no mount comes in or goes out.
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "tests/kernel/jail_test.hpp"

namespace ward::test {

namespace {

// Lines of mountinfo with `text` in them: proc_pid_mountinfo(5).
std::vector<std::string> mounts_with(const std::string& process, const std::string& text) {
    std::istringstream lines(read_file("/proc/" + process + "/mountinfo"));
    std::vector<std::string> found;
    for (std::string line; std::getline(lines, line);)
        if (line.find(text) != std::string::npos) found.push_back(line);
    return found;
}

}  // namespace

// $work/tree is shared, and so is what is mounted in it by root: a new file system, and a folder of another place.
class SharedSubmount : public JailTest {
protected:
    static constexpr const char* below[] = {"/new", "/bound"};

    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        if (geteuid() != 0) GTEST_SKIP() << "only root can make a shared mount: run the suite as root";
        tree_ = scene().work() + "/tree";
        scene().add_folder(tree_);
        scene().add_folder(scene().work() + "/source");
        for (const char* name : below) scene().add_folder(tree_ + name);
        ASSERT_EQ(mount(tree_.c_str(), tree_.c_str(), nullptr, MS_BIND, nullptr), 0);
        mounted_ = true;
        ASSERT_EQ(mount(nullptr, tree_.c_str(), nullptr, MS_SHARED, nullptr), 0);
        ASSERT_EQ(mount("none", (tree_ + "/new").c_str(), "tmpfs", 0, "size=8m,mode=755"), 0);
        ASSERT_EQ(mount((scene().work() + "/source").c_str(), (tree_ + "/bound").c_str(), nullptr, MS_BIND, nullptr),
                  0);
        for (const char* name : below) furnish(tree_ + name);
    }

    void TearDown() override {
        if (!mounted_) return;
        EXPECT_EQ(umount2(tree_.c_str(), MNT_DETACH), 0);
    }

    void furnish(const std::string& folder) {
        ASSERT_EQ(mount(nullptr, folder.c_str(), nullptr, MS_SHARED, nullptr), 0);
        ASSERT_EQ(chmod(folder.c_str(), 0777), 0);
        scene().add_file(folder + "/file", "text", 0666);
        scene().add_folder(folder + "/late");
        scene().add_folder(folder + "/inner");
        scene().add_file(folder + "/inner/deep", "deep");
        write_file(folder + "/setuid", read_file(program("probe")), 04755);
        ASSERT_EQ(chown((folder + "/setuid").c_str(), 4711, 4712), 0);
        ASSERT_EQ(chmod((folder + "/setuid").c_str(), 06755), 0) << "which chown(2) has taken away";
    }

    [[nodiscard]] std::string probe(const std::string& policy, const std::vector<std::string>& words) {
        std::vector<std::string> all = {"file_probe"};
        all.insert(all.end(), words.begin(), words.end());
        return seen(policy, all);
    }
    // Root's jail maps the ids of what may be written: tmpfs from Linux 6.3 on (mount_setattr(2)).
    [[nodiscard]] bool can_be_written() {
        return !as_root() || jail("files { write $work/tree }", {"probe", "exit", "0"}).status == 0;
    }

    // The program of a jail that waits.
    [[nodiscard]] std::string program_of(const Running& jail) {
        for (const pid_t process : processes_with(scene().marker())) {
            const std::string id = std::to_string(process);
            if (process != jail.process() && read_file("/proc/" + id + "/cmdline").starts_with(program("probe")))
                return id;
        }
        ADD_FAILURE() << "no process of the jail was found";
        return "self";
    }

    std::string tree_;
    bool mounted_ = false;
};
WARD_AS_BOTH_USERS(SharedSubmount);

TEST_P(SharedSubmount, OutsideNothingIsRestricted) {
    for (const std::string name : below) {
        EXPECT_EQ(seen_outside({"file_probe", "write", tree_ + name + "/file", "new"}), "written");
        EXPECT_EQ(seen_outside({"file_probe", "flags", tree_ + name}).find("no"), std::string::npos);
        Invocation invocation = scene().plain({tree_ + name + "/setuid", "effective-ids"});
        EXPECT_EQ(trimmed(run(invocation).out), "4711 4712");
    }
}

TEST_P(SharedSubmount, ReadAndExecuteHoldInIt) {
    for (const std::string name : below) {
        SCOPED_TRACE(name);
        const std::string path = tree_ + name;
        const std::string read = "files { read $work/tree }";
        EXPECT_EQ(probe(read, {"flags", path}), "ro nosuid nodev noexec");
        EXPECT_EQ(probe(read, {"read", path + "/file"}), "text");
        EXPECT_EQ(probe(read, {"write", path + "/file", "x"}), "EROFS");
        EXPECT_EQ(probe(read, {"create", path + "/made"}), "EROFS");
        EXPECT_EQ(probe(read, {"execute", path + "/setuid"}), "EACCES");
        const std::string execute = "files { execute $work/tree }";
        EXPECT_EQ(probe(execute, {"flags", path}), "ro nosuid nodev");
        EXPECT_EQ(probe(execute, {"write", path + "/file", "x"}), "EROFS");
        EXPECT_EQ(seen(execute, {path + "/setuid", "effective-ids"}), seen("", {"probe", "effective-ids"}));
    }
}

TEST_P(SharedSubmount, WriteGivesNothingMore) {
    if (!can_be_written()) GTEST_SKIP() << "this kernel cannot map the ids of a tmpfs, and ward refuses it for root";
    for (const std::string name : below) {
        SCOPED_TRACE(name);
        const std::string path = tree_ + name;
        const std::string write = "files { write $work/tree }";
        EXPECT_EQ(probe(write, {"flags", path}), "nosuid nodev noexec");
        EXPECT_EQ(probe(write, {"write", path + "/file", "new"}), "written");
        EXPECT_EQ(probe(write, {"execute", path + "/setuid"}), "EACCES");
        const std::string parts = "files { write $work/tree; protect $work/tree" + name + " }";
        EXPECT_EQ(probe(parts, {"write", path + "/file", "x"}), "EROFS");
        EXPECT_EQ(read_file(path + "/file"), "new");
    }
}

TEST_P(SharedSubmount, WhatIsMountedLaterDoesNotComeIn) {
    const std::vector<std::string> wait = {"probe", "wait", scene().marker()};
    Invocation outside = scene().plain(
        {"/usr/bin/unshare", "--mount", "--propagation", "unchanged", program("probe"), "wait", scene().marker()});
    outside.user = user(Who::root);
    Running control(outside);
    ASSERT_TRUE(control.wait_for_output(scene().marker()));
    const std::string peer = std::to_string(control.process());
    Running running(jail_invocation("files { read $work/tree }", wait));
    ASSERT_TRUE(running.wait_for_output(scene().marker()));
    for (const std::string name : below)
        ASSERT_EQ(mount("late", (tree_ + name + "/late").c_str(), "tmpfs", 0, nullptr), 0);
    EXPECT_EQ(mounts_with(peer, "/late ").size(), 2U) << "a namespace that shares the mounts sees them";
    control.kill(SIGKILL);
    (void)control.finish();
    const std::string inside = program_of(running);
    EXPECT_EQ(mounts_with(inside, "/tree").size(), 3U) << read_file("/proc/" + inside + "/mountinfo");
    EXPECT_EQ(mounts_with(inside, "/late"), std::vector<std::string>());
    for (const char* word : {" shared:", " master:"})
        EXPECT_EQ(mounts_with(inside, word), std::vector<std::string>()) << "part of a group of the host's";
}

TEST_P(SharedSubmount, WhatIsMountedInsideDoesNotGoOut) {
    std::string policy = "files { read $work/tree";
    for (const std::string name : below)
        policy += "; hide $work/tree" + name + "/file; private $work/tree" + name + "/inner";
    const auto before = mounts_with("self", "");
    Running running(jail_invocation(policy + " }", {"probe", "wait", scene().marker()}));
    ASSERT_TRUE(running.wait_for_output(scene().marker()));
    EXPECT_GE(mounts_with(program_of(running), "/tree").size(), 7U) << "each of the four is a mount inside";
    EXPECT_EQ(mounts_with("self", ""), before);
    for (const std::string name : below) {
        EXPECT_EQ(read_file(tree_ + name + "/file"), "text");
        EXPECT_EQ(read_file(tree_ + name + "/inner/deep"), "deep");
        EXPECT_EQ(probe(policy + " }", {"read", tree_ + name + "/file"}), "EACCES") << "and inside it is hidden";
        EXPECT_EQ(probe(policy + " }", {"read", tree_ + name + "/inner/deep"}), "ENOENT");
    }
}

}  // namespace ward::test
