// What one jail lets happen that another one does not.
#include "compiler/diff.hpp"

#include <algorithm>

#include "compiler/raw_filter.hpp"
#include "tests/unit/compiler/lowering_fixture.hpp"

namespace ward::compiler {
namespace {

// One line for each difference: `+ files: may now read: /a, /b, not /b/c`.
std::string in_short(const Difference& difference) {
    constexpr std::string_view signs = "+-~";
    std::string text{signs[static_cast<std::size_t>(difference.change)]};
    text += " " + std::string(difference.section) + ": " + difference.words;
    for (const std::string& each : difference.subjects) text += " " + each;
    for (const std::string& each : difference.exceptions) text += " !" + each;
    if (!difference.example.empty()) text += " | " + difference.example + ": " + difference.example_words;
    return text;
}

Compared compared(const Compiled& compiled, Diagram& diagram) {
    std::string refusal;
    const auto program = emit(for_other_launchers(compiled.jail->filter), {.exec_key = 0, .supervised = false});
    auto meaning = meaning_by_abi(program.value(), diagram, refusal);
    EXPECT_EQ(refusal, "");
    return {&*compiled.jail, *meaning};
}

std::vector<Difference> differences_of(const std::string& a, const std::string& b) {
    // A policy must say something.
    const std::string something = "syscalls { allow exit }\n";
    const Compiled compiled_a = compile_text(something + a), compiled_b = compile_text(something + b);
    EXPECT_TRUE(compiled_a.jail) << compiled_a.messages();
    EXPECT_TRUE(compiled_b.jail) << compiled_b.messages();
    if (!compiled_a.jail || !compiled_b.jail) return {};
    Diagram diagram;
    return differences(compared(compiled_a, diagram), compared(compiled_b, diagram), diagram);
}

using Lines = std::vector<std::string>;

Lines diff(const std::string& a, const std::string& b) {
    Lines lines;
    for (const Difference& each : differences_of(a, b)) lines.push_back(in_short(each));
    return lines;
}

TEST(Diff, ThePolicyItself) {
    for (const std::string text :
         {"files { read /usr; write /var/log }", "syscalls { allow @basic-io, socket, clone, openat }",
          "network { host }", "limits { memory 1G }", ""})
        EXPECT_EQ(diff(text, text), Lines()) << text;
}

TEST(Diff, TheSameSaidOtherwise) {
    EXPECT_EQ(diff("files { read /usr }", "files { read /usr, /usr/share, /usr/lib }"), Lines());
    EXPECT_EQ(diff("syscalls { allow read, write }", "syscalls { allow write; allow read }"), Lines());
    EXPECT_EQ(diff("syscalls { allow read, ptrace; forbid ptrace }", "syscalls { allow read }"), Lines());
}

TEST(Diff, FilesGainedAndLost) {
    EXPECT_EQ(diff("files { read /usr }", "files { read /usr; write /var/log }"),
              Lines({"+ files: may now read and write /var/log"}));
    EXPECT_EQ(diff("files { write /srv }", "files { read /srv }"), Lines({"- files: may no longer write /srv"}));
    EXPECT_EQ(diff("files { read /srv }", "files { execute /srv }"), Lines({"+ files: may now execute /srv"}));
    EXPECT_EQ(diff("files { read /a }", "files { read /b }"),
              Lines({"+ files: may now read /b", "- files: may no longer read /a"}));
}

TEST(Diff, WhatStaysHiddenIsAnException) {
    EXPECT_EQ(diff("files { hide /home/ada/.ssh }", "files { read /home/ada; hide /home/ada/.ssh }"),
              Lines({"+ files: may now read /home/ada !/home/ada/.ssh"}));
    EXPECT_EQ(diff("files { read /home/ada; hide /home/ada/.ssh }", "files { read /home/ada }"),
              Lines({"+ files: may now read /home/ada/.ssh"}));
}

TEST(Diff, ProtectionTakesTheRightToWrite) {
    EXPECT_EQ(diff("files { write /srv }", "files { write /srv; protect /srv/rc }"),
              Lines({"- files: may no longer write /srv/rc"}));
}

TEST(Diff, FilesFromElsewhere) {
    EXPECT_EQ(diff("files { read /data from /srv/a }", "files { read /data from /srv/b }"),
              Lines({"+ files: may now read (of the host: /srv/b as /data) /data",
                     "- files: may no longer read (of the host: /srv/a as /data) /data"}));
}

TEST(Diff, PatternsAreComparedAsWhatTheyMatch) {
    EXPECT_EQ(diff("files { read /usr }", "files { read /usr, /usr/*.so }"), Lines());
    EXPECT_EQ(diff("files { read /srv/*.txt }", "files { read /srv/* }"),
              Lines({"+ files: may now read /srv/* !/srv/*.txt"}));
    EXPECT_EQ(diff("files { read /srv/* }", "files { read /srv/a* }"),
              Lines({"- files: may no longer read /srv/* !/srv/a*"}));
    EXPECT_EQ(diff("files { read /srv/? }", "files { read /srv/* }"), Lines({"+ files: may now read /srv/* !/srv/?"}));
}

TEST(Diff, PatternsThatMatchLess) {
    const auto gained = [](const std::string& hidden, const std::string& hidden_then) {
        return !diff("files { read /a; hide " + hidden + " }", "files { read /a; hide " + hidden_then + " }").empty();
    };
    EXPECT_TRUE(gained("/a/**/k", "/a/*/k"));
    EXPECT_TRUE(gained("/a/**/k", "/a/k"));
    EXPECT_TRUE(gained("/a/x*", "/a/x?*"));
    EXPECT_TRUE(gained("/a/k*", "/a/k??"));
    EXPECT_TRUE(gained("/a/*", "/a/[!x]*"));
    EXPECT_FALSE(gained("/a/**/k", "/a/**/k"));
}

TEST(Diff, PrivateFoldersLinksAndTexts) {
    EXPECT_EQ(diff("", "files { private /tmp }"),
              Lines({"+ files: may now keep files of its own for a while in /tmp"}));
    EXPECT_EQ(diff("files { private /tmp }", "files { private /tmp size 128M }"),
              Lines({"+ files: may now keep 128M, was 64M, in /tmp"}));
    EXPECT_EQ(diff("files { file /etc/x \"a\" }", "files { file /etc/x \"b\" }"),
              Lines({"~ files: has another text: /etc/x"}));
    EXPECT_EQ(diff("", "files { link /bin -> usr/bin }"), Lines({"~ files: has now a link: /bin"}));
    EXPECT_EQ(diff("files { read /srv }", "files { read? /srv }"),
              Lines({"~ files: need not be there any longer: /srv"}));
}

TEST(Diff, DevicesAndSetuidBits) {
    EXPECT_EQ(diff("", "files { device null, zero }"),
              Lines({"+ files: may now use the device /dev/null", "+ files: may now use the device /dev/zero"}));
    EXPECT_EQ(diff("files { setuid allow }", ""),
              Lines({"- files: may no longer set setuid and setgid bits",
                     "~ calls: is now answered with `ENOSYS`, was `EPERM` openat2"}));
}

TEST(Diff, Network) {
    EXPECT_EQ(diff("", "network { host }"), Lines({"+ network: may now connect to any host and listen on any port"}));
    EXPECT_EQ(diff("", "network { unix }")[0], "+ network: may now use Unix-domain sockets");
    EXPECT_EQ(diff("network { connect tcp 80..90 }", "network { connect tcp 80, 443 }"),
              Lines({"+ network: may now connect to any host at the TCP ports 443",
                     "- network: may no longer connect to any host at the TCP ports 81..90"}));
    EXPECT_EQ(diff("network { host }", "network { connect tcp 443 }"),
              Lines({"- network: may no longer connect to any host and listen on any port, not only on those of the "
                     "policy"}));
}

TEST(Diff, WholeCalls) {
    EXPECT_EQ(diff("syscalls { allow read }", "syscalls { allow read, bpf }"), Lines({"+ calls: may now call bpf"}));
    EXPECT_EQ(diff("syscalls { allow @basic-io }", ""), Lines({"- calls: may no longer call @basic-io"}));
}

TEST(Diff, ArgumentsOfCallsWithAnExample) {
    EXPECT_EQ(diff("syscalls { allow chmod }", "files { setuid allow }\nsyscalls { allow chmod }"),
              Lines({"+ calls: may now call with certain arguments chmod | chmod(_, 02000): allowed, was `EPERM`",
                     "+ files: may now set setuid and setgid bits",
                     "~ calls: is now answered with `EPERM`, was `ENOSYS` openat2"}));
    EXPECT_EQ(diff("syscalls { allow socket }", "network { unix }\nsyscalls { allow socket }").back(),
              "+ calls: may now call with certain arguments socket | socket(AF_UNIX, _, IPPROTO_IP): allowed, was "
              "`EAFNOSUPPORT`");
}

TEST(Diff, OnlyTheAnswerOfARefusal) {
    EXPECT_EQ(diff("syscalls { refuse ptrace with EPERM }", "syscalls { refuse ptrace with trap }"),
              Lines({"~ calls: is now answered with `trap`, was `EPERM` ptrace"}));
}

TEST(Diff, Limits) {
    EXPECT_EQ(diff("limits { memory 1G }", "limits { memory 2G }"), Lines({"+ limits: `memory` is now 2G, was 1G"}));
    EXPECT_EQ(diff("limits { memory 1G }", ""), Lines({"+ limits: `memory` is now without limit, was 1G"}));
    EXPECT_EQ(diff("", "limits { tasks 4 }"), Lines({"- limits: `tasks` is now 4, was without limit"}));
    EXPECT_EQ(diff("limits { memory 1G }", "limits { memory? 1G }"),
              Lines({"+ limits: `memory` may now be weaker on hosts that cannot hold it exactly"}));
    EXPECT_EQ(diff("limits { priority 10 }", "limits { priority 5 }"),
              Lines({"+ limits: `priority` is now 5, was 10"}));
    EXPECT_EQ(diff("limits { cpu-set 0..3 }", "limits { cpu-set 2..5 }"),
              Lines({"+ limits: may now run on other processors (`cpu-set`)",
                     "- limits: may no longer run on some processors (`cpu-set`)"}));
}

TEST(Diff, Environment) {
    EXPECT_EQ(diff("environment { keep LC_* }", "environment { keep LC_ALL }"),
              Lines({"- environment: may no longer see the caller's variable LC_*"}));
    EXPECT_EQ(diff("environment { keep TERM; set TERM \"dumb\" }", "environment { keep TERM }"),
              Lines({"+ environment: may now see the caller's variable TERM",
                     "~ environment: has no longer a value of the policy: TERM"}));
}

TEST(Diff, CapabilitiesAndProcess) {
    EXPECT_EQ(diff("", "capabilities { keep net_bind_service, chown }"),
              Lines({"+ capabilities: may now use the capability chown",
                     "+ capabilities: may now use the capability net_bind_service"}));
    EXPECT_EQ(diff("process { terminal none }", "process { terminal private }"),
              Lines({"+ process: has now a terminal of its own, had no terminal"}));
    EXPECT_EQ(diff("process { user ada }", "process { user root }"),
              Lines({"+ process: runs now as the user `root`", "- process: runs no longer as the user `ada`"}));
    EXPECT_EQ(diff("", "process { hostname web }"), Lines({"~ process: its host is now called `web`, was `ward`"}));
}

// Power that one gains, the other one loses: compared the other way round, the same.
TEST(Diff, TheOtherWayRound) {
    const std::string texts[] = {"files { read /usr, /srv/*; hide /usr/x }\nsyscalls { allow @file-system, socket }",
                                 "files { write /usr; read /srv/a* }\nnetwork { unix }\nsyscalls { allow socket }",
                                 "files { private /usr }\nlimits { memory 1G }\nsyscalls { allow @process }", ""};
    for (const std::string& a : texts) {
        for (const std::string& b : texts) {
            auto forth = differences_of(a, b), back = differences_of(b, a);
            const auto count = [](const auto& list, Difference::Change change) {
                return std::ranges::count(list, change, &Difference::change);
            };
            EXPECT_EQ(count(forth, Difference::Change::gained), count(back, Difference::Change::lost)) << a << "\n"
                                                                                                       << b;
            EXPECT_EQ(count(forth, Difference::Change::lost), count(back, Difference::Change::gained)) << a << "\n"
                                                                                                       << b;
        }
    }
}

}  // namespace
}  // namespace ward::compiler
