// `ward test`: TAP, JSON and its exit status.
#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

class Test : public Place {};

TEST_F(Test, WhatHoldsAndWhatDoesNot) {
    write("web.ward",
          "policy web\n"
          "files { read ~/pages, $arguments; write $cwd }\n"
          "syscalls { allow openat }\n"
          "test \"reach #1\" with arguments = ~/a.html {\n"
          "    allow read ~/a.html\n"
          "    deny write ~/a.html\n"
          "    deny read ~/pages/x\n"
          "    deny syscall openat(_, _, _, 04000)\n"
          "    allow syscall openat\n"
          "}\n");
    const Outcome outcome = ward({"test", "./web.ward"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(
        outcome.out,
        "TAP version 14\n"
        "1..5\n"
        "ok 1 - ./web.ward: reach \\#1: allow read ~/a.html\n"
        "ok 2 - ./web.ward: reach \\#1: deny write ~/a.html\n"
        "not ok 3 - ./web.ward: reach \\#1: deny read ~/pages/x\n"
        "  ---\n"
        "  message: \"allowed: `read ~/pages/x`: `read /home/user/pages` grants it\"\n"
        "  at: \"./web.ward:7: deny read ~/pages/x\"\n"
        "  rules:\n"
        "    - \"./web.ward:2: ~/pages\"\n"
        "  help: \"to deny it, write `hide ~/pages/x` in `files { }`\"\n"
        "  ...\n"
        "not ok 4 - ./web.ward: reach \\#1: deny syscall openat(_, _, _, 04000)\n"
        "  ---\n"
        "  message: \"depends: `syscall openat(_, _, _, 04000)`: by ward's own rule `no setuid or setgid bits` it "
        "depends on the arguments\"\n"
        "  at: \"./web.ward:8: deny syscall openat(_, _, _, 04000)\"\n"
        "  rules:\n"
        "    - \"./web.ward:3: openat\"\n"
        "  help: \"state the arguments, as in `openat(_, _, O_CREAT, 04000)`\"\n"
        "  ...\n"
        "not ok 5 - ./web.ward: reach \\#1: allow syscall openat\n"
        "  ---\n"
        "  message: \"depends: `syscall openat`: by ward's own rule `no setuid or setgid bits` it depends on the "
        "arguments\"\n"
        "  at: \"./web.ward:9: allow syscall openat\"\n"
        "  rules:\n"
        "    - \"./web.ward:3: openat\"\n"
        "  help: \"state the arguments, as in `openat(_, _, O_CREAT, 02000)`\"\n"
        "  ...\n");
}

TEST_F(Test, TheEnvironmentIsWhatTheBlockStates) {
    write("web.ward",
          "policy web\n"
          "param data: path\n"
          "files { read $data; write $cwd }\n"
          "syscalls { allow openat }\n"
          "when kernel >= 6.8 and exists /opt/x { files { read /opt } }\n"
          "test \"one\" with cwd = /srv/here, data = /data, kernel = 6.8, exists = /opt/y, exists = /opt/x {\n"
          "    allow write /srv/here/x\n"
          "    allow read /data/x\n"
          "    allow read /opt/z\n"
          "}\n"
          "test \"other\" with data = ~/data, kernel = 6.7, exists = /opt/x, home = /root {\n"
          "    allow read /root/data/x\n"
          "    deny read /opt/z\n"
          "}\n");
    const Outcome outcome = ward({"test", "./web.ward"});
    EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
}

TEST_F(Test, APolicyThatIsWrongThere) {
    write("web.ward",
          "policy web\n"
          "files { write $cwd }\n"
          "test \"at home\" with cwd = ~ {\n"
          "    deny read /etc/shadow\n"
          "}\n");
    const Outcome outcome = ward({"test", "./web.ward"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_NE(outcome.err.find("error[home-writable]"), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.out.find("not ok 1 - ./web.ward: at home: deny read /etc/shadow\n"
                               "  ---\n"
                               "  message: \"the policy is wrong in this environment: "),
              std::string::npos)
        << outcome.out;
}

TEST_F(Test, QuestionsThatMakeNoSense) {
    write("web.ward", "policy web\nuse base.program\ntest \"x\" {\n    deny syscall opnat\n}\n");
    const Outcome outcome = ward({"test", "./web.ward"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_NE(outcome.err.find("error[unknown-syscall]"), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.out.find("message: \"the question is wrong: unknown system call `opnat`\""), std::string::npos)
        << outcome.out;
}

TEST_F(Test, AsJson) {
    write("web.ward", "policy web\nsyscalls { allow read }\ntest \"x\" {\n    allow syscall read\n}\n");
    const Outcome outcome = ward({"test", "--json", "./web.ward"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_NE(outcome.out.find("\"policy\": \"./web.ward\""), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("\"verdict\": \"allowed\""), std::string::npos);
    EXPECT_NE(outcome.out.find("\"passed\": 1,\n  \"failed\": 0\n}\n"), std::string::npos) << outcome.out;
}

TEST_F(Test, AFileThatIsNoPolicy) {
    const Outcome outcome = ward({"test", "./none.ward"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_NE(outcome.out.find("not ok 1 - ./none.ward: the policy can be read\n"), std::string::npos) << outcome.out;
}

}  // namespace
}  // namespace ward::test
