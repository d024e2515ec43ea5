// ward in a cgroup of version 2 that is short of something itself: before the jail is made, while it is, and while
// the program runs.
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "tests/kernel/jail_test.hpp"
#include "tests/kernel/support/cgroup_folders.hpp"

namespace fs = std::filesystem;

namespace ward::test {

// `above_` has the limit of the test, and ward makes the jail's cgroup in it, beside the one that it is in itself:
// of the folders with most controllers it takes the nearest.
class ShortCgroup : public JailTest {
protected:
    void SetUp() override {
        if (given_folder().empty())
            GTEST_SKIP()
                << "this machine has no cgroups of version 2 with all controllers: the guests of the tier `vm` have";
        if (geteuid() != 0) GTEST_SKIP() << "only root puts a process into any cgroup: run the suite as root";
        JailTest::SetUp();
        above_ = given_folder() + "/short";
        ASSERT_TRUE(fs::create_directories(above_ + "/in"));
        write_file(above_ + "/cgroup.subtree_control", "+cpuset +cpu +io +memory +pids");
        for (const char* file : {"", "/cgroup.procs", "/cgroup.subtree_control", "/in", "/in/cgroup.procs"})
            ASSERT_EQ(chown((above_ + file).c_str(), scene().user().uid, scene().user().gid), 0) << file;
    }

    void TearDown() override {
        if (above_.empty()) return;
        for (const char* folder : {"/in", ""})
            EXPECT_TRUE(eventually([&] { return rmdir((above_ + folder).c_str()) == 0; })) << above_ << folder;
    }

    [[nodiscard]] std::string report_file() { return scene().work() + "/report.json"; }
    [[nodiscard]] Outcome below(const std::string& policy, const std::vector<std::string>& words) {
        return run(below_cgroup(above_ + "/in", jail_invocation(policy, words, {"--report", report_file()})));
    }
    [[nodiscard]] nlohmann::json written_report() {
        return nlohmann::json::parse(read_file(report_file()), nullptr, false);
    }

    // True if the program ran.
    bool runs_or_says_why(const std::string& policy) {
        const Outcome outcome = below(policy, {"probe", "say", "it runs"});
        EXPECT_FALSE(outcome.timed_out);
        EXPECT_EQ(groups_below(above_), std::vector<std::string>()) << "left over";
        if (outcome.status == 0) {
            EXPECT_EQ(outcome.out, "it runs\n");
            return true;
        }
        EXPECT_EQ(outcome.status, 125);
        EXPECT_EQ(outcome.out, "");
        EXPECT_TRUE(outcome.err.starts_with("error[")) << outcome.err;
        EXPECT_NE(outcome.err.find("(EAGAIN)"), std::string::npos) << outcome.err;
        EXPECT_EQ(written_report()["end"], "not-started");
        EXPECT_EQ(written_report()["exit_status"], 125);
        return false;
    }

    std::string above_;
};
WARD_AS_BOTH_USERS(ShortCgroup);

// With room for ward alone no init can be made; with room for one more, init finds none for the program.
TEST_P(ShortCgroup, ATaskTooFewIsARefusalThatSaysWhy) {
    for (const char* limits : {"", "limits { tasks 8; memory 64M }"}) {
        int refused = 0;
        for (int most = 1; most <= 6; ++most) {
            SCOPED_TRACE(std::string(limits) + " and room for " + std::to_string(most));
            write_file(above_ + "/pids.max", std::to_string(most));
            if (!runs_or_says_why(limits)) refused = most;
        }
        EXPECT_GE(refused, 2) << "ward, init and the program are three";
        EXPECT_LT(refused, 6) << "nothing ran, so that this test shows nothing";
    }
}

// The kernel ends the program, and its own limit was not why.
TEST_P(ShortCgroup, AWantOfMemoryAroundTheJailIsNotItsLimit) {
    write_file(above_ + "/memory.max", std::to_string(64 << 20));
    write_file(above_ + "/memory.swap.max", "0");
    const Outcome outer = below("limits { memory 512M }", {"probe", "allocate", "256"});
    EXPECT_EQ(outer.status, 128 + SIGKILL) << outer.err;
    EXPECT_NE(outer.err.find("memory is short outside of the jail: its limit of 512M was not reached"),
              std::string::npos)
        << outer.err;
    EXPECT_EQ(written_report()["end"], "signal") << written_report();
    EXPECT_EQ(written_report()["status"], SIGKILL);
    EXPECT_EQ(written_report()["memory_kills"], 0);
    EXPECT_GE(written_report()["outside_memory_kills"], 1);
    EXPECT_EQ(below("limits { memory 16M }", {"probe", "allocate", "256"}).status, 128 + SIGKILL);
    EXPECT_EQ(written_report()["end"], "memory") << written_report();
    EXPECT_GE(written_report()["memory_kills"], 1);
    EXPECT_EQ(written_report()["outside_memory_kills"], 0);
}

}  // namespace ward::test
