#include "sandbox/cli/caller.hpp"

#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace ward::cli {
namespace {

// A folder of its own for each test, gone afterwards.
class Caller : public testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/ward-caller-XXXXXX";
        ASSERT_NE(mkdtemp(name), nullptr);
        folder = name;
    }
    void TearDown() override { ASSERT_EQ(std::system(("rm -r " + folder).c_str()), 0); }
    std::string file(const std::string& name, mode_t mode = 0644) const {
        const std::string path = folder + "/" + name;
        std::ofstream(path) << "text";
        EXPECT_EQ(chmod(path.c_str(), mode), 0);
        return path;
    }
    std::string folder;
};

TEST(AbsolutePath, IsNormalisedByItsLetters) {
    EXPECT_EQ(absolute_path("a/b", "/x"), "/x/a/b");
    EXPECT_EQ(absolute_path("/a//b/./c/", "/x"), "/a/b/c");
    EXPECT_EQ(absolute_path("../../../a", "/x/y"), "/a");
    EXPECT_EQ(absolute_path("a/..", "/x"), "/x");
    EXPECT_EQ(absolute_path(".", "/"), "/");
    EXPECT_EQ(absolute_path("..", "/"), "/");
    EXPECT_EQ(absolute_path("...", "/"), "/...");
}

TEST_F(Caller, ARepositoryIsTheNearestFolderWithAMark) {
    ASSERT_EQ(
        std::system(("mkdir -p " + folder + "/home/a/.git " + folder + "/home/a/b/c " + folder + "/home/a/d/.git/e " +
                     folder + "/home/.git " + folder + "/home/x " + folder + "/.git " + folder + "/y/z")
                        .c_str()),
        0);
    const std::string home = folder + "/home";
    EXPECT_EQ(repository_around(home + "/a", home), home + "/a");
    EXPECT_EQ(repository_around(home + "/a/b/c", home), home + "/a");
    EXPECT_EQ(repository_around(home + "/a/d/.git/e", home), home + "/a/d");
    EXPECT_EQ(repository_around(home + "/x", home), "");  // the home folder's own is left out
    EXPECT_EQ(repository_around(home, home), "");
    EXPECT_EQ(repository_around(folder + "/y/z", home), "");  // it would hold the home folder
    EXPECT_EQ(repository_around(folder + "/y/z", "/nowhere"), folder);
    EXPECT_EQ(repository_around("/", home), "");
    EXPECT_EQ(repository_around(folder + "/gone", home), "");
}

TEST_F(Caller, ARepositoryOfSomebodyElseIsNone) {
    if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
    ASSERT_EQ(std::system(("mkdir -p " + folder + "/.git " + folder + "/a && chown 1234 " + folder + "/.git").c_str()),
              0);
    EXPECT_EQ(repository_around(folder + "/a", "/nowhere"), "");
    ASSERT_EQ(chown((folder + "/a").c_str(), 1234, 1234), 0);  // root in somebody's repository
    EXPECT_EQ(repository_around(folder + "/a", "/nowhere"), folder);
}

TEST_F(Caller, NamedPathsAreThoseThatExist) {
    const std::string one = file("one.pdf");
    const std::string two = file("two words");
    const std::vector<std::string> words{"one.pdf", "-", "--to=two words", "missing", "", "--flag", "./one.pdf", "./"};
    EXPECT_EQ(named_paths(words, folder), (std::vector<std::string>{one, two, folder}));
}

TEST_F(Caller, ADotAloneIsAWordAndNoPath) {
    EXPECT_EQ(named_paths({".", "..", "--filter=."}, folder), std::vector<std::string>{});
}

TEST_F(Caller, ADanglingLinkIsNoExistingPath) {
    ASSERT_EQ(symlink("nowhere", (folder + "/link").c_str()), 0);
    EXPECT_TRUE(named_paths({"link"}, folder).empty());
}

