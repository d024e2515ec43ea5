// `ward why`: its words, its exit status, its JSON.
#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

constexpr std::string_view policy =
    "policy web\n"
    "param port: port = 443\n"
    "files { read /usr/share; hide /usr/share/keys }\n"
    "network { connect tcp $port }\n"
    "syscalls {\n"
    "    allow openat, close, socket, connect\n"
    "    forbid ptrace\n"
    "}\n";

class Why : public Place {
protected:
    void SetUp() override {
        Place::SetUp();
        write("web.ward", policy);
    }
    [[nodiscard]] Outcome why(std::vector<std::string> words) const {
        words.insert(words.begin(), {"why", "./web.ward"});
        return ward(std::move(words));
    }
};

TEST_F(Why, ALineThatAllows) {
    const Outcome outcome = why({"read", "/usr/share/x"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.out,
              "allowed: `read /usr/share/x`: `read /usr/share` grants it\n"
              "  --> ./web.ward:3:14\n"
              "  3 | files { read /usr/share; hide /usr/share/keys }\n"
              "    |              ^^^^^^^^^^ allows it\n"
              "  help: to deny it, write `hide /usr/share/x` in `files { }`\n");
    EXPECT_EQ(outcome.err, "");
}

TEST_F(Why, ALineThatDenies) {
    const Outcome outcome = why({"read", "/usr/share/keys/a"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.out,
              "denied: `read /usr/share/keys/a` fails with EACCES: `hide /usr/share/keys` hides it\n"
              "  --> ./web.ward:3:31\n"
              "  3 | files { read /usr/share; hide /usr/share/keys }\n"
              "    |                               ^^^^^^^^^^^^^^^ decides\n"
              "  help: to allow it, write `read /usr/share/keys/a` in `files { }`\n");
}

TEST_F(Why, APathMayBeginAtTheWorkingFolder) {
    const std::string beginning = "denied: `write " + work() + "/x`";
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"write", "./x"}, {"write x"}, {"write", "a/../x"}})
        EXPECT_TRUE(why(words).out.starts_with(beginning)) << why(words).out << why(words).err;
}

TEST_F(Why, NoLineAtAll) {
    const Outcome outcome = why({"read '/a b'"});
    EXPECT_EQ(outcome.status, 2);
    const Outcome quoted = why({"read", "/a b"});
    EXPECT_EQ(quoted.status, 1);
    EXPECT_EQ(quoted.out,
              "denied: `read \"/a b\"` fails with ENOENT: nothing grants it, so it is not there\n"
              "  help: to allow it, write `read \"/a b\"` in `files { }`\n");
}

TEST_F(Why, AWordOfTheShellIsQuotedAsAPolicyNeedsIt) {
    EXPECT_TRUE(why({"read", "/a(b)"}).out.starts_with("denied: `read \"/a(b)\"` fails with ENOENT: "));
    EXPECT_TRUE(why({"read", "/a\nb"}).out.starts_with("denied: `read \"/a\\x0ab\"` fails with ENOENT: "));
}

TEST_F(Why, OneWordAlone) {
    const Outcome path = why({"read"});
    EXPECT_EQ(path.status, 2);
    EXPECT_EQ(path.out, "");
    EXPECT_EQ(path.err,
              "error[usage]: `read` names no path\n"
              "  help: add one, for example `read /etc/shadow`\n");
    const Outcome call = why({"openat"});
    EXPECT_EQ(call.status, 2);
    EXPECT_EQ(call.err,
              "error[usage]: `openat` alone is no question\n"
              "  help: write `syscall openat`\n");
}

TEST_F(Why, ItDepends) {
    const Outcome outcome = why({"socket(AF_NETLINK)"});
    EXPECT_EQ(outcome.status, 3);
    EXPECT_NE(outcome.out.find("depends: `syscall socket(AF_NETLINK)`: "), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("is allowed, and `socket(AF_NETLINK, _, "), std::string::npos) << outcome.out;
}

TEST_F(Why, ParametersAndOptionsAnywhere) {
    EXPECT_EQ(why({"connect", "tcp", "443"}).status, 0);
    EXPECT_EQ(why({"connect", "tcp", "443", "--set", "port=80"}).status, 1);
}

TEST_F(Why, AsJson) {
    const Outcome outcome = why({"syscall", "ptrace", "--json"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(
        outcome.out,
        "{\n"
        "  \"question\": \"syscall ptrace\",\n"
        "  \"verdict\": \"denied\",\n"
        "  \"failure\": \"EPERM\",\n"
        "  \"reason\": \"it is forbidden\",\n"
        "  \"rule\": null,\n"
        "  \"places\": [\n"
        "    {\n"
        "      \"file\": \"./web.ward\",\n"
        "      \"line\": 7,\n"
        "      \"column\": 12,\n"
        "      \"text\": \"ptrace\"\n"
        "    }\n"
        "  ],\n"
        "  \"notes\": [],\n"
        "  \"examples\": null,\n"
        "  \"change\": \"to allow it, remove it from `forbid`, and write `allow ptrace` in `syscalls { }`, and write "
        "`debug allow` in `process { }`\"\n"
        "}\n");
}

TEST_F(Why, WhatIsNoQuestion) {
    const Outcome outcome = why({"syscall", "opnat"});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("error[unknown-syscall]"), std::string::npos) << outcome.err;
    const Outcome missing = ward({"why", "./web.ward"});
    EXPECT_EQ(missing.status, 2);
    EXPECT_EQ(missing.err,
              "error[usage]: nothing is asked about `./web.ward`\n"
              "  help: add a question, for example `read /etc/shadow` or `connect tcp 443`\n");
}

}  // namespace
}  // namespace ward::test
