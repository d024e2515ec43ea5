#include "compiler/path_pattern.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ward::compiler {
namespace {

TEST(Matches, FollowsTheShell) {
    struct Row {
        const char* pattern;
        const char* name;
        bool result;
    };
    for (const Row& row : {Row{"*", "abc", true},
                           {"*", ".abc", false},
                           {".*", ".abc", true},
                           {"\\.a*", ".abc", true},
                           {"a*c", "abc", true},
                           {"a*c", "abcd", false},
                           {"*a*b*", "xxaxxbxx", true},
                           {"*a*b", "ba", false},
                           {"a?c", "abc", true},
                           {"a?c", "ac", false},
                           {"?", ".", false},
                           {"[a-c]x", "bx", true},
                           {"[a-c]x", "dx", false},
                           {"[!a-c]x", "dx", true},
                           {"[^a]", "a", false},
                           {"[]]", "]", true},
                           {"[a", "[a", true},
                           {"\\*", "*", true},
                           {"\\*", "a", false},
                           {"", "", true},
                           {"", "a", false},
                           {"a", "", false},
                           {"*", "", true}})
        EXPECT_EQ(matches(row.pattern, row.name), row.result) << row.pattern << " against " << row.name;
}

TEST(Matches, TakesLinearTime) {
    const std::string name(5000, 'a');
    std::string pattern;
    for (int i = 0; i < 200; ++i) pattern += "*a";
    EXPECT_FALSE(matches(pattern + "b", name));
}

TEST(MatchesPath, OneComponentAfterTheOther) {
    struct Row {
        const char* pattern;
        const char* path;
        bool result;
    };
    for (const Row& row : {Row{"/usr/lib/*.so", "/usr/lib/a.so", true},
                           {"/usr/lib/*.so", "/usr/lib/x/a.so", false},
                           {"/usr/*/a", "/usr/lib/a", true},
                           {"/usr/*", "/usr", false},
                           {"/usr/*", "/usr/lib/a", false},
                           {"/a/**/z", "/a/z", true},
                           {"/a/**/z", "/a/b/c/z", true},
                           {"/a/**/z", "/a/.b/z", false},
                           {"/a/**", "/a", true},
                           {"/a/**", "/a/b/c", true},
                           {"/a/**/b/**/c", "/a/x/b/y/z/c", true},
                           {"/a/**/b/**/c", "/a/x/y/z/c", false},
                           {"/a/.*", "/a/.b", true},
                           {"/", "/", true}})
        EXPECT_EQ(matches_path(row.pattern, row.path), row.result) << row.pattern << " against " << row.path;
}

TEST(MatchesPath, TakesPolynomialTime) {
    std::string pattern;
    std::string path;
    for (int i = 0; i < 200; ++i) {
        pattern += "/**/a";
        path += "/a/a";
    }
    EXPECT_FALSE(matches_path(pattern + "/b", path));
}

}  // namespace
}  // namespace ward::compiler
