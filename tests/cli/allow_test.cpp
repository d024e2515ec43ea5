// Grants on the command line: what they add, where their errors point, and the policy that is saved.
#include <sys/stat.h>

#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

class Allow : public Place {
protected:
    void SetUp() override {
        Place::SetUp();
        write("data.txt", "the data\n");
        write("untrusted", "#!/bin/sh\ncat data.txt\n");
        ASSERT_EQ(chmod((work() + "/untrusted").c_str(), 0755), 0);
    }
    // What ward says besides the note on where the program starts.
    static std::string without_notes(const std::string& text) {
        std::string kept;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);)
            if (!line.starts_with("ward: note: ")) kept += line + '\n';
        return kept;
    }
};

TEST_F(Allow, AProgramThatNoPolicyIsNamedAfterSeesNothing) {
    const Outcome outcome = ward({"run", "--", "./untrusted"});
    EXPECT_NE(outcome.status, 0);
    EXPECT_NE(outcome.status, 125) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err.find("ward: untrusted runs under `base.untrusted`: no network, no files of yours\n"), 0U)
        << outcome.err;
    EXPECT_EQ(ward({"./untrusted"}).status, outcome.status);
}

TEST_F(Allow, AGrantIsOnTopOfIt) {
    const Outcome outcome = ward({"run", "--allow", "read $cwd", "--", "./untrusted"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "the data\n");
    EXPECT_EQ(
        without_notes(outcome.err),
        "ward: untrusted runs under `base.untrusted`: no network, no files of yours, but for what `--allow` says\n");
}

TEST_F(Allow, ItGrantsNoMoreThanItSays) {
    EXPECT_NE(ward({"run", "--allow", "read $cwd", "--", "sh", "-c", "echo x >made"}).status, 0);
    EXPECT_EQ(ward({"run", "--allow", "write $cwd", "--", "sh", "-c", "echo x >made"}).status, 0);
    EXPECT_EQ(read("made"), "x\n");
}

TEST_F(Allow, ItAddsToAProfile) {
    write("shell.ward", shell_policy);
    EXPECT_NE(ward({"run", "-p", "./shell.ward", "--", "sh", "-c", "echo x >made"}).status, 0);
    const Outcome outcome =
        ward({"run", "-p", "./shell.ward", "--allow", "write $cwd", "--", "sh", "-c", "echo x >made"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "") << "who names the profile knows it";
}

TEST_F(Allow, ItsSingleValuesAreNearerThanTheProfiles) {
    write("short.ward", "policy short\nuse base.program\nfiles { execute /usr/bin }\nlimits { time 1h }\n");
    const Outcome outcome = ward({"run", "-p", "./short.ward", "--allow", "time 200ms", "--", "sleep", "60"});
    EXPECT_EQ(outcome.status, 124) << outcome.err;
}

TEST_F(Allow, ItsProfileKeepsItsProhibitions) {
    write("strict.ward", "policy strict\nuse base.program\nfiles { read $cwd; hide $cwd/data.txt }\n");
    EXPECT_NE(ward({"run", "-p", "./strict.ward", "--allow", "read $cwd", "--", "cat", "data.txt"}).status, 0);
}

TEST_F(Allow, ParametersReachTheProfile) {
    write("param.ward", "policy param\nuse base.program\nparam where: path\nfiles { read $where }\n");
    const Outcome outcome = ward({"run", "-p", "./param.ward", "--set", "where=" + work(), "--allow", "time 1m", "--",
                                  "cat", work() + "/data.txt"});
    EXPECT_EQ(outcome.out, "the data\n") << outcome.err;
}

TEST_F(Allow, ErrorsPointIntoTheText) {
    const Outcome outcome = ward({"run", "--allow", "read ~/data", "--allow", "connect tpc 443", "--", "true"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("--> --allow:1:9\n"), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("1 | connect tpc 443"), std::string::npos) << outcome.err;
}

TEST_F(Allow, APathThatIsNotThereIsAnErrorInTheText) {
    const Outcome outcome = ward({"run", "--allow", "read ~/nowhere", "--", "true"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_NE(outcome.err.find("error[path-not-found]"), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("--allow:1:6"), std::string::npos) << outcome.err;
}

TEST_F(Allow, ControlCharactersOfTheTextAreNoneOnTheTerminal) {
    const Outcome outcome = ward({"run", "--allow", "raed /\x1b[31m", "--", "true"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.err.find('\x1b'), std::string::npos);
}

TEST_F(Allow, TheSavedPolicyDoesTheSame) {
    const Outcome first =
        ward({"run", "--allow", "read   $cwd", "--allow", "time 1m", "--save", "mine.ward", "--", "./untrusted"});
    EXPECT_EQ(first.status, 0) << first.err;
    EXPECT_NE(first.err.find("ward: `mine.ward` has the policy\n"), std::string::npos) << first.err;
    EXPECT_EQ(read("mine.ward"),
              "policy mine\n\nuse base.untrusted\n\nfiles {\n    read     $cwd\n}\n\nlimits {\n    time     1m\n}\n");
    EXPECT_EQ(ward({"check", "./mine.ward"}).status, 0);
    EXPECT_EQ(ward({"fmt", "--check", "./mine.ward"}).status, 0);
    EXPECT_EQ(ward({"run", "-p", "./mine.ward", "./untrusted"}).out, "the data\n");
}

TEST_F(Allow, NothingIsOverwritten) {
    write("mine.ward", "precious");
    const Outcome outcome = ward({"run", "--allow", "read $cwd", "--save", "mine.ward", "--", "./untrusted"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err,
              "error[file-exists]: `mine.ward` is there already\n"
              "  help: name a file that is not there, or remove it: `rm mine.ward`\n");
    EXPECT_EQ(read("mine.ward"), "precious");
}

TEST_F(Allow, AWrongPolicyIsNotSaved) {
    EXPECT_EQ(ward({"run", "--allow", "read $cdw", "--save", "mine.ward", "--", "./untrusted"}).status, 125);
    EXPECT_EQ(read("mine.ward"), "");
}

TEST_F(Allow, WhatIsSavedCanBeFound) {
    EXPECT_NE(ward({"run", "--allow", "read $cwd", "--save", "mine", "--", "true"}).err.find("--save untrusted.ward"),
              std::string::npos);
    EXPECT_EQ(ward({"run", "--save", "mine.ward", "--", "true"}).status, 125);
    write("shell.ward", shell_policy);
    const std::vector<std::string> words{"run", "-p", "./shell.ward", "--allow", "write $cwd", "--save",
                                         "",    "--", "sh",           "-c",      "echo x"};
    std::vector<std::string> elsewhere = words;
    elsewhere[6] = folder + "/mine.ward";
    EXPECT_EQ(ward(elsewhere).status, 125);
    std::vector<std::string> beside = words;
    beside[6] = work() + "/mine.ward";
    EXPECT_EQ(ward(beside).status, 0);
    EXPECT_NE(read("mine.ward").find("use shell\n"), std::string::npos);
    EXPECT_EQ(ward({"check", "./mine.ward"}).status, 0);
}

// ---- features that may be left out

TEST_F(Allow, AnUnknownFeatureIsAnErrorWithItsNeighbours) {
    const Outcome outcome = ward({"run", "--allow-degraded", "memroy", "--", "true"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.err,
              "error[unknown-feature]: there is no feature `memroy` that a jail can do without\n"
              "  help: a feature with a similar name exists: `memory`\n");
    EXPECT_NE(ward({"run", "--allow-degraded", "filter", "--", "true"}).err.find("write one of `cpu`"),
              std::string::npos);
}

TEST_F(Allow, AFeatureThatTheHostHasIsNotLeftOut) {
    const Outcome outcome = ward({"run", "--allow-degraded", "ports", "--", "true"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NE(
        outcome.err.find("ward: note: `--allow-degraded ports` changes nothing: all that the policy says of it is "
                         "enforced\n"),
        std::string::npos)
        << outcome.err;
}

// ---- a first line

TEST_F(Allow, AFirstLineMayNameWard) {
    ASSERT_EQ(std::system(("mkdir " + folder + "/bin && ln -s " WARD_PROGRAM " " + folder + "/bin/ward").c_str()), 0);
    write("sh.ward", "policy sh\nuse shell\nfiles { read $arguments }\n");
    write("shell.ward", shell_policy);
    write("script", "#!/usr/bin/env -S ward run -p ./sh.ward --\necho \"$0: $# $2\"; cat data.txt\ncat ~/secret\n");
    ASSERT_EQ(chmod((work() + "/script").c_str(), 0755), 0);
    ASSERT_EQ(std::system(("echo secret >" + folder + "/home/secret").c_str()), 0);
    const Outcome outcome = plain({work() + "/script", "a", "b c"});
    EXPECT_EQ(outcome.out, work() + "/script: 2 b c\nthe data\n") << outcome.err;
    EXPECT_NE(outcome.status, 0) << "the home folder is not there";
}

TEST_F(Allow, NothingIsSavedWhereNothingRuns) {
    const Outcome outcome =
        ward({"run", "--allow", "read /no/such/folder", "--save", "untrusted.ward", "--", "./untrusted"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(read("untrusted.ward"), "");
    EXPECT_NE(access((work() + "/untrusted.ward").c_str(), F_OK), 0);
}

TEST_F(Allow, PortsBringTheirCalls) {
    const std::string calls = "\nsyscalls {\n    allow    @network-io\n}\n";
    const Outcome outcome = ward({"run", "--allow", "connect tcp 443", "--save", "web.ward", "--dry-run", "true"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.err.find("warning"), std::string::npos) << outcome.err;
    EXPECT_NE(read("web.ward").find(calls), std::string::npos) << read("web.ward");
}

}  // namespace
}  // namespace ward::test
