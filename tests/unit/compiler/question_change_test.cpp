// What an answer says to write turns it round: tried on every profile, as somebody would who edits it.
#include <regex>

#include "tests/support/linked_set.hpp"
#include "tests/unit/compiler/question_fixture.hpp"

namespace ward::compiler {
namespace {

const char* const questions[] = {
    "read /etc/shadow",
    "read /etc/passwd",
    "read /etc/hosts",
    "read ~/.ssh/id",
    "read ~/.ssh",
    "read ~/data/a",
    "read \"/srv/a b\"",
    "read /tmp/x",
    "read /dev/sda",
    "read /",
    "read /usr/lib/x86_64-linux-gnu/x",
    "write /tmp/x",
    "write /usr/share/x",
    "write ~/.bashrc",
    "write ~",
    "write $cwd/x",
    "write /dev/null",
    "write /",
    "execute $program",
    "execute /usr/bin/id",
    "execute /usr/lib/x86_64-linux-gnu/x",
    "execute /tmp/x",
    "execute /dev/sda",
    "execute /proc/self/exe",
    "connect tcp 443",
    "connect tcp 53",
    "connect example.org:25",
    "listen tcp 80",
    "listen tcp 8080",
    "resolve",
    "syscall read",
    "syscall bpf",
    "syscall execve",
    "syscall ptrace",
    "syscall io_uring_setup",
    "syscall mmap2",
    "syscall socketcall",
    "chmod(_, 04755)",
    "openat(_, _, O_CREAT, 04755)",
    "openat(_, _, O_RDONLY)",
    "clone(CLONE_NEWUSER)",
    "unshare(CLONE_NEWNET)",
    "kill(0)",
    "ioctl(0, TIOCSTI)",
    "socket(AF_INET, SOCK_STREAM, 0)",
    "socket(AF_UNIX, SOCK_STREAM)",
    "socket(AF_PACKET)",
    "capability net_raw",
    "capability sys_admin",
    "device null",
    "device fuse",
    "device sda",
    "variable PATH",
    "variable LD_PRELOAD",
};

struct Profile {
    policy::Sources sources;
    policy::Diagnostics diagnostics;
    std::optional<policy::PolicySet> set;
    Facts facts = some_facts();

