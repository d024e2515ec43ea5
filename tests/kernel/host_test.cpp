// What a jail must not do to the host around it, nor the host to a jail: mounts, streams, time.
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "tests/kernel/jail_test.hpp"

namespace ward::test {

// ---- mounts that propagate, as on every machine that systemd has started (mount_namespaces(7))

class SharedMount : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        if (geteuid() != 0) GTEST_SKIP() << "only root can make a shared mount";
        folder_ = scene().work() + "/shared";
        scene().add_folder(folder_);
        scene().add_folder(folder_ + "/late");
        scene().add_file(folder_ + "/hidden", "secret");
        ASSERT_EQ(mount(folder_.c_str(), folder_.c_str(), nullptr, MS_BIND, nullptr), 0);
        mounted_ = true;
        ASSERT_EQ(mount(nullptr, folder_.c_str(), nullptr, MS_SHARED, nullptr), 0);
    }

    void TearDown() override {
        if (!mounted_) return;
        EXPECT_EQ(umount2(folder_.c_str(), MNT_DETACH), 0);
    }

    [[nodiscard]] static std::size_t mounts_of_the_host() {
        const std::string text = read_file("/proc/self/mountinfo");
        return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    }

    // True if a process is in the mount namespace of this one.
    [[nodiscard]] static bool same_mounts(const std::string& proc_folder) {
        std::error_code gone;
        return std::filesystem::read_symlink(proc_folder + "/ns/mnt", gone) ==
               std::filesystem::read_symlink("/proc/self/ns/mnt", gone);
    }

    std::string folder_;
    bool mounted_ = false;
};
WARD_AS_BOTH_USERS(SharedMount);

TEST_P(SharedMount, WhatIsHiddenInTheJailIsNotHiddenOutside) {
    const std::size_t before = mounts_of_the_host();
    const std::string policy = "files { read $work/shared; hide $work/shared/hidden }";
    EXPECT_EQ(seen(policy, {"file_probe", "read", folder_ + "/hidden"}), "EACCES");
    EXPECT_EQ(read_file(folder_ + "/hidden"), "secret");
    EXPECT_EQ(mounts_of_the_host(), before);
}

TEST_P(SharedMount, WhatIsMountedOutsideDoesNotAppearInside) {
    Invocation invocation = jail_invocation("files { read $work/shared }", {"probe", "wait", scene().marker()});
    Running running(invocation);
    ASSERT_TRUE(running.wait_for_output(scene().marker()));
    ASSERT_EQ(mount("late", (folder_ + "/late").c_str(), "tmpfs", 0, nullptr), 0);
    int looked_at = 0;
    for (const pid_t process : processes_with(scene().marker())) {
        const std::string folder = "/proc/" + std::to_string(process);
        if (same_mounts(folder)) continue;
        ++looked_at;
        EXPECT_EQ(read_file(folder + "/mountinfo").find("/shared/late"), std::string::npos);
    }
    EXPECT_GE(looked_at, 1) << "no process of the jail was found";
    running.kill(SIGTERM);
    EXPECT_EQ(running.finish().status, 128 + SIGTERM);
}

// ---- how a launch ends

class Host : public JailTest {};
WARD_AS_BOTH_USERS(Host);

// The process whose exec failed may not even end by itself: the filter would ask a supervisor that
// has not been told of it.
TEST_P(Host, AnExecThatFailsUnderTheStrictestFilterEnds) {
    const std::string script = scene().work() + "/script";
    scene().add_file(script, "#!/no/such/interpreter\n", 0755);
    Invocation invocation =
        scene().jailed("files { execute $work/script }\nsyscalls { allow read; refuse with kill }", {script});
    const Outcome outcome = run(invocation);
    EXPECT_FALSE(outcome.timed_out);
    EXPECT_EQ(outcome.status, 127) << outcome.err;
    EXPECT_NE(outcome.err.find("error[cannot-execute]"), std::string::npos) << outcome.err;
}

// A program that stops itself stops ward, which then watches no time limit.
TEST_P(Host, NothingOfTheJailGoesOnWhileWardIsStopped) {
    const std::string file = scene().work() + "/made";
    Invocation invocation = jail_invocation("files { write $work }", {"stopper", file});
    Running running(invocation);
    ASSERT_TRUE(running.wait_for_output("stops"));
    const std::string status = "/proc/" + std::to_string(running.process()) + "/status";
    ASSERT_TRUE(eventually([&] { return read_file(status).find("State:\tT") != std::string::npos; }));
    std::this_thread::sleep_for(std::chrono::seconds(1));
    EXPECT_NE(access(file.c_str(), F_OK), 0) << "a process of the jail has gone on";
    running.kill(SIGCONT);
    EXPECT_TRUE(eventually([&] { return access(file.c_str(), F_OK) == 0; }));
}

}  // namespace ward::test