TEST_F(Caller, AWordWithAnEqualsSignIsAFileName) {
    EXPECT_EQ(named_paths({"a=b"}, folder), std::vector<std::string>());
    const std::string odd = file("a=b");
    EXPECT_EQ(named_paths({"a=b"}, folder), std::vector<std::string>{odd});
}

TEST_F(Caller, ProgramsAreFoundInTheOrderOfThePath) {
    const std::string program = file("tool", 0755);
    const auto found = find_program("tool", "/nowhere:" + folder + ":/usr/bin", "/");
    EXPECT_EQ(found.path, program);
    EXPECT_EQ(found.status, 0);
}

TEST_F(Caller, AnEmptyElementIsTheWorkingFolder) {
    const std::string program = file("tool", 0755);
    EXPECT_EQ(find_program("tool", "/nowhere:", folder).path, program);
    EXPECT_EQ(find_program("tool", ":/nowhere", folder).path, program);
}

TEST_F(Caller, AProgramThatIsNotThereIs127) {
    EXPECT_EQ(find_program("tool", folder, "/").status, 127);
    EXPECT_EQ(find_program("./tool", folder, folder).status, 127);
    EXPECT_EQ(find_program("", folder, folder).status, 127);
    EXPECT_EQ(find_program("", folder, folder).path, "");
}

TEST_F(Caller, AProgramThatIsNotExecutableIs126) {
    file("tool", 0644);
    EXPECT_EQ(find_program("tool", folder, "/").status, 126);
    EXPECT_EQ(find_program("./tool", "", folder).status, 126);
    EXPECT_EQ(find_program(folder, "", "/").status, 126) << "a folder";
}

TEST_F(Caller, AnExecutableOneBehindCounts) {
    file("true", 0644);
    EXPECT_EQ(find_program("true", folder + ":/usr/bin", "/").path, "/usr/bin/true");
}

TEST(Facts, HomeIsThatOfTheEnvironmentIfAbsolute) {
    policy::Diagnostics diagnostics;
    setenv("HOME", "/tmp/../home//someone", 1);
    auto facts = facts_about_caller(diagnostics);
    ASSERT_TRUE(facts.has_value());
    EXPECT_EQ(facts->home, "/home/someone");
    EXPECT_EQ(facts->uid, getuid());
    EXPECT_TRUE(facts->cwd.starts_with('/'));
    EXPECT_TRUE(facts->program.empty());
}

TEST(Facts, HomeIsThatOfTheAccountOtherwise) {
    policy::Diagnostics diagnostics;
    setenv("HOME", "not/absolute", 1);
    const auto facts = facts_about_caller(diagnostics);
    if (const passwd* account = getpwuid(getuid())) {
        EXPECT_EQ(facts->home, account->pw_dir);
        EXPECT_EQ(facts->user(), account->pw_name);
    } else {
        EXPECT_FALSE(facts.has_value());
        EXPECT_EQ(diagnostics.all().front().message(), "the caller has no home folder");
    }
}

std::string own_folder() {
    return std::filesystem::current_path().string();
}

TEST(Facts, AWorkingFolderThatIsGoneIsAnError) {
    const std::string before = own_folder();
    char folder[] = "/tmp/ward-gone-XXXXXX";
    ASSERT_TRUE(mkdtemp(folder) != nullptr && chdir(folder) == 0 && rmdir(folder) == 0);
    policy::Diagnostics diagnostics;
    EXPECT_FALSE(facts_about_caller(diagnostics).has_value());
    ASSERT_EQ(diagnostics.all().size(), 1u);
    EXPECT_EQ(&diagnostics.all().front().kind(), &policy::slug::caller_unknown);
    EXPECT_EQ(diagnostics.all().front().message(), "the working folder has no path: No such file or directory");
    ASSERT_EQ(chdir(before.c_str()), 0);
}

}  // namespace
}  // namespace ward::cli
