// Shims: programs that run under their profile whenever their name is typed.
#include <sys/stat.h>

#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

class Wrap : public Place {
protected:
    void SetUp() override {
        Place::SetUp();
        shims = folder + "/home/.local/share/ward/bin";
        // `show` prints its arguments, one a line, and whether it can see the home folder.
        ASSERT_EQ(std::system(("mkdir -p " + folder + "/bin " + folder + "/home/.config/ward").c_str()), 0);
        std::ofstream(folder + "/bin/show") << "#!/bin/sh\nfor each; do echo \"<$each>\"; done\n"
                                               "test -e "
                                            << folder << "/home/.config && echo unjailed\necho $PATH\n";
        ASSERT_EQ(chmod((folder + "/bin/show").c_str(), 0755), 0);
        std::ofstream(folder + "/home/.config/ward/show.ward")
            << "policy show\nuse base.program\nfiles { execute /usr/bin, /bin }\nsyscalls { allow @process }\n";
    }
    [[nodiscard]] Outcome with_path(const std::string& path, std::vector<std::string> words) {
        environment[1] = "PATH=" + path;
        return plain(std::move(words));
    }
    [[nodiscard]] bool is_there(const std::string& path) const { return access(path.c_str(), F_OK) == 0; }

    std::string shims;
};

TEST_F(Wrap, ASingleCommandIsOn) {
    const Outcome outcome = ward({"wrap", "install", "show"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "show runs under the profile `show` as " + shims + "/show\n" +
                               "to use them, put this line into ~/.profile (and into this shell):\n"
                               "    export PATH=\"" +
                               shims + ":$PATH\"\n");
    EXPECT_EQ(outcome.err, "");
}

// An upgrade, or a build, has taken its file away: a shim that names it would run nothing.
TEST_F(Wrap, AShimIsOnlyWrittenWithTheWayToWard) {
    const Outcome outcome = plain(
        {"/bin/sh", "-c", "cp $0 copy && exec 3<copy && rm copy && /proc/self/fd/3 wrap install show", WARD_PROGRAM});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err,
              "error[program-not-found]: the file of this ward is gone, and a shim must name it\n"
              "  help: run ward by its installed path\n");
    EXPECT_FALSE(is_there(shims + "/show"));
}

TEST_F(Wrap, TheShimComesFirstAndRunsTheProgramBehindIt) {
    ASSERT_EQ(ward({"wrap", "install", "show"}).status, 0);
    const std::string behind = folder + "/bin:/usr/bin:/bin";
    const std::vector<std::string> awkward{"a b", "", "-p", "--", "$HOME", "'", "*", "new\nline"};
    std::string expected;
    for (const std::string& word : awkward) expected += "<" + word + ">\n";
    expected += behind + "\n";
    for (const std::string& name : {std::string("show"), shims + "/show"}) {
        std::vector<std::string> words{"/usr/bin/env", name};
        words.insert(words.end(), awkward.begin(), awkward.end());
        const Outcome outcome = with_path(shims + ":" + behind, words);
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        EXPECT_EQ(outcome.out, expected) << "no `unjailed`, and no shims in PATH";
    }
    // As the last folder, and in none.
    EXPECT_EQ(with_path(behind + ":" + shims, {shims + "/show", "x"}).out, "<x>\n" + behind + "\n");
    EXPECT_EQ(with_path(behind, {shims + "/show", "x"}).out, "<x>\n" + behind + "\n");
}

TEST_F(Wrap, WardFindsTheProgramBehindTheShim) {
    ASSERT_EQ(ward({"wrap", "install", "show"}).status, 0);
    environment[1] = "PATH=" + shims + ":" + folder + "/bin:/usr/bin:/bin";
    // `ward show` is a subcommand.
    EXPECT_EQ(ward({"run", "show", "x"}).out.substr(0, 4), "<x>\n");
    EXPECT_EQ(ward({"run", shims + "/show", "x"}).out.substr(0, 4), "<x>\n");
}

