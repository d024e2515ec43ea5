// Devices on hosts where they are not what every Linux has: what the policy names is there and works, or nothing runs.
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tests/kernel/jail_test.hpp"

namespace ward::test {

class HostDevices : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        if (geteuid() != 0 || !enter_private_mounts())
            GTEST_SKIP() << "only root can put other devices in place: run the suite as root";
    }

    void TearDown() override {
        for (; covered_ != nullptr; covered_ = nullptr) EXPECT_EQ(umount2(covered_, MNT_DETACH), 0) << strerror(errno);
    }

    // One for each test.
    void cover(const char* device, const char* by) {
        ASSERT_EQ(mount(by, device, nullptr, MS_BIND, nullptr), 0) << strerror(errno);
        covered_ = device;
    }

    const char* covered_ = nullptr;
};
WARD_AS_BOTH_USERS(HostDevices);

TEST_P(HostDevices, RandomMayBeMadeAsUrandom) {
    cover("/dev/random", "/dev/urandom");
    EXPECT_EQ(seen("files { device random }", {"probe", "say", "it runs"}), "it runs");
}

TEST_P(HostDevices, AnotherDeviceIsNotGiven) {
    cover("/dev/full", "/dev/null");
    const Outcome outcome = jail("files { device full }", {"probe", "say", "it runs"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.starts_with(
        "error[device-not-found]: this host has no character device `/dev/full` with the number 1 7\n"))
        << outcome.err;
    EXPECT_TRUE(
        outcome.err.ends_with("  help: make it again: `rm -f /dev/full; mknod -m 666 /dev/full c 1 7` as root\n"))
        << outcome.err;
}

TEST_P(HostDevices, AFileIsNoDevice) {
    cover("/dev/zero", "/etc/passwd");
    const Outcome outcome = jail("files { device zero }", {"probe", "say", "it runs"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_TRUE(outcome.err.starts_with(
        "error[device-not-found]: this host has no character device `/dev/zero` with the number 1 5\n"))
        << outcome.err;
}

// Root's launcher may clear what an ordinary user's finds locked (mount_namespaces(7)).
TEST_P(HostDevices, OnAMountWithoutDevicesItWorksOrNothingRuns) {
    cover("/dev/zero", "/dev/zero");
    ASSERT_EQ(mount(nullptr, "/dev/zero", nullptr, MS_REMOUNT | MS_BIND | MS_NODEV, nullptr), 0);
    const Outcome outcome = jail("files { device zero }", {"file_probe", "write", "/dev/zero", "x"});
    if (as_root()) {
        EXPECT_EQ(outcome.out, "written\n") << outcome.err;
        return;
    }
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("  help: remove this device: its mount is locked as nodev for ordinary users\n"),
              std::string::npos)
        << outcome.err;
}

}  // namespace ward::test
