// An ordinary user's jail with the ids that the machine gives to that user: subuid(5), newuidmap(1).
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "tests/kernel/jail_test.hpp"

namespace ward::test {

class Subordinate : public JailTest {
protected:
    static constexpr const char* files[] = {"/etc/passwd", "/etc/subuid", "/etc/subgid"};

    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        if (geteuid() != 0) GTEST_SKIP() << "only root can give somebody ids: run the suite as root";
        if (access("/usr/bin/newuidmap", X_OK) != 0) GTEST_SKIP() << "newuidmap is missing: install uidmap";
        ASSERT_TRUE(enter_private_mounts());
        const std::string id = std::to_string(scene().user().uid);
        cover(files[0], read_file(files[0]) + "ordinary:x:" + id + ":" + id + "::/nowhere:/bin/sh\n");
        cover(files[1], "ordinary:200000:65536\n");
        cover(files[2], "ordinary:300000:65536\n");
    }

    void TearDown() override {
        for (; covered_ > 0; --covered_) EXPECT_EQ(umount2(files[covered_ - 1], MNT_DETACH), 0);
    }

    // In this program's mounts alone.
    void cover(const std::string& path, const std::string& text) {
        const std::string instead = scene().folder() + "/covers-" + std::to_string(covered_);
        write_file(instead, text);
        ASSERT_EQ(mount(instead.c_str(), path.c_str(), nullptr, MS_BIND, nullptr), 0) << path;
        ++covered_;
    }

    [[nodiscard]] uid_t owner_of(const std::string& name) {
        struct stat found {};
        EXPECT_EQ(lstat((scene().work() + name).c_str(), &found), 0) << name;
        return found.st_uid;
    }

    int covered_ = 0;
};
WARD_AS(Subordinate, Who::ordinary);

TEST_P(Subordinate, TheProgramIsTheNamedUserInsideAndTheCallerOutside) {
    const std::string policy = "process { user www-data }\nfiles { write $work }\n";
    const std::string own = std::to_string(scene().user().uid);
    EXPECT_EQ(seen(policy, {"probe", "ids"}), "33 33");
    EXPECT_EQ(words_of(seen(policy, {"file_probe", "read", "/proc/self/uid_map"})),
              (std::vector<std::string>{"0", "200000", "33", "33", own, "1", "34", "200033", "65502"}));
    EXPECT_EQ(seen(policy, {"file_probe", "create", "$work/made"}), "made");
    EXPECT_EQ(owner_of("/made"), scene().user().uid);
    EXPECT_EQ(seen(policy, {"probe", "status", "CapEff"}), "0000000000000000");
    EXPECT_EQ(seen("process { user root }", {"probe", "ids"}), "0 0");
}

TEST_P(Subordinate, SupplementaryGroupsAreDropped) {
    Invocation invocation = jail_invocation("process { user www-data }", {"probe", "status", "Groups"});
    const std::string own = std::to_string(scene().user().uid);
    const std::vector<std::string> before = {"/usr/bin/setpriv", "--reuid", own, "--regid", own, "--groups", "4711"};
    invocation.user = {"root", 0, 0};
    invocation.arguments.insert(invocation.arguments.begin(), before.begin(), before.end());
    const Outcome outcome = run(invocation);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(trimmed(outcome.out), "");
}

TEST_P(Subordinate, AProgramThatMayChangeItsIdHasTheOthers) {
    scene().add_folder(scene().work() + "/all", 0777);
    const std::string policy = "process { user www-data }\nfiles { write $work/all }\nsyscalls { allow setresuid }\n";
    const std::vector<std::string> become = {"probe", "become", "1000", "$work/all/made"};
    EXPECT_EQ(seen(policy, become), "EPERM");
    EXPECT_EQ(seen(policy + "capabilities { keep setuid }", become), "made");
    EXPECT_EQ(owner_of("/all/made"), 200999U);
}

// With a launch beside each answer; DoctorAndLaunch has the rest.
TEST_P(Subordinate, TheDoctorSaysWhatALaunchFinds) {
    const auto doctors_state = [&] {
        const Outcome outcome = run(scene().plain({program("ward"), "doctor", "--json"}));
        const auto answer = nlohmann::json::parse(outcome.out);
        for (const auto& row : answer["features"])
            if (row["feature"] == "subordinate-ids") return row["state"].get<std::string>();
        return std::string("no row");
    };
    const std::vector<std::string> enforced =
        report("process { user www-data }\nfiles { write $work }", {"probe", "exit", "0"})["enforced"];
    EXPECT_NE(std::find(enforced.begin(), enforced.end(), "subordinate ids"), enforced.end());
    EXPECT_EQ(doctors_state(), "works");
    ASSERT_EQ(umount2(files[2], MNT_DETACH), 0);
    --covered_;
    EXPECT_EQ(jail("process { user www-data }", {"probe", "exit", "0"}).status, 125);
    EXPECT_EQ(doctors_state(), "missing");
}

TEST_P(Subordinate, WithoutIdsItIsAnError) {
    ASSERT_EQ(umount2(files[2], MNT_DETACH), 0);
    --covered_;
    const Outcome outcome = jail("process { user www-data }", {"probe", "ids"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("/etc/subgid"), std::string::npos) << outcome.err;
}

}  // namespace ward::test
