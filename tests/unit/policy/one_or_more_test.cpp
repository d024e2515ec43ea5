#include "policy/one_or_more.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ward::policy {
namespace {

using Words = std::vector<std::string>;

OneOrMore<std::string> taken(Words words) {
    OneOrMore<std::string> result;
    result.take(words);
    return result;
}

TEST(OneOrMore, HoldsWhatItHasTaken) {
    for (const Words& words : {Words{}, Words{"a"}, Words{"a", "b", "c"}}) {
        const auto list = taken(words);
        EXPECT_EQ(Words(list.begin(), list.end()), words);
        EXPECT_EQ(list.all().size(), words.size());
    }
}

TEST(OneOrMore, TakesAnew) {
    auto list = taken({"a", "b"});
    Words one = {"c"};
    list.take(one);
    EXPECT_EQ(Words(list.begin(), list.end()), Words{"c"});
}

TEST(OneOrMore, IsCopiedAndMovedAsAWhole) {
    const auto one = taken({"a"});
    auto copy = one;
    EXPECT_EQ(copy.front(), "a");
    const auto moved = std::move(copy);
    EXPECT_EQ(moved.front(), "a");
    EXPECT_EQ(one.front(), "a");
}

}  // namespace
}  // namespace ward::policy
