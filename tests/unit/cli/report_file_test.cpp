#include "sandbox/cli/report_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace ward::cli {
namespace {

std::string content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

class ReportFileTest : public testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/ward-report-XXXXXX";
        ASSERT_NE(mkdtemp(name), nullptr);
        folder = name;
        path = folder + "/report.json";
    }
    void TearDown() override { ASSERT_EQ(std::system(("rm -r " + folder).c_str()), 0); }
    // Why there is no report, and what to do.
    static std::string refusal(const std::string& file) {
        policy::Diagnostics found;
        if (ReportFile::open(file, found) || found.all().size() != 1) return "it was opened";
        const std::string start = "the report `" + file + "` cannot be written: ";
        const std::string message = found.all().front().message();
        return message.substr(message.starts_with(start) ? start.size() : 0) + "; " + found.all().front().helps().at(0);
    }
    std::string folder;
    std::string path;
    policy::Diagnostics diagnostics;
};

TEST_F(ReportFileTest, HoldsWhatIsWritten) {
    auto file = ReportFile::open(path, diagnostics);
    ASSERT_TRUE(file.has_value());
    EXPECT_EQ(content(path), "");
    EXPECT_TRUE(file->write("{}\n"));
    EXPECT_EQ(content(path), "{}\n");
}

TEST_F(ReportFileTest, AnOldReportIsGoneFromTheStart) {
    std::ofstream(path) << "an old and much longer report";
    auto file = ReportFile::open(path, diagnostics);
    EXPECT_EQ(content(path), "");
    EXPECT_TRUE(file->write("new"));
    EXPECT_EQ(content(path), "new");
}

TEST_F(ReportFileTest, WhatTheProgramPutInItsPlaceIsReplaced) {
    auto file = ReportFile::open(path, diagnostics);
    ASSERT_EQ(unlink(path.c_str()), 0);
    std::ofstream(folder + "/elsewhere") << "untouched";
    ASSERT_EQ(symlink("elsewhere", path.c_str()), 0);
    EXPECT_TRUE(file->write("true"));
    EXPECT_EQ(content(path), "true");
    EXPECT_EQ(content(folder + "/elsewhere"), "untouched");
}

// A jailed program that may write the folder above could choose where the report goes.
TEST_F(ReportFileTest, AFolderThatWasReplacedByALinkIsNotFollowed) {
    ASSERT_EQ(std::system(("mkdir " + folder + "/out " + folder + "/elsewhere").c_str()), 0);
    std::ofstream(folder + "/elsewhere/report.json") << "untouched";
    auto file = ReportFile::open(folder + "/out/report.json", diagnostics);
    ASSERT_EQ(rename((folder + "/out").c_str(), (folder + "/moved").c_str()), 0);
    ASSERT_EQ(symlink("elsewhere", (folder + "/out").c_str()), 0);
    EXPECT_FALSE(file->write("true"));
    EXPECT_EQ(errno, ESTALE);
    EXPECT_EQ(content(folder + "/elsewhere/report.json"), "untouched");
    EXPECT_EQ(content(folder + "/moved/report.json"), "true");
}

// Root can make files everywhere, so the folder is gone in place of read-only.
TEST_F(ReportFileTest, AForgedReportIsToldFromTheTrueOne) {
    ASSERT_EQ(std::system(("mkdir " + folder + "/out").c_str()), 0);
    auto file = ReportFile::open(folder + "/out/report.json", diagnostics);
    ASSERT_EQ(std::system(("rm -r " + folder + "/out; mkdir " + folder + "/out").c_str()), 0);
    std::ofstream(folder + "/out/report.json") << "forged";
    EXPECT_FALSE(file->write("true"));
    EXPECT_EQ(errno, ENOENT);
}

// Who made what is there, the caller or a program that ran here before, cannot be told.
TEST_F(ReportFileTest, WhatIsNoFileIsNeitherFollowedNorReplaced) {
    std::ofstream(folder + "/real") << "untouched";
    const std::string real = folder + "/real";
    ASSERT_EQ(symlink(real.c_str(), path.c_str()), 0);
    EXPECT_EQ(refusal(path), "it is a symbolic link; remove it: `rm " + path + "`, or name another file");
    EXPECT_EQ(content(real), "untouched");
    ASSERT_EQ(unlink(path.c_str()), 0);
    ASSERT_EQ(mkfifo(path.c_str(), 0666), 0);
    EXPECT_EQ(refusal(path), "it is a pipe; open it yourself: `--report /dev/fd/3 3>" + path + "`");
    EXPECT_EQ(refusal(folder), "it is a folder; name a file in it");
    EXPECT_EQ(refusal(folder + "/"), "it is a folder; name a file in it");
}

