#include "policy/similar_name.hpp"

#include <gtest/gtest.h>

namespace ward::policy {
namespace {

using Names = std::vector<std::string>;

constexpr std::string_view calls[] = {"open", "openat", "openat2", "read", "readv", "pread64", "write", "execve", "rm"};

TEST(SimilarNames, ListsTheNearestFirst) {
    EXPECT_EQ(similar_names("opennat", calls), (Names{"openat", "openat2"}));
    EXPECT_EQ(similar_names("readd", calls), (Names{"read", "readv"}));
}

TEST(SimilarNames, CountsSwappedNeighboursAsOneStep) {
    EXPECT_EQ(similar_names("raed", calls), (Names{"read"}));
    EXPECT_EQ(similar_names("exceve", calls), (Names{"execve"}));
}

TEST(SimilarNames, NamesAtMostThreeInTheOrderOfTheCandidates) {
    constexpr std::string_view same[] = {"ab1", "ab2", "ab3", "ab4", "ab2"};
    EXPECT_EQ(similar_names("abx", same), (Names{"ab1", "ab2", "ab3"}));
}

TEST(SimilarNames, FindsNothingForWhatIsTooShortOrTooFar) {
    EXPECT_EQ(similar_names("r", calls), Names());
    EXPECT_EQ(similar_names("", calls), Names());
    EXPECT_EQ(similar_names("frobnicate", calls), Names());
    EXPECT_EQ(similar_names("xy", calls), Names());  // every letter changed
    EXPECT_EQ(similar_names(std::string(1 << 20, 'a'), calls), Names());
}

TEST(QuotedList, JoinsNames) {
    EXPECT_EQ(quoted_list({}), "");
    EXPECT_EQ(quoted_list({"a"}), "`a`");
    EXPECT_EQ(quoted_list({"a", "b"}), "`a` or `b`");
    EXPECT_EQ(quoted_list({"a", "b", "c"}), "`a`, `b` or `c`");
}

}  // namespace
}  // namespace ward::policy
