// Runs of real programs: what ward adds to them, and what it passes on.
#include <nlohmann/json.hpp>

#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

class Run : public Place {
protected:
    void SetUp() override {
        Place::SetUp();
        write("shell.ward", shell_policy);
    }
    [[nodiscard]] Outcome shell(const std::string& script, std::vector<std::string> options = {}) const {
        std::vector<std::string> words{"run", "-p", "./shell.ward"};
        words.insert(words.end(), options.begin(), options.end());
        words.insert(words.end(), {"sh", "-c", script});
        return ward(words);
    }
};

TEST_F(Run, OutputAndStatusAreTheProgramsOwn) {
    const Outcome outcome = shell("echo out; echo err >&2; exit 7");
    EXPECT_EQ(outcome.out, "out\n");
    EXPECT_EQ(outcome.err, "err\n");
    EXPECT_EQ(outcome.status, 7);
}

TEST_F(Run, ASignalIs128AndItsNumber) {
    EXPECT_EQ(shell("kill -TERM $$").status, 128 + 15);
}

TEST_F(Run, OptionsOfTheProgramStayWithIt) {
    EXPECT_EQ(ward({"run", "-p", "./shell.ward", "sh", "-c", "echo $0 $@", "--policy", "-p", "--"}).out,
              "--policy -p --\n");
    EXPECT_EQ(ward({"run", "-p", "./shell.ward", "--", "sh", "-c", "echo $0", "--help"}).out, "--help\n");
}

TEST_F(Run, TheTimeLimitIs124AndALine) {
    write("short.ward", "policy short\nuse shell\nlimits { time 300ms }\n");
    const Outcome outcome = ward({"run", "-p", "./short.ward", "sleep", "60"});
    EXPECT_EQ(outcome.status, 124);
    EXPECT_EQ(outcome.err, "ward: the time limit ended sleep: it ran longer than 300 ms\n");
}

TEST_F(Run, AForbiddenCallEndsItWithALine) {
    write("strict.ward", "policy strict\nuse shell\nsyscalls { forbid uname; refuse uname with kill }\n");
    const Outcome outcome = ward({"run", "-p", "./strict.ward", "uname"});
    EXPECT_EQ(outcome.status, 128 + 31);
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.starts_with("ward: the filter ended uname: it called `uname(0x")) << outcome.err;
}

TEST_F(Run, AProfileIsFoundByTheProgramsNameAndNamed) {
    ASSERT_EQ(std::system(("mkdir -p " + folder + "/home/.config/ward").c_str()), 0);
    std::ofstream(folder + "/home/.config/ward/true.ward") << "policy true\nuse base.program\nfiles { read $cwd }\n";
    const Outcome outcome = ward({"true"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, "ward: true runs under the profile `true` (" + folder + "/home/.config/ward/true.ward)\n");
}

TEST_F(Run, ABuiltInProfileIsCalledThat) {
    write("data.json", "{\"a\": 2}");
    const Outcome outcome = ward({"jq", ".a", "data.json"});
    EXPECT_EQ(outcome.err, "ward: jq runs under the profile `jq` (built-in)\n");
    EXPECT_EQ(outcome.out, "2\n");
}

TEST_F(Run, ASubcommandWinsOverAProgramOfItsName) {
    ASSERT_EQ(std::system(("mkdir " + folder + "/bin && ln -s /bin/echo " + folder + "/bin/list").c_str()), 0);
    EXPECT_NE(ward({"list"}).out.find("pdftotext"), std::string::npos);
    EXPECT_EQ(ward({"run", "-p", "./shell.ward", "list", "an echo"}).out, "an echo\n");
}

TEST_F(Run, TheReportTellsHowItEnded) {
    EXPECT_EQ(shell("exit 3", {"--report", "report.json"}).status, 3);
    const auto report = nlohmann::json::parse(read("report.json"));
    EXPECT_EQ(report["end"], "exit") << report;
    EXPECT_EQ(report["status"], 3) << report;
}

TEST_F(Run, TheReportHasNoStreamOfItsOwn) {
    const Outcome outcome = shell("echo out", {"--report", "-"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err,
              "error[usage]: `--report -` has no stream: standard output is the program's\n"
              "  help: name a file, or a descriptor that you open: `--report /dev/fd/3 3>report.json`\n");
    EXPECT_EQ(std::system(("cd " + work() +
                           " && " WARD_PROGRAM
                           " run -p ./shell.ward --report /dev/fd/3 sh -c 'exit 3' 3>report.json; test $? = 3")
                              .c_str()),
              0);
    EXPECT_EQ(nlohmann::json::parse(read("report.json"))["status"], 3);
}

// A program that ran here before may have left it.
TEST_F(Run, ALinkInPlaceOfTheReportIsRefused) {
    write("precious", "untouched");
    ASSERT_EQ(symlink("precious", (work() + "/report.json").c_str()), 0);
    const Outcome outcome = shell("echo out", {"--report", "report.json"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err,
              "error[report-unwritable]: the report `report.json` cannot be written: it is a symbolic link\n"
              "  help: remove it: `rm report.json`, or name another file\n");
    EXPECT_EQ(read("precious"), "untouched");
}

TEST_F(Run, TheReportIsWrittenWhenNothingRan) {
    write("bad.ward", "policy bad\nfiles { raed /etc }\n");
    EXPECT_EQ(ward({"run", "-p", "./bad.ward", "--report", "report.json", "true"}).status, 125);
    const auto report = nlohmann::json::parse(read("report.json"));
    EXPECT_EQ(report["policy"], "./bad.ward");
    EXPECT_EQ(report["program"], "/usr/bin/true");
    EXPECT_EQ(report["reason"], "unknown statement `raed` in `files`");
    EXPECT_GT(report["began"], 1'700'000'000);
    EXPECT_EQ(report["end"], "not-started") << report;
    EXPECT_EQ(report["exit_status"], 125) << report;
}

TEST_F(Run, AReportThatCannotBeWrittenRunsNothing) {
    const Outcome outcome = shell("echo ran", {"--report", "no/such/folder"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err,
              "error[report-unwritable]: the report `no/such/folder` cannot be written: No such file or directory\n"
              "  help: name a file that you may write\n");
}

TEST_F(Run, ADryRunShowsTheStepsAndRunsNothing) {
    write("dry.ward", "policy dry\nuse shell\nfiles { write $cwd }\n");
    const Outcome outcome = ward({"run", "-p", "./dry.ward", "--dry-run", "sh", "-c", "echo >made"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_NE(outcome.out.find("execute"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("shell.ward:3"), std::string::npos) << outcome.out;
    EXPECT_NE(system(("test -e " + work() + "/made").c_str()), 0);
}

TEST_F(Run, ErrorsOfThePolicyRunNothing) {
    write("bad.ward", "policy bad\nuse base.program\nsyscalls { allow opnat }\n");
    const Outcome outcome = ward({"run", "-p", "./bad.ward", "true"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_NE(outcome.err.find("error[unknown-syscall]"), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("bad.ward:3:18"), std::string::npos) << outcome.err;
}

TEST_F(Run, NoColoursWithoutATerminal) {
    write("bad.ward", "policy bad\nuse nothing-of-that-name\n");
    EXPECT_EQ(ward({"run", "-p", "./bad.ward", "true"}).err.find('\033'), std::string::npos);
}

}  // namespace
}  // namespace ward::test