TEST_F(ReportFileTest, AnotherNameOfTheFileKeepsItsText) {
    std::ofstream(folder + "/real") << "untouched";
    ASSERT_EQ(link((folder + "/real").c_str(), path.c_str()), 0);
    EXPECT_TRUE(ReportFile::open(path, diagnostics)->write("new"));
    EXPECT_EQ(content(path), "new");
    EXPECT_EQ(content(folder + "/real"), "untouched");
}

TEST_F(ReportFileTest, BelowTheWorkingFolderNoLinkIsFollowed) {
    ASSERT_EQ(std::system(("cd " + folder + " && mkdir real && echo untouched >real/f && ln -s real out").c_str()), 0);
    const std::string before = std::filesystem::current_path();
    std::filesystem::current_path(folder);
    const std::string link_on_the_way =
        "a folder on the way to it is a symbolic link; name the folder that the link leads to";
    EXPECT_EQ(refusal("out/f"), link_on_the_way);
    EXPECT_EQ(refusal(folder + "/out/f"), link_on_the_way) << "however it is written";
    for (const char* way : {"//out/f", "/./out/f", "/real/../out/f"}) EXPECT_EQ(refusal(folder + way), link_on_the_way);
    EXPECT_EQ(refusal("/proc/self/cwd/out/f"), link_on_the_way);
    EXPECT_TRUE(ReportFile::open("real/new", diagnostics)->write("new"));
    EXPECT_TRUE(ReportFile::open("new", diagnostics)->write("new"));
    std::filesystem::current_path(before);
    EXPECT_TRUE(ReportFile::open(folder + "/out/new", diagnostics)->write("newer"))
        << "elsewhere it is the caller's word";
    EXPECT_EQ(content(folder + "/real/f"), "untouched\n");
    EXPECT_EQ(content(folder + "/real/new"), "newer");
    EXPECT_EQ(content(folder + "/new"), "new");
}

// It has the rights of the caller, and could open a file that it sees and write into it at the end.
TEST_F(ReportFileTest, WhatTheProgramHoldsOpenIsNotTheReport) {
    auto file = ReportFile::open(path, diagnostics);
    std::ofstream held(path, std::ios::app);
    EXPECT_TRUE(file->write("true"));
    held << "forged" << std::flush;
    EXPECT_EQ(content(path), "true");
}

TEST_F(ReportFileTest, KeepsTheModeOfTheFile) {
    std::ofstream(path) << "old";
    ASSERT_EQ(chmod(path.c_str(), 0640), 0);
    EXPECT_TRUE(ReportFile::open(path, diagnostics)->write("new"));
    struct stat status {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0640u);
}

TEST_F(ReportFileTest, LeavesNothingElseBehind) {
    EXPECT_TRUE(ReportFile::open(path, diagnostics)->write("new"));
    EXPECT_EQ(std::system(("test \"$(ls -A " + folder + ")\" = report.json").c_str()), 0);
}

TEST_F(ReportFileTest, APipeGetsTheText) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    auto file = ReportFile::open("/proc/self/fd/" + std::to_string(ends[1]), diagnostics);
    ASSERT_TRUE(file.has_value());
    EXPECT_TRUE(file->write("text"));
    char text[8] = {};
    EXPECT_EQ(read(ends[0], text, sizeof text), 4);
    EXPECT_STREQ(text, "text");
    close(ends[0]);
    close(ends[1]);
}

TEST_F(ReportFileTest, AFileThatCannotBeWrittenIsAnError) {
    EXPECT_FALSE(ReportFile::open(folder + "/no/report", diagnostics).has_value());
    ASSERT_EQ(diagnostics.all().size(), 1u);
    EXPECT_EQ(diagnostics.all().front().message(),
              "the report `" + folder + "/no/report` cannot be written: No such file or directory");
}

TEST_F(ReportFileTest, AFullDiskIsSaid) {
    auto file = ReportFile::open("/dev/full", diagnostics);
    ASSERT_TRUE(file.has_value());
    EXPECT_FALSE(file->write("text"));
    EXPECT_EQ(errno, ENOSPC);
}

}  // namespace
}  // namespace ward::cli
