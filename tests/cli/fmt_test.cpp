// `ward fmt`: which files it writes, and how.
#include <sys/stat.h>
#include <unistd.h>

#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

constexpr std::string_view crowded = "policy web  # pages\nuse base.program;files { read /a,/b }\n";
constexpr std::string_view canonical =
    "policy web                               # pages\n"
    "\n"
    "use base.program\n"
    "\n"
    "files {\n"
    "    read     /a, /b\n"
    "}\n";

class Fmt : public Place {
protected:
    [[nodiscard]] std::string path(const std::string& name) const { return work() + "/" + name; }
    [[nodiscard]] struct stat status(const std::string& name) const {
        struct stat result {};
        EXPECT_EQ(lstat(path(name).c_str(), &result), 0) << name;
        return result;
    }
    [[nodiscard]] Outcome shell(const std::string& command) const { return plain({"/bin/sh", "-c", command}); }
};

TEST_F(Fmt, RewritesAFile) {
    write("web.ward", crowded);
    const Outcome outcome = ward({"fmt", "./web.ward"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.out + outcome.err, "");
    EXPECT_EQ(read("web.ward"), canonical);
    EXPECT_EQ(shell("ls").out, "web.ward\n");
}

TEST_F(Fmt, TakesFilesAndNoNames) {
    EXPECT_EQ(ward({"fmt", "jq"}).err,
              "error[source-unreadable]: there is no file `jq`; it is the name of a policy that is built in\n"
              "  help: write `ward fmt jq.ward` for a file of your own\n");
    ASSERT_EQ(shell("mkdir -p $HOME/.config/ward; echo policy mine >$HOME/.config/ward/mine.ward").status, 0);
    EXPECT_EQ(ward({"fmt", "mine"}).err,
              "error[source-unreadable]: there is no file `mine`; it is the name of a policy\n"
              "  help: write `ward fmt " +
                  folder + "/home/.config/ward/mine.ward`\n");
    const Outcome missing = ward({"fmt", "./web.ward"});
    EXPECT_EQ(missing.status, 1);
    EXPECT_EQ(missing.err, "error[source-unreadable]: there is no file `./web.ward`\n  help: correct the path\n");
}

TEST_F(Fmt, LeavesACanonicalFileAlone) {
    write("web.ward", canonical);
    const ino_t before = status("web.ward").st_ino;
    EXPECT_EQ(ward({"fmt", "./web.ward"}).status, 0);
    EXPECT_EQ(status("web.ward").st_ino, before);
}

TEST_F(Fmt, KeepsTheModeAndTheOwner) {
    write("web.ward", crowded);
    ASSERT_EQ(chmod(path("web.ward").c_str(), 0640), 0);
    // Only root may give a file a group that it is not in.
    const gid_t group = getuid() == 0 ? 4321 : getgid();
    ASSERT_EQ(chown(path("web.ward").c_str(), getuid(), group), 0);
    const struct stat before = status("web.ward");
    const Outcome outcome = ward({"fmt", "./web.ward"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const struct stat after = status("web.ward");
    EXPECT_NE(after.st_ino, before.st_ino);
    EXPECT_EQ(after.st_mode, before.st_mode);
    EXPECT_EQ(after.st_uid, before.st_uid);
    EXPECT_EQ(after.st_gid, before.st_gid);
}

TEST_F(Fmt, FollowsALink) {
    ASSERT_EQ(mkdir(path("policies").c_str(), 0755), 0);
    write("policies/web.ward", crowded);
    ASSERT_EQ(symlink("policies/web.ward", path("link.ward").c_str()), 0);
    EXPECT_EQ(ward({"fmt", "./link.ward"}).status, 0);
    EXPECT_TRUE(S_ISLNK(status("link.ward").st_mode));
    EXPECT_EQ(read("policies/web.ward"), canonical);
    EXPECT_EQ(shell("ls policies").out, "web.ward\n");
}

TEST_F(Fmt, DoesNotTouchAFileWithAnError) {
    write("bad.ward", "policy bad\nfiles { raed /a }\n");
    write("web.ward", crowded);
    const Outcome outcome = ward({"fmt", "./bad.ward", "./web.ward"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_TRUE(outcome.err.starts_with("error[unknown-statement]: unknown statement `raed`")) << outcome.err;
    EXPECT_EQ(read("bad.ward"), "policy bad\nfiles { raed /a }\n");
    EXPECT_EQ(read("web.ward"), canonical);
}

TEST_F(Fmt, ReadsStandardInput) {
    const Outcome outcome = shell("printf '%s' '" + std::string(crowded) + "' | " WARD_PROGRAM " fmt -");
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.out, canonical);
    EXPECT_EQ(outcome.err, "");
}

TEST_F(Fmt, WritesNothingForStandardInputWithAnError) {
    const Outcome outcome = shell("echo 'policy a b' | " WARD_PROGRAM " fmt -");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.starts_with("error[")) << outcome.err;
}

TEST_F(Fmt, CheckChangesNothing) {
    write("web.ward", crowded);
    write("good.ward", canonical);
    const Outcome outcome = ward({"fmt", "--check", "./web.ward", "./good.ward"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.out, "./web.ward\n");
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(read("web.ward"), crowded);
    EXPECT_EQ(ward({"fmt", "--check", "./good.ward"}).status, 0);
    EXPECT_EQ(shell("printf '%s' '" + std::string(crowded) + "' | " WARD_PROGRAM " fmt --check -").out, "-\n");
}

TEST_F(Fmt, NeedsAFile) {
    const Outcome outcome = ward({"fmt"});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.err, "error[usage]: no policy is named\n  help: write `ward fmt FILE`\n");
}

}  // namespace
}  // namespace ward::test
