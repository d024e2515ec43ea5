// What ward says before a program starts, so that nobody has to guess afterwards.
#include <sys/stat.h>

#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

class Notes : public Place {
protected:
    void SetUp() override {
        Place::SetUp();
        write("shell.ward", shell_policy);
        ASSERT_EQ(mkdir((work() + "/out").c_str(), 0755), 0);
    }
    // Standard error of a run of `true`, which looks at no argument.
    [[nodiscard]] std::string said(std::vector<std::string> arguments, std::vector<std::string> options = {}) const {
        std::vector<std::string> words{"run", "-p", "./shell.ward"};
        words.insert(words.end(), options.begin(), options.end());
        words.emplace_back("true");
        words.insert(words.end(), arguments.begin(), arguments.end());
        const Outcome outcome = ward(words);
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        return outcome.err;
    }
    // The same in the home folder.
    [[nodiscard]] Outcome at_home(std::vector<std::string> words) const {
        Invocation invocation;
        invocation.arguments = {WARD_PROGRAM, "run"};
        invocation.arguments.insert(invocation.arguments.end(), words.begin(), words.end());
        invocation.environment = environment;
        invocation.folder = folder + "/home";
        invocation.user = {"", getuid(), getgid()};
        return run(invocation);
    }
    void script(const std::string& name, const std::string& first_line) const {
        write(name, "#!" + first_line + "\n");
        ASSERT_EQ(chmod((work() + "/" + name).c_str(), 0755), 0);
    }
};

TEST_F(Notes, OutputThatWouldBeLostNamesTheGrantThatKeepsIt) {
    EXPECT_EQ(said({"out/a.pdf"}),
              "ward: note: the program cannot make `out/a.pdf`: add `--allow 'write " + work() + "/out'`\n");
    EXPECT_EQ(said({"out/a.pdf"}, {"--allow", "write $cwd/out"}), "");
    EXPECT_EQ(
        said({"--output=/tmp/ward-none"}),
        "ward: note: `/tmp/ward-none` is in a `/tmp` of the jail's own, and gone with it: name a file in a folder "
        "below `/tmp`, and grant that\n")
        << "the home folder of this test is in it";
    const std::string home = folder + "/home";
    EXPECT_EQ(said({home + "/a.pdf"}), "ward: note: `" + home + "/a.pdf` is in a `" + home +
                                           "` of the jail's own, and gone with it: name a file in a folder below `" +
                                           home + "`, and grant that\n");
}

TEST_F(Notes, AProfileByNameIsInTheLineThatHelps) {
    ASSERT_EQ(std::system(("mkdir -p " + folder + "/home/.config/ward").c_str()), 0);
    std::ofstream(folder + "/home/.config/ward/true.ward") << "policy true\nuse base.program\n";
    const std::string text = ward({"true", "out/a.pdf"}).err;
    EXPECT_NE(text.find("the program cannot make `out/a.pdf`: `ward run -p true --allow 'write " + work() +
                        "/out' true ...`\n"),
              std::string::npos)
        << text;
}

TEST_F(Notes, ArgumentsThatAreReadGetNone) {
    write("in.txt", "text");
    EXPECT_EQ(said({"in.txt", work() + "/in.txt", "/etc/passwd", "https://a.org/x", "-x", "build", "s/a/b/", "/usr"}),
              "");
}

TEST_F(Notes, DescriptorsOfTheShellAreNotInTheJail) {
    EXPECT_EQ(said({"/dev/fd/63"}),
              "ward: note: `/dev/fd/63` is a descriptor of the shell's, and a jail has 0, 1 and 2 alone: pipe it into "
              "standard input\n");
    const std::string pipe = said({"/dev/stdout"});
    if (getuid() == 0)
        EXPECT_EQ(pipe,
                  "ward: note: `/dev/stdout` is a pipe of root's, which the program may use but not open: name `-`, or "
                  "redirect a file\n");
    else
        EXPECT_EQ(pipe, "");
}

// What a profile writes to `$cwd` is no reason not to run where it only prints.
TEST_F(Notes, InTheHomeFolderWriteOfTheWorkingFolderIsLeftOut) {
    std::ofstream(folder + "/home/soft.ward")
        << "policy soft\nuse base.program\nfiles { execute /usr/bin; write? $cwd }\n";
    std::ofstream(folder + "/home/hard.ward")
        << "policy hard\nuse base.program\nfiles { execute /usr/bin; write $cwd }\n";
    const std::string home = folder + "/home";
    const Outcome soft = at_home({"-p", "./soft.ward", "echo", "hello"});
    EXPECT_EQ(soft.out, "hello\n");
    EXPECT_EQ(soft.err, "ward: note: `write? $cwd` is left out: `" + home +
                            "` is the home folder: change to a folder below it, or add `--allow 'write ~'`\n");
    EXPECT_NE(at_home({"-p", "./soft.ward", "touch", "made"}).status, 0);
    const Outcome hard = at_home({"-p", "./hard.ward", "echo", "hello"});
    EXPECT_EQ(hard.status, 125);
    EXPECT_NE(
        hard.err.find("help: change to a folder below `" + home + "`, or add `--allow 'write ~'` to say it in words\n"),
        std::string::npos)
        << hard.err;
    for (const char* policy : {"./soft.ward", "./hard.ward"}) {
        const Outcome outcome = at_home({"-p", policy, "--allow", "write ~", "touch", "made"});
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        EXPECT_EQ(std::remove((home + "/made").c_str()), 0);
    }
}

TEST_F(Notes, AScriptNamesItsInterpreter) {
    script("direct", folder + "/bin/interpreter");
    script("by_env", "/usr/bin/env interpreter");
    ASSERT_EQ(std::system(("mkdir " + folder + "/bin && cp /bin/true " + folder + "/bin/interpreter").c_str()), 0);
    const Outcome direct = ward({"run", "-p", "./shell.ward", "--allow", "execute $cwd", "./direct"});
    EXPECT_EQ(direct.status, 127);
    EXPECT_NE(direct.err.find("error[cannot-execute]: cannot execute `" + work() + "/direct`: its first line names `" +
                              folder + "/bin/interpreter`, which is not in the jail\n"),
              std::string::npos)
        << direct.err;
    const std::string grant = "add `--allow 'execute " + folder + "/bin/interpreter'`\n";
    EXPECT_NE(direct.err.find("help: " + grant), std::string::npos) << direct.err;
    const Outcome by_env = ward({"run", "-p", "./shell.ward", "--allow", "execute $cwd", "./by_env"});
    EXPECT_EQ(
        by_env.err.find("ward: note: `by_env` is a script for `interpreter`, which the jail does not have: " + grant),
        0U)
        << by_env.err;
    EXPECT_EQ(ward({"run", "-p", "./shell.ward", "--allow", "execute $cwd, " + folder + "/bin", "./direct"}).status, 0);
}

}  // namespace
}  // namespace ward::test
