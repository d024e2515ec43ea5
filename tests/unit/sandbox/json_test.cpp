#include "sandbox/json.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ward::sandbox {
namespace {

TEST(Json, KeepsTheOrderOfMembersAndTheKindsOfValues) {
    const Json json = Json::object()
                          .set("z", 1u)
                          .set("a", -1)
                          .set("large", ~std::uint64_t{0})
                          .set("yes", true)
                          .set("half", 0.5)
                          .set("nothing", nullptr)
                          .set("words", "a \"b\"\n")
                          .set("list", Json::list_of(std::vector<std::string>{"x", "y"}))
                          .set("empty", Json::object());
    EXPECT_EQ(json.text(), R"({
  "z": 1,
  "a": -1,
  "large": 18446744073709551615,
  "yes": true,
  "half": 0.5,
  "nothing": null,
  "words": "a \"b\"\n",
  "list": [
    "x",
    "y"
  ],
  "empty": {}
}
)");
}

TEST(Json, IsUtf8OrAscii) {
    const Json json("\xc3\xa4\xff\x7f");
    EXPECT_EQ(json.text(), "\"\xc3\xa4\xef\xbf\xbd\x7f\"\n");
    EXPECT_EQ(json.ascii_text(), "\"\\u00e4\\ufffd\\u007f\"\n");
}

TEST(Json, IsAValue) {
    Json list = Json::list();
    const Json one = Json::object().set("n", 1);
    list.add(one).add(one);
    EXPECT_EQ(one.text(), "{\n  \"n\": 1\n}\n");
    list = Json();
    EXPECT_EQ(list.text(), "null\n");
}

}  // namespace
}  // namespace ward::sandbox
