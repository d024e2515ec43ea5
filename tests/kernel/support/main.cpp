// The entry of the test programs that run jails: their folder, what they may not leave behind, and
// how many tests were skipped.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <set>

#include "tests/kernel/support/scene.hpp"

namespace fs = std::filesystem;

namespace {

using ward::test::suite_folder;

class LeavesNothingBehind : public testing::Environment {
public:
    void SetUp() override { std::printf("this run's folder: %s\n", suite_folder().c_str()); }

    void TearDown() override {
        const std::string& folder = suite_folder();
        EXPECT_TRUE(ward::test::eventually([&] { return ward::test::processes_with(folder).empty(); }))
            << "a process of a test is still running";
        EXPECT_EQ(ward::test::read_file("/proc/self/mountinfo").find(folder), std::string::npos)
            << "a mount of a test is still there";
        std::set<std::string> left;
        for (const auto& entry : fs::directory_iterator(folder)) left.insert(entry.path().filename());
        EXPECT_EQ(left, std::set<std::string>{"bin"}) << "a scene is still there";
        fs::remove_all(folder);
    }
};

class CountsSkips : public testing::EmptyTestEventListener {
public:
    void OnTestProgramEnd(const testing::UnitTest& unit) override {
        std::printf("skipped: %d of %d\n", unit.skipped_test_count(), unit.test_to_run_count());
    }
};

}  // namespace

// Registers the tests that are not known before the program runs; the kernel tier has none.
void register_tests();

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    signal(SIGPIPE, SIG_IGN);  // a program may end before it has read its input
    register_tests();
    testing::AddGlobalTestEnvironment(new LeavesNothingBehind);
    testing::UnitTest::GetInstance()->listeners().Append(new CountsSkips);
    return RUN_ALL_TESTS();
}
