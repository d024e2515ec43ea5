#include "sandbox/cli/additions.hpp"

#include <gtest/gtest.h>

namespace ward::cli {
namespace {

TEST(Additions, AreWrittenByTheirSectionsInTheCanonicalForm) {
    Reading reading;
    const auto added = read_additions(
        {"read   ~/data", "connect tcp 443;  memory 1G", "write ~/out", "syscalls { forbid ptrace }"}, reading);
    ASSERT_TRUE(added);
    EXPECT_EQ(policy_text("mine", "base.untrusted", *added, reading.sources),
              "policy mine\n"
              "\n"
              "use base.untrusted\n"
              "\n"
              "files {\n"
              "    read     ~/data\n"
              "    write    ~/out\n"
              "}\n"
              "\n"
              "network {\n"
              "    connect  tcp 443\n"
              "}\n"
              "\n"
              "syscalls {\n"
              "    forbid   ptrace\n"
              "    allow    @network-io\n"
              "}\n"
              "\n"
              "limits {\n"
              "    memory   1G\n"
              "}\n");
}

TEST(Additions, EachTextMustSaySomething) {
    Reading reading;
    EXPECT_FALSE(read_additions({"read ~/data", " # nothing"}, reading));
    EXPECT_EQ(reading.diagnostics.errors(), 1U);
    Reading other;
    EXPECT_FALSE(read_additions({"raed ~/data", "connect"}, other));
    EXPECT_EQ(other.diagnostics.errors(), 2U);
    Reading invalid;
    EXPECT_FALSE(read_additions({std::string("read /a\0b", 9)}, invalid));
}

}  // namespace
}  // namespace ward::cli
