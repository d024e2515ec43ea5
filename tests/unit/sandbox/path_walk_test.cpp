#include "sandbox/path_walk.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/unit/sandbox/fake_files.hpp"

namespace ward::sandbox {
namespace {

std::vector<std::string> places(const Walk& walk) {
    std::vector<std::string> all;
    for (const Link& link : walk.links) all.push_back(link.place + " -> " + link.target);
    return all;
}

TEST(Walker, EndsAtAPlainPath) {
    const FakeFiles files = FakeFiles().file("/usr/share/a");
    const Walk walk = Walker(files).walk("/usr/share/a");
    EXPECT_EQ(walk.path, "/usr/share/a");
    EXPECT_TRUE(walk.inode.has_value());
    EXPECT_TRUE(walk.links.empty());
}

TEST(Walker, FollowsRelativeAndAbsoluteLinksAndDotDot) {
    const FakeFiles files = FakeFiles()
                                .file("/usr/lib/x86/ld.so")
                                .link("/lib64", "usr/lib64")
                                .link("/usr/lib64/ld.so", "../lib/x86/./ld.so")
                                .link("/start", "/lib64");
    const Walk walk = Walker(files).walk("/start/ld.so");
    EXPECT_EQ(walk.path, "/usr/lib/x86/ld.so");
    EXPECT_EQ(places(walk), (std::vector<std::string>{"/start -> /lib64", "/lib64 -> usr/lib64",
                                                      "/usr/lib64/ld.so -> ../lib/x86/./ld.so"}));
}

TEST(Walker, KeepsTheLastLinkIfAsked) {
    const FakeFiles files = FakeFiles().link("/a/l", "b").file("/a/b");
    EXPECT_EQ(Walker(files).walk("/a/l", Walker::LastLink::keep).path, "/a/l");
    EXPECT_EQ(Walker(files).walk("/a/l").path, "/a/b");
}

TEST(Walker, TellsWhichComponentIsMissing) {
    const FakeFiles files = FakeFiles().file("/etc/ssl/certs").link("/conf", "etc");
    const Walk walk = Walker(files).walk("/conf/ssl/cert/more");
    EXPECT_FALSE(walk.inode.has_value());
    EXPECT_EQ(walk.reached, "/etc/ssl");
    EXPECT_EQ(walk.missing, "cert");
    EXPECT_EQ(walk.error, ENOENT);
    EXPECT_EQ(walk.path, "/etc/ssl/cert/more");
}

TEST(Walker, RefusesLoopsAndFilesAsFolders) {
    const FakeFiles files = FakeFiles().link("/a", "b").link("/b", "a").file("/f");
    EXPECT_EQ(Walker(files).walk("/a").error, ELOOP);
    EXPECT_EQ(Walker(files).walk("/f/x").error, ENOTDIR);
}

TEST(Walker, TellsWhyItCannotLook) {
    const FakeFiles files = FakeFiles().folder("/locked").unreachable("/locked/a", EACCES);
    EXPECT_EQ(Walker(files).walk("/locked/a/b").error, EACCES);
}

TEST(Walker, NeverFollowsLinksOfProc) {
    const FakeFiles files = FakeFiles().link("/etc/mtab", "../proc/self/mounts").link("/proc/self", "1234");
    const Walk walk = Walker(files).walk("/etc/mtab");
    EXPECT_TRUE(walk.in_proc);
    EXPECT_EQ(walk.path, "/proc/self/mounts");
}

TEST(Walker, StaysAtTheRoot) {
    const FakeFiles files;
    EXPECT_EQ(Walker(files).walk("/").path, "/");
    EXPECT_TRUE(Walker(files).walk("/").inode.has_value());
}

TEST(Paths, AreComparedByComponents) {
    EXPECT_TRUE(is_within("/a/b", "/a"));
    EXPECT_TRUE(is_within("/a", "/a"));
    EXPECT_TRUE(is_within("/a", "/"));
    EXPECT_FALSE(is_within("/ab", "/a"));
    EXPECT_FALSE(is_within("/a", "/a/b"));
    EXPECT_EQ(rebased("/a/b/c", "/a", "/x"), "/x/b/c");
    EXPECT_EQ(rebased("/a", "/a", "/x"), "/x");
    EXPECT_EQ(rebased("/a", "/", "/x"), "/x/a");
    EXPECT_EQ(rebased("/a/b", "/a", "/"), "/b");
    EXPECT_EQ(parent_of("/a"), "/");
    EXPECT_EQ(parent_of("/a/b"), "/a");
}

}  // namespace
}  // namespace ward::sandbox
