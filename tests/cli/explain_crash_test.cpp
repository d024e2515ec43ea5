// `ward explain-crash`, in full text. That its logs are those of real fuzzers is shown by tests/fuzzing.
#include <nlohmann/json.hpp>

#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

class ExplainCrash : public Place {
protected:
    void SetUp() override {
        Place::SetUp();
        write("target.ward",
              "policy target\n"
              "use base.program\n"
              "syscalls {\n"
              "    refuse with trap\n"
              "    forbid connect\n"
              "}\n");
    }
    [[nodiscard]] Outcome explain(std::vector<std::string> words) const {
        words.insert(words.begin(), {"explain-crash", "-p", "./target.ward"});
        return ward(words);
    }
};

constexpr std::string_view connect_log =
    "INFO: Seed: 1\n"
    "==2==WARD: refused call 42 arguments 0x3 0x7ffebd92 0x10 0x7f29 0x0 0x21 error 0 address \"192.0.2.100\" port 80\n"
    "    #0 0x7f2953 in __connect (/lib/x86_64-linux-gnu/libc.so.6+0x10a7fb)\n"
    "    #1 0x5583e8 in LLVMFuzzerTestOneInput (/lib/target+0x11c068)\n"
    "    #2 0x5583e9 in main (/lib/target+0x44344)\n"
    "==2== ERROR: libFuzzer: deadly signal\n";

TEST_F(ExplainCrash, ACallThatTheFilterRefused) {
    write("log", connect_log);
    const Outcome outcome = explain({"log"});
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.out, R"(the target called `connect(3, _, 16)` for `192.0.2.100` port 80
denied: `syscall connect(3, _, 16)` gets SIGSYS: it is forbidden
  --> ./target.ward:5:12
  5 |     forbid connect
    |            ^^^^^^^ decides
  help: to allow it, remove it from `forbid`, and write `allow connect` in `syscalls { }`
  #0 __connect in libc.so.6
  #1 LLVMFuzzerTestOneInput in target
)");
}

TEST_F(ExplainCrash, APathThatIsNotGranted) {
    write("log",
          "==2==WARD: refused call 257 openat arguments 0xffffff9c 0x55 0x241 0x1b6 0x0 0x1 error 30 path "
          "\"/srv/fuzz/../../etc/cron.d/\\x1b[31m\"\n"
          "    #0 0x7f2953 in openat64 (/lib/libc.so.6+0x10a7fb)\n");
    const Outcome outcome = explain({"log"});
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(
        outcome.out,
        R"(the target called `openat(AT_FDCWD, _, O_WRONLY|O_CREAT|O_TRUNC, 0666)` for `/etc/cron.d/\x1b[31m`, which failed with EROFS
denied: `write "/etc/cron.d/\x1b[31m"` fails with ENOENT: nothing grants it, so it is not there
  help: to allow it, write `write "/etc/cron.d/\x1b[31m"` in `files { }`
  #0 openat64 in libc.so.6
)");
}

// A fuzzer makes any name, and the line has to mean that one.
TEST_F(ExplainCrash, PathsThatNeedEscapes) {
    const std::pair<const char*, const char*> names[] = {
        {"/srv/$home", R"("/srv/$$home")"},   {"/srv/a*", R"("/srv/a*")"},
        {"/srv/\\xff", R"("/srv/\xff")"},     {"/srv/\\xe2\\x80\\xaeb", R"("/srv/\xe2\x80\xaeb")"},
        {"/srv/\\xc3\\xa9", "/srv/\xc3\xa9"},
    };
    for (const auto& [name, word] : names) {
        write("log",
              "==2==WARD: refused call 257 openat arguments 0xffffff9c 0x55 0x241 0x1b6 0x0 0x1 error 30 path \"" +
                  std::string(name) + "\"\n");
        const Outcome outcome = explain({"log"});
        EXPECT_NE(outcome.out.find("help: to allow it, write `write " + std::string(word) + "` in `files { }`"),
                  std::string::npos)
            << name << '\n'
            << outcome.out << outcome.err;
    }
}

TEST_F(ExplainCrash, WhatThePolicyAllows) {
    write("log", "==2==WARD: refused call 2 open arguments 0x1 0x0 0x0 0x0 0x0 0x0 error 13 path \"/etc/passwd\"\n");
    const Outcome outcome = explain({"log"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_TRUE(
        outcome.out.starts_with("the target called `open(_, O_RDONLY, 0)` for `/etc/passwd`, which failed with EACCES\n"
                                "allowed: `read /etc/passwd`: "))
        << outcome.out;
    EXPECT_TRUE(outcome.out.ends_with(
        "  note: the host itself refuses it, or the target ran under another policy (`--policy`)\n"))
        << outcome.out;
}

TEST_F(ExplainCrash, ANumberThatNoTableHas) {
    write("log", "==2==WARD: refused call 4000 arguments 0x1 0x0 0x0 0x0 0x0 0x0 error 0\n");
    const Outcome outcome = explain({"log"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(outcome.out, "the target called `call 4000`\n");
}

TEST_F(ExplainCrash, InJson) {
    write("log", connect_log);
    const auto json = nlohmann::json::parse(explain({"--json", "log"}).out);
    ASSERT_EQ(json.size(), 1U);
    EXPECT_EQ(json[0]["call"], "connect(3, _, 16)");
    EXPECT_EQ(json[0]["address"], "192.0.2.100");
    EXPECT_EQ(json[0]["port"], 80);
    EXPECT_EQ(json[0]["answer"]["verdict"], "denied");
    EXPECT_EQ(json[0]["answer"]["places"][0]["line"], 5);
    EXPECT_EQ(json[0]["stack"].size(), 2U);
    EXPECT_EQ(json[0]["stack"][1]["function"], "LLVMFuzzerTestOneInput");
}

TEST_F(ExplainCrash, ALogWithoutACrash) {
    write("log", "INFO: Seed: 1\nDone 1 runs in 0 second(s)\n");
    const Outcome outcome = explain({"log"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err,
              "ward: no call was refused in `log`: is the target compiled with `ward explain-crash --hook`?\n");
}

TEST_F(ExplainCrash, CommandLinesThatAreNotUnderstood) {
    EXPECT_EQ(ward({"explain-crash"}).err,
              "error[usage]: no log is named\n"
              "  help: write `ward explain-crash FILE`, with what the fuzzer said; `-` is standard input\n");
    EXPECT_EQ(ward({"explain-crash", "a", "b"}).status, 2);
    const Outcome outcome = ward({"explain-crash", "nothing"});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.err,
              "error[usage]: `nothing` cannot be read: No such file or directory\n"
              "  help: name the file with what the fuzzer said, or `-` for standard input\n");
}

TEST_F(ExplainCrash, TheHookIsASourceOfCAndOfCxx) {
    const Outcome outcome = ward({"explain-crash", "--hook"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_TRUE(outcome.out.starts_with("// ward's hook in a fuzz target")) << outcome.out;
    write("hook.c", outcome.out);
    for (const char* language : {"-xc", "-xc++"}) {
        const Outcome compiled = plain({"/usr/bin/g++", language, "-Wall", "-Wextra", "-Werror", "-c", "hook.c"});
        EXPECT_EQ(compiled.status, 0) << compiled.err;
    }
}

}  // namespace
}  // namespace ward::test
