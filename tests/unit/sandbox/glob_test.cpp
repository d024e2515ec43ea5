#include "sandbox/glob.hpp"

#include <gtest/gtest.h>

#include "tests/unit/sandbox/fake_files.hpp"

namespace ward::sandbox {
namespace {

using Paths = std::vector<std::string>;

TEST(ExpandGlob, FindsSortedPaths) {
    const FakeFiles files = FakeFiles().file("/l/b.so").file("/l/a.so").file("/l/.h.so").file("/l/c.txt");
    Walker walker(files);
    EXPECT_EQ(expand_glob("/l/*.so", walker), (Paths{"/l/a.so", "/l/b.so"}));
    EXPECT_EQ(expand_glob("/l/*.none", walker), Paths{});
    EXPECT_EQ(expand_glob("/none/*", walker), Paths{});
}

TEST(ExpandGlob, KeepsLinksInThePath) {
    const FakeFiles files = FakeFiles().file("/usr/lib/a.so").link("/lib", "usr/lib");
    Walker walker(files);
    EXPECT_EQ(expand_glob("/lib/*.so", walker), Paths{"/lib/a.so"});
}

TEST(ExpandGlob, TwoStarsAreAnyFoldersButNoLinks) {
    const FakeFiles files =
        FakeFiles().file("/d/k.pem").file("/d/a/k.pem").file("/d/a/b/k.pem").link("/d/up", "/d").file("/d/.x/k.pem");
    Walker walker(files);
    EXPECT_EQ(expand_glob("/d/**/k.pem", walker), (Paths{"/d/a/b/k.pem", "/d/a/k.pem", "/d/k.pem"}));
}

TEST(ExpandGlob, TwoStarsAtTheEndAreFilesToo) {
    const FakeFiles files = FakeFiles().file("/d/k.pem").file("/d/a/k.pem").link("/d/up", "/d").file("/d/.x/k.pem");
    Walker walker(files);
    EXPECT_EQ(expand_glob("/d/**", walker), (Paths{"/d", "/d/a", "/d/a/k.pem", "/d/k.pem", "/d/up"}));
}

TEST(ExpandGlob, ReadsEscapesInFixedParts) {
    const FakeFiles files = FakeFiles().file("/d/[x]/a1");
    Walker walker(files);
    EXPECT_EQ(expand_glob("/d/\\[x]/a?", walker), Paths{"/d/[x]/a1"});
}

TEST(ExpandGlob, GivesUpOnTooMany) {
    FakeFiles files;
    for (std::size_t i = 0; i <= max_glob_matches; ++i) files.file("/d/" + std::to_string(i));
    Walker walker(files);
    EXPECT_FALSE(expand_glob("/d/*", walker).has_value());
}

}  // namespace
}  // namespace ward::sandbox
