// `ward explain`: one word of each kind in full text, and every topic that it lists.
#include <nlohmann/json.hpp>

#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

class Explain : public Place {};

TEST_F(Explain, ADiagnostic) {
    const Outcome outcome = ward({"explain", "empty-list"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(outcome.out, R"(empty-list (error)

A statement without its values is unfinished. It never means nothing, and never
everything.

rule: an empty list never means everything

wrong:

    policy web
    files { read }

right:

    policy web
    files { read /usr/share }
)");
}

TEST_F(Explain, ASystemCall) {
    const Outcome outcome = ward({"explain", "fchmodat"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_TRUE(outcome.out.starts_with(R"(fchmodat (system call)

number: 268 on x86_64, 306 on i386, 0x4000010c on x32, 53 on aarch64
signature: fchmodat(dfd: descriptor, filename: pointer, mode: file mode)
groups: @file-system, @known, @system-service
where allowed: no setuid or setgid bits
allowed by: 7z, base.build, base.client, )"))
        << outcome.out;
}

TEST_F(Explain, ASystemCallByAnotherName) {
    EXPECT_EQ(ward({"explain", "umount"}).out, ward({"explain", "umount2"}).out);
}

TEST_F(Explain, ASystemCallThatNoGroupGrants) {
    const Outcome outcome = ward({"explain", "io_uring_enter"});
    EXPECT_NE(outcome.out.find("note: no `allow @GROUP` grants it"), std::string::npos) << outcome.out;
    EXPECT_EQ(outcome.out.find("allowed by:"), std::string::npos) << outcome.out;
}

TEST_F(Explain, ASystemCallOfOtherMachines) {
    EXPECT_EQ(ward({"explain", "mmap2"}).out, R"(mmap2 (system call of other machines)

x86_64 does not have it, so a rule about it would do nothing and is an error.

number: 192 on i386
signature: mmap2(addr: address, len: size, prot: memory protection, flags:
    mapping flags, fd: descriptor, pgoff: offset)
architectures: arm, mips, parisc, ppc, s390, x86
groups: @default, @system-service
)");
}

TEST_F(Explain, AGroupWithGroupsInsideAndCallsOfOtherMachines) {
    const Outcome outcome = ward({"explain", "@privileged"});
    EXPECT_TRUE(outcome.out.starts_with(R"(@privileged (group of system calls)

Calls that need privileges of the super-user.

holds groups: @chown, @clock, @module, @raw-io, @reboot, @swap
calls: _sysctl, acct, adjtimex, )"))
        << outcome.out;
    EXPECT_NE(outcome.out.find("\nnot on x86_64: chown32, "), std::string::npos) << outcome.out;
}

TEST_F(Explain, Capabilities) {
    EXPECT_EQ(ward({"explain", "CAP_SYS_TIME"}).out, R"(sys_time (capability)

Sets the clocks of the machine.

number: 25
in a jail: has no effect: what it governs belongs to the whole machine, and
    keeping it is an error
)");
    const Outcome network = ward({"explain", "net_bind_service"});
    EXPECT_NE(network.out.find("in a jail: counts for the jail's own network;"), std::string::npos) << network.out;
    const Outcome own = ward({"explain", "kill"});
    EXPECT_NE(own.out.find("in a jail: counts for what belongs to the jail's own namespaces"), std::string::npos)
        << own.out;
}

TEST_F(Explain, AWordThatIsSeveralThings) {
    const Outcome outcome = ward({"explain", "keep"});
    EXPECT_EQ(outcome.out, R"(keep (statement in `capabilities`)

The program keeps these capabilities in its own namespaces.

syntax: keep NAME, ...
becomes: the five capability sets

example:

    capabilities { keep net_bind_service }


keep (statement in `environment`)

The caller's value. `*` stands for any characters.

syntax: keep PATTERN, ...
becomes: a variable of the program

example:

    environment { keep LANG, LC_* }
)");
    const Outcome read = ward({"explain", "read"});
    EXPECT_NE(read.out.find("read (statement in `files`)"), std::string::npos) << read.out;
    EXPECT_NE(read.out.find("read (system call)"), std::string::npos) << read.out;
}

TEST_F(Explain, ASection) {
    const Outcome outcome = ward({"explain", "network"});
    EXPECT_TRUE(outcome.out.starts_with("network (section)\n\n")) << outcome.out;
    EXPECT_NE(outcome.out.find("\nstatements: host, unix"), std::string::npos) << outcome.out;
}

TEST_F(Explain, AnUnknownWordNamesSimilarOnesOfEveryKind) {
    const Outcome call = ward({"explain", "opnat"});
    EXPECT_EQ(call.status, 2);
    EXPECT_EQ(call.out, "");
    EXPECT_EQ(call.err,
              "error[usage]: there is nothing to explain about `opnat`\n"
              "  help: a topic with a similar name exists: `openat` or `openat2`\n");
    EXPECT_NE(ward({"explain", "flies"}).err.find("`files`"), std::string::npos);
    EXPECT_NE(ward({"explain", "file-system"}).err.find("`@file-system`"), std::string::npos);
    EXPECT_NE(ward({"explain", "sys_tiem"}).err.find("`sys_time`"), std::string::npos);
    EXPECT_NE(ward({"explain", "unknown-call"}).err.find("`unknown-"), std::string::npos);
    EXPECT_NE(ward({"explain", "frobnicate"}).err.find("help: `ward explain` lists what there is\n"),
              std::string::npos);
}

TEST_F(Explain, EscapesAnUnknownWord) {
    const Outcome outcome = ward({"explain", "\x1b[2J"});
    EXPECT_NE(outcome.err.find("`\\x1b[2J`"), std::string::npos) << outcome.err;
}

TEST_F(Explain, ListsEveryTopicByKind) {
    const Outcome outcome = ward({"explain"});
    EXPECT_EQ(outcome.status, 0);
    for (const char* part :
         {"\nsections:\n  files, network, ", "\nstatements:\n  ", "\ngroups of system calls:\n  @aio, ",
          "\nsystem calls:\n  ", "\ncapabilities:\n  ", "\ndiagnostics:\n  empty-policy, "})
        EXPECT_NE(outcome.out.find(part), std::string::npos) << part;
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
}

TEST_F(Explain, KnowsEveryTopicThatItLists) {
    const auto kinds = nlohmann::json::parse(ward({"explain", "--json"}).out);
    ASSERT_EQ(kinds.size(), 6u);
    for (const auto& [kind, names] : kinds.items()) {
        std::vector<std::string> words = {"explain", "--json"};
        for (const auto& name : names) words.push_back(name.get<std::string>());
        ASSERT_GT(words.size(), 2u) << kind;
        const Outcome outcome = ward(words);
        EXPECT_EQ(outcome.status, 0) << kind << "\n" << outcome.err;
        const auto topics = nlohmann::json::parse(outcome.out);
        EXPECT_GE(topics.size(), names.size()) << kind;
        for (const auto& topic : topics) EXPECT_GE(topic.size(), 3u) << topic;
    }
}

TEST_F(Explain, JsonOfASystemCall) {
    const auto topics = nlohmann::json::parse(ward({"explain", "--json", "openat"}).out);
    ASSERT_EQ(topics.size(), 1u);
    EXPECT_EQ(topics[0]["kind"], "system call");
    EXPECT_EQ(topics[0]["name"], "openat");
    EXPECT_EQ(topics[0]["groups"], nlohmann::json({"@file-system", "@known", "@system-service"}));
    EXPECT_EQ(topics[0]["where_allowed"], "no setuid or setgid bits");
    EXPECT_TRUE(topics[0]["allowed_by"].is_array());
}

}  // namespace
}  // namespace ward::test
