#include "sandbox/id_range.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

namespace ward::sandbox {
namespace {

class IdRangeTest : public testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/ward-ids-XXXXXX";
        ASSERT_NE(mkdtemp(name), nullptr);
        parent = name;
        folder = parent + "/ward";
    }
    void TearDown() override { ASSERT_EQ(std::system(("rm -r " + parent).c_str()), 0); }
    std::string parent;
    std::string folder;
    policy::Diagnostics diagnostics;
};

TEST_F(IdRangeTest, TwoJailsHaveTwoRanges) {
    const auto one = OwnIdRange::take(diagnostics, folder, 0);
    const auto two = OwnIdRange::take(diagnostics, folder, 0);
    ASSERT_TRUE(one && two);
    EXPECT_EQ(one->base(), 0x70000000u);
    EXPECT_EQ(two->base(), 0x70010000u);
}

TEST_F(IdRangeTest, ARangeIsFreeAgainWhenItsJailIsGone) {
    { const auto gone = OwnIdRange::take(diagnostics, folder, 0); }
    EXPECT_EQ(OwnIdRange::take(diagnostics, folder, 0)->base(), OwnIdRange::first_id);
}

TEST_F(IdRangeTest, ARangeIsTakenAsLongAsAnyProcessOfTheJailHasIt) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    pid_t child = -1;
    {
        const auto inherited = OwnIdRange::take(diagnostics, folder, 0);
        child = fork();
        if (child == 0) {
            char ignored = 0;
            close(ends[1]);
            _exit(read(ends[0], &ignored, 1) == 0 ? 0 : 1);
        }
    }
    EXPECT_EQ(OwnIdRange::take(diagnostics, folder, 0)->base(), OwnIdRange::first_id + OwnIdRange::size);
    close(ends[1]);
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    EXPECT_EQ(OwnIdRange::take(diagnostics, folder, 0)->base(), OwnIdRange::first_id);
    close(ends[0]);
}

TEST_F(IdRangeTest, NothingOfItIsOpenToOthers) {
    const auto range = OwnIdRange::take(diagnostics, folder, 0);
    struct stat status {};
    ASSERT_EQ(stat(folder.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0700u);
    ASSERT_EQ(stat((folder + "/id-ranges").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0600u);
}

TEST_F(IdRangeTest, AFolderThatOthersMayWriteIsRefused) {
    ASSERT_EQ(mkdir(folder.c_str(), 0700), 0);
    ASSERT_EQ(chmod(folder.c_str(), 0777), 0);
    EXPECT_FALSE(OwnIdRange::take(diagnostics, folder, 0).has_value());
    ASSERT_EQ(diagnostics.all().size(), 1u);
    EXPECT_EQ(&diagnostics.all().front().kind(), &policy::slug::no_id_range);
    EXPECT_EQ(diagnostics.all().front().message(),
              "the list of id ranges in `" + folder + "` cannot be used: Operation not permitted");
}

TEST_F(IdRangeTest, ALinkInItsPlaceIsRefused) {
    ASSERT_EQ(symlink("/tmp", folder.c_str()), 0);
    EXPECT_FALSE(OwnIdRange::take(diagnostics, folder, 0).has_value());
}

TEST_F(IdRangeTest, RangesLieSideBySideBelowTwoToThe31) {
    std::vector<OwnIdRange> all;
    for (std::uint32_t count = 0; count < 8; ++count) all.push_back(*OwnIdRange::take(diagnostics, folder, 0));
    EXPECT_EQ(all.back().base() + OwnIdRange::size, OwnIdRange::first_id + 8 * OwnIdRange::size);
    EXPECT_LE(OwnIdRange::first_id + std::uint64_t{OwnIdRange::ranges} * OwnIdRange::size, std::uint64_t{1} << 31);
}

}  // namespace
}  // namespace ward::sandbox