    std::optional<Answer> ask(const std::string& words) {
        if (!set) return std::nullopt;
        facts = with_parameters(facts, *set);
        const auto jail = compile(*set, facts, diagnostics);
        const auto question = policy::parse_question(sources, sources.add("question", words), diagnostics);
        if (!jail || !question) return std::nullopt;
        const auto resolved = resolve_question(*question, *set, facts, diagnostics);
        if (!resolved) return std::nullopt;
        return tried_answer(*jail, {*set, facts, *resolved, sources});
    }
};

// The lines that the change names, each in its section.
std::string lines_of(const std::string& change) {
    static const std::regex line("write `([^`]*)` in `([a-z]+) \\{ \\}`");
    std::string text;
    for (std::sregex_iterator each(change.begin(), change.end(), line), end; each != end; ++each)
        text += (*each)[2].str() + " {\n" + (*each)[1].str() + "\n}\n";
    return text;
}

bool explains_itself(const Answer& answer) {
    return std::any_of(answer.notes.begin(), answer.notes.end(),
                       [](const std::string& note) { return note.starts_with("no line "); });
}

void check(const policy::BuiltIn& profile, const std::string& words, std::size_t& turned) {
    SCOPED_TRACE(std::string(profile.name) + ": " + words);
    Profile before;
    before.set = policy::Library(policy::SearchPath{}).load(profile.name, before.sources, before.diagnostics);
    const auto answer = before.ask(words);
    ASSERT_TRUE(answer) << policy::render(before.diagnostics, before.sources);
    if (answer->verdict == Answer::Verdict::depends) return;
    EXPECT_NE(answer->change.empty(), !explains_itself(*answer)) << answer->reason << '\n' << answer->change;
    if (answer->change.empty()) return;
    const std::string added = lines_of(answer->change);
    ASSERT_NE(added, "") << answer->change;
    Profile after;
    after.set = test::link(profile.name, std::string(profile.text) + '\n' + added, test::built_in_text, after.sources,
                           after.diagnostics);
    const auto changed = after.ask(words);
    ASSERT_TRUE(changed) << added << policy::render(after.diagnostics, after.sources);
    EXPECT_NE(changed->verdict, answer->verdict) << added << changed->reason;
    const bool is_half = answer->change.ends_with("then it depends on the arguments");
    EXPECT_EQ(changed->verdict == Answer::Verdict::depends, is_half) << answer->change;
    ++turned;
}

TEST(QuestionChanges, EachPrintedLineTurnsTheAnswerOfEveryProfile) {
    std::size_t turned = 0;
    for (const policy::BuiltIn& profile : policy::built_in_policies())
        for (const char* words : questions) check(profile, words, turned);
    EXPECT_GT(turned, 1000U);
}

TEST(QuestionChanges, SeveralLinesWhereOneIsNotEnough) {
    Asked policy("files { read /srv }\nsyscalls { allow read }");
    EXPECT_EQ(policy.ask("connect tcp 25"),
              "denied ENETUNREACH: the jail has a network of its own, with nothing but a loopback\n"
              "help: write `connect tcp 25` in `network { }`, and write `allow @network-io` in `syscalls { }`\n");
    EXPECT_EQ(policy.ask("write /srv/x"),
              "denied EROFS: `read /srv` does not grant `write`\n"
              "2: /srv\n"
              "help: write `write /srv/x` in `files { }`, and write `allow openat` in `syscalls { }`\n");
    EXPECT_EQ(policy.ask("chmod(_, 04755)"),
              "denied EPERM: nothing allows it\n"
              "help: write `allow chmod` in `syscalls { }`, and write `setuid allow` in `files { }`\n");
    EXPECT_EQ(policy.ask("syscall openat"),
              "denied EPERM: nothing allows it\n"
              "help: write `allow openat` in `syscalls { }`: then it depends on the arguments\n");
}

TEST(QuestionChanges, WhatEveryJailRefuses) {
    Asked policy(std::string(all_calls) + "syscalls { allow ioctl }");
    EXPECT_EQ(policy.ask("ioctl(0, TIOCSTI)"),
              "denied EPERM: ward's own rule `no typing into the terminal` refuses it\n"
              "note: no line allows it: every jail refuses it\n");
    EXPECT_EQ(policy.ask("execute /dev/sda"),
              "denied ENOENT: nothing grants it, so it is not there\n"
              "note: no line allows it: this is so in every jail (nothing in `/dev` is executable)\n");
}

TEST(QuestionChanges, WhatWouldBeAnErrorIsNoAdvice) {
    Asked policy(std::string(all_calls) + "network { host }");
    EXPECT_EQ(policy.ask("capability net_raw"),
              "denied EPERM: nothing keeps it, so what takes it is refused\n"
              "note: no line allows it: `net_raw` has no effect with the host's network\n");
}

TEST(QuestionChanges, EachProtectionOnTheWayIsNamed) {
    Asked policy(std::string(all_calls) + "files {\nwrite /usr/share\nprotect /usr/share\nprotect /usr\n}");
    EXPECT_EQ(policy.ask("write /usr/share/x"),
              "denied EROFS: `protect /usr/share` keeps it read-only\n"
              "5: /usr/share\n"
              "help: remove `protect /usr/share`, and remove `protect /usr`\n");
}

TEST(QuestionChanges, WhatIsBuiltInCannotBeRemoved) {
    Profile jq;
    jq.set = policy::Library(policy::SearchPath{}).load("jq", jq.sources, jq.diagnostics);
    const auto answer = jq.ask("connect tcp 25");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->change, "");
    EXPECT_EQ(answer->notes, std::vector<std::string>{
                                 "no line allows it: a `forbid` has no exception (TCP takes the call `socket`: it "
                                 "is forbidden, <built-in>/base/parser.ward:8)"});
}

}  // namespace
}  // namespace ward::compiler