TEST_F(Wrap, WithoutTheProgramNothingRunsInACircle) {
    ASSERT_EQ(ward({"wrap", "install", "show"}).status, 0);
    const Outcome outcome = with_path(shims + ":/usr/bin:/bin", {shims + "/show"});
    EXPECT_EQ(outcome.status, 127);
    EXPECT_NE(outcome.err.find("there is no program `show`"), std::string::npos) << outcome.err;
}

TEST_F(Wrap, TheStatusIsTheProgramsOwn) {
    std::ofstream(folder + "/bin/show") << "#!/bin/sh\nexit 7\n";
    ASSERT_EQ(ward({"wrap", "install", "show"}).status, 0);
    EXPECT_EQ(plain({shims + "/show"}).status, 7);
}

TEST_F(Wrap, AProgramWithoutAProfileIsAnErrorWithItsNeighbours) {
    const Outcome outcome = ward({"wrap", "install", "show", "shwo"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err,
              "error[no-profile]: no policy is named `shwo`\n"
              "  help: a policy with a similar name exists: `show`\n");
    EXPECT_FALSE(is_there(shims + "/show")) << "all or none";
    EXPECT_EQ(ward({"wrap", "install", "../show"}).status, 1);
}

TEST_F(Wrap, AProgramThatIsNotThere) {
    ASSERT_EQ(unlink((folder + "/bin/show").c_str()), 0);
    EXPECT_NE(ward({"wrap", "install", "show"}).err.find("error[program-not-found]"), std::string::npos);
}

TEST_F(Wrap, WhatIsNoShimStays) {
    ASSERT_EQ(std::system(("mkdir -p " + shims + " && echo mine >" + shims + "/show").c_str()), 0);
    const Outcome outcome = ward({"wrap", "install", "show"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_NE(outcome.err.find("error[file-exists]"), std::string::npos) << outcome.err;
    EXPECT_EQ(ward({"wrap", "list"}).out, "");
    EXPECT_EQ(ward({"wrap", "remove", "--all"}).status, 0);
    EXPECT_TRUE(is_there(shims + "/show"));
}

TEST_F(Wrap, AreListedAndGoOneByOneOrTogether) {
    for (const char* name : {"alpha", "beta"}) {
        std::ofstream(folder + "/home/.config/ward/" + name + ".ward")
            << "policy " << name << "\nuse base.program\nfiles { execute $program }\n";
        ASSERT_EQ(std::system(("cp /bin/true " + folder + "/bin/" + name).c_str()), 0);
    }
    ASSERT_EQ(ward({"wrap", "install", "show", "beta", "alpha"}).status, 0);
    environment[1] = "PATH=" + shims + ":" + folder + "/bin:/usr/bin:/bin";
    EXPECT_EQ(ward({"wrap", "list"}).out,
              "alpha  " + folder + "/bin/alpha\nbeta   " + folder + "/bin/beta\nshow   " + folder + "/bin/show\n");
    EXPECT_EQ(ward({"wrap", "install", "show"}).status, 0) << "again";
    EXPECT_EQ(ward({"wrap", "remove", "beta"}).status, 0);
    EXPECT_FALSE(is_there(shims + "/beta"));
    const Outcome outcome = ward({"wrap", "remove", "alpah"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_NE(outcome.err.find("one with a similar name is: `alpha`"), std::string::npos) << outcome.err;
    EXPECT_EQ(ward({"wrap", "remove", "--all"}).status, 0);
    EXPECT_EQ(ward({"wrap", "list"}).out, "");
}

TEST_F(Wrap, CommandLinesThatMeanNothing) {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"wrap"},
                                                  {"wrap", "frob"},
                                                  {"wrap", "install"},
                                                  {"wrap", "remove"},
                                                  {"wrap", "install", "--all"},
                                                  {"wrap", "remove", "--all", "show"},
                                                  {"wrap", "list", "show"}})
        EXPECT_EQ(ward(words).status, 2) << words.back();
}

}  // namespace
}  // namespace ward::test
