// The log of a fuzzer: what the hook of a target writes into it, and what a target could write there itself.
#include "sandbox/cli/crash_log.hpp"

#include <gtest/gtest.h>

namespace ward::cli {
namespace {

constexpr const char* openat_call =
    "#12\tNEW cov: 7\n"
    "==17==WARD: refused call 257 openat arguments 0x3 0x7ffd10 0x900 0x0 0x0 0x1f error 2 path \"/srv/a \\x22\\x0a\"\n"
    "    #0 0x7f0d0bd16218 in openat64 (/lib/x86_64-linux-gnu/libc.so.6+0xf8218)\n"
    "    #1 0x557a96f012e1 (/srv/a (1)+0x11d2e1)\n"
    "==17== ERROR: libFuzzer: deadly signal\n"
    "    #0 0x557a (/srv/target+0x1)\n";

TEST(CrashLog, ACallItsPathAndItsStack) {
    const auto calls = read_crash_log(openat_call);
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_EQ(calls[0].number, 257U);
    EXPECT_EQ(calls[0].arguments, (std::array<std::uint64_t, 6>{3, 0x7ffd10, 0x900, 0, 0, 0x1f}));
    EXPECT_EQ(calls[0].error, 2);
    EXPECT_EQ(calls[0].paths, std::vector<std::string>{"/srv/a \"\n"});
    ASSERT_EQ(calls[0].stack.size(), 2U);
    EXPECT_EQ(calls[0].stack[0].function, "openat64");
    EXPECT_EQ(calls[0].stack[0].module, "/lib/x86_64-linux-gnu/libc.so.6");
    EXPECT_EQ(calls[0].stack[0].offset, 0xf8218U);
    EXPECT_EQ(calls[0].stack[1].function, "");
    EXPECT_EQ(calls[0].stack[1].module, "/srv/a (1)");
    EXPECT_EQ(calls[0].stack[1].offset, 0x11d2e1U);
}

TEST(CrashLog, WhomItWantedToTalkTo) {
    const auto calls = read_crash_log(
        "==1==WARD: refused call 42 arguments 0x3 0x7f 0x10 0x0 0x0 0x0 error 0 address \"192.0.2.1\" port 80");
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_EQ(calls[0].address, "192.0.2.1");
    EXPECT_EQ(calls[0].port, 80U);
    EXPECT_TRUE(calls[0].stack.empty());
}

TEST(CrashLog, TwoPaths) {
    const auto calls = read_crash_log(
        "==1==WARD: refused call 82 rename arguments 0x1 0x2 0x0 0x0 0x0 0x0 error 30 path \"/a\" path \"/b\"\n");
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_EQ(calls[0].paths, (std::vector<std::string>{"/a", "/b"}));
}

// A fuzzer that goes on after a crash meets it again.
TEST(CrashLog, TheSamePlaceOnce) {
    const std::string twice = std::string(openat_call) + openat_call;
    EXPECT_EQ(read_crash_log(twice).size(), 1U);
    std::string other = openat_call;
    other.replace(other.find("0x11d2e1"), 8, "0x11d2e2");
    EXPECT_EQ(read_crash_log(twice + other).size(), 2U);
}

TEST(CrashLog, WhatIsNoLineOfTheHook) {
    for (const char* text : {
             "",
             "==WARD: refused call ",
             "==WARD: refused call x arguments 0x0 0x0 0x0 0x0 0x0 0x0 error 0",
             "==WARD: refused call 1 write",
             "==WARD: refused call 1 arguments 0x0 0x0 0x0 0x0 0x0 error 0",
             "==WARD: refused call 1 arguments 0 0 0 0 0 0 error 0",
             "==WARD: refused call 99999999999 arguments 0x0 0x0 0x0 0x0 0x0 0x0 error 0",
             "==WARD: refused call 1 arguments 0x0 0x0 0x0 0x0 0x0 0x11111111111111111 error 0",
         })
        EXPECT_TRUE(read_crash_log(text).empty()) << text;
}

TEST(CrashLog, WhatIsBrokenOffIsLeftOut) {
    const std::string line = "==1==WARD: refused call 2 open arguments 0x1 0x0 0x0 0x0 0x0 0x0 error 2";
    for (const char* end : {" path", " path \"", " path \"/a", " path \"/a\\x2", " path \"/a\\x2z\"", " path \"a\"",
                            " address \"::1\" port", " path \"/a\n\""}) {
        const auto calls = read_crash_log(line + end);
        ASSERT_EQ(calls.size(), 1U) << end;
        EXPECT_TRUE(calls[0].paths.empty()) << end;
    }
    for (const char* frame :
         {"#", "    #0", "    #0 0x1", "    #0 0x1 in", "    #0 0x1 in f", "    #0 0x1 (a", "    #0 0x1 (a+0x"}) {
        const auto calls = read_crash_log(line + "\n" + frame);
        ASSERT_EQ(calls.size(), 1U) << frame;
        EXPECT_TRUE(calls[0].stack.empty()) << frame;
    }
}

}  // namespace
}  // namespace ward::cli
