#include "policy/source.hpp"

#include <gtest/gtest.h>

namespace ward::policy {
namespace {

TEST(Source, FindsLinesAndColumns) {
    const Source source("a", "one\ntwo\r\n\nend");
    const auto at = [&](std::uint32_t offset) {
        const Position position = source.position(offset);
        return std::to_string(position.line) + ':' + std::to_string(position.column) + ' ' +
               std::string(source.line_at(offset));
    };
    EXPECT_EQ(at(0), "1:1 one");
    EXPECT_EQ(at(3), "1:4 one");  // the line end belongs to its line
    EXPECT_EQ(at(4), "2:1 two");
    EXPECT_EQ(at(9), "3:1 ");
    EXPECT_EQ(at(10), "4:1 end");
    EXPECT_EQ(at(13), "4:4 end");  // the end of the text
}

TEST(Source, HasAFirstLineEvenIfItIsEmpty) {
    const Source source("a", "");
    EXPECT_EQ(source.position(0).line, 1U);
    EXPECT_EQ(source.position(0).column, 1U);
    EXPECT_EQ(source.line_at(0), "");
}

TEST(Sources, KeepTheirTextsInPlace) {
    Sources sources;
    const FileId first = sources.add("first", "text of the first");
    const std::string_view before = sources[first].text();
    for (int i = 0; i < 1000; ++i) sources.add("more", "text");
    EXPECT_EQ(sources[first].text().data(), before.data());
    EXPECT_EQ(sources.text({first, 12, 17}), "first");
    EXPECT_EQ(sources.size(), 1001U);
}

}  // namespace
}  // namespace ward::policy
