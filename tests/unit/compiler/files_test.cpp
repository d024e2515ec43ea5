#include <gtest/gtest.h>

#include "compiler/paths.hpp"
#include "lowering_fixture.hpp"

namespace ward::compiler {
namespace {

namespace slug = policy::slug;
using Kind = FileRule::Kind;

// ---- paths

TEST(Paths, AreNormalisedByTheirText) {
    EXPECT_EQ(normalised("/"), "/");
    EXPECT_EQ(normalised("//"), "/");
    EXPECT_EQ(normalised("/a//b/./c/"), "/a/b/c");
    EXPECT_EQ(normalised("/.hidden/..x/x.."), "/.hidden/..x/x..");
    EXPECT_FALSE(normalised("/a/../b"));
    EXPECT_FALSE(normalised("/.."));
}

TEST(Paths, BelowIsAboutWholeNames) {
    EXPECT_TRUE(is_at_or_below("/home/ada", "/home/ada"));
    EXPECT_TRUE(is_at_or_below("/home/ada", "/home"));
    EXPECT_TRUE(is_at_or_below("/home/ada", "/"));
    EXPECT_FALSE(is_at_or_below("/home/ada", "/home/ad"));
    EXPECT_FALSE(is_at_or_below("/home", "/home/ada"));
}

TEST(Paths, MustBeAbsoluteAndWithoutDotdot) {
    EXPECT_TRUE(compile_text("files { read share/x }").reports(slug::path_not_absolute));
    EXPECT_TRUE(compile_text("files { read ~ada/x }").reports(slug::path_not_absolute));
    EXPECT_TRUE(compile_text("files { read \"\" }").reports(slug::path_not_absolute));
    EXPECT_TRUE(compile_text("files { read /a/../b }").reports(slug::path_with_dotdot));
    EXPECT_TRUE(compile_text("files { read /a from ../b }").reports(slug::path_not_absolute));
}

TEST(Paths, GlobsAreWhereTheyMayBe) {
    const Compiled compiled =
        compile_text("files { read /a/*.txt, \"/b/*.txt\", /c/**/d, /e[12]; hide /f/?; protect /g* }");
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_TRUE(rule_for(compiled, "/a/*.txt")->is_glob);
    EXPECT_FALSE(rule_for(compiled, "/b/*.txt")->is_glob);
    EXPECT_TRUE(rule_for(compiled, "/c/**/d")->is_glob);
    EXPECT_TRUE(rule_for(compiled, "/f/?", Kind::hide)->is_glob);
    for (const char* text : {"private /a*", "link /a* -> b", "file /a* \"\"", "read /a from /b*", "read /a* from /b"}) {
        EXPECT_TRUE(compile_text(std::string("files { ") + text + " }").reports(slug::glob_not_allowed)) << text;
    }
    EXPECT_TRUE(compile_text("files { read /a/b** }").reports(slug::bad_value));
}

TEST(Paths, TheRootItselfIsTheJails) {
    for (const char* text : {"hide /", "private /", "link / -> /x", "file / \"x\""}) {
        EXPECT_TRUE(compile_text(std::string("files { ") + text + " }").reports(slug::bad_root_path)) << text;
    }
    EXPECT_TRUE(compile_text("files { read /; protect / }").jail);
}

// ---- what several statements say of one path

TEST(Files, AccessAddsUp) {
    const Compiled compiled =
        compile_texts({{"files { read /a; write /a, /b; execute /c }"}, {"files { execute /a }", 2}});
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_EQ(rule_for(compiled, "/a")->access, can_write | can_execute);
    EXPECT_EQ(rule_for(compiled, "/b")->access, can_write);
    EXPECT_EQ(rule_for(compiled, "/c")->access, can_execute);
    EXPECT_EQ(rule_for(compiled, "/a")->origins.size(), 3U);
    EXPECT_EQ(rule_for(compiled, "/a")->origins.back().file, 1U);
    EXPECT_EQ(compiled.count(slug::writable_and_executable), 1U);
}

TEST(Files, OneStatementWithoutQuestionMarkMakesItRequired) {
    const Compiled compiled = compile_texts({{"files { read? /a, /b }"}, {"files { read /a }", 3}});
    EXPECT_FALSE(rule_for(compiled, "/a")->optional);
    EXPECT_TRUE(rule_for(compiled, "/b")->optional);
}

TEST(Files, TheSameStatementTwiceIsAWarning) {
    EXPECT_EQ(compile_text("files { read /a; read /a }").count(slug::duplicate_statement), 1U);
    EXPECT_EQ(compile_text("files { read /a; write /a }").count(slug::duplicate_statement), 0U);
    EXPECT_EQ(compile_texts({{"files { read /a }"}, {"files { read /a }", 1}}).count(slug::duplicate_statement), 0U);
    Facts facts = some_facts();
    facts.arguments = {"/a", "/a"};
    EXPECT_EQ(compile_text("files { read $arguments }", facts).diagnostics.warnings(), 0U);
}

TEST(Files, TwoThingsAtOnePathAreAnErrorOnlyIfEquallyNear) {
    for (const char* text : {"private /a; write /a", "link /a -> b; read /a", "file /a \"x\"; private /a",
                             "read /a from /b; read /a from /c", "read /a from /b; read /a"}) {
        const std::string files = std::string("files { ") + text + " }";
        EXPECT_EQ(compile_text(files).count(slug::contradicting_rules), 1U) << text;
    }
    const Compiled nearer = compile_texts({{"files { write /tmp }"}, {"files { private /tmp }", 1}});
    ASSERT_TRUE(nearer.jail) << nearer.messages();
    EXPECT_TRUE(rule_for(nearer, "/tmp"));
    EXPECT_FALSE(rule_for(nearer, "/tmp", Kind::private_folder));
}

TEST(Files, FromTheSamePathIsNoOtherSource) {
    const Compiled compiled = compile_text("files { read /a from /a; write /a }");
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_EQ(rule_for(compiled, "/a")->access, can_write);
    EXPECT_EQ(rule_for(compiled, "/a")->from, "");
}

TEST(Files, SizeAndModeOfAPrivateFolderComeFromTheNearest) {
    const Compiled compiled = compile_texts({{"files { private /tmp size 1M }"},
                                             {"files { private /tmp size 2M mode 700 }", 1},
                                             {"files { private /tmp mode 1777 }", 2}});
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_EQ(rule_for(compiled, "/tmp", Kind::private_folder)->size, 1U << 20);
    EXPECT_EQ(rule_for(compiled, "/tmp", Kind::private_folder)->mode, 0700U);
    EXPECT_TRUE(compile_text("files { private /a size 1M; private /a size 2M }").reports(slug::conflicting_values));
    EXPECT_TRUE(compile_text("files { private /a size 1 }").reports(slug::bad_value));
    EXPECT_TRUE(compile_text("files { private /a mode 4755 }").reports(slug::bad_value));
    EXPECT_TRUE(compile_text("files { private /a mode 000 }").reports(slug::bad_value));
}

TEST(Files, LinksAndTextsKeepTheirText) {
    const Compiled compiled = compile_text("files { link /bin -> usr/bin; file /etc/motd \"hello $user\\n\" }");
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_EQ(rule_for(compiled, "/bin", Kind::link)->text, "usr/bin");
    EXPECT_EQ(rule_for(compiled, "/etc/motd", Kind::text_file)->text, "hello ada\n");
    EXPECT_TRUE(compile_text("files { link /a -> b; link /a -> c }").reports(slug::conflicting_values));
}

// ---- prohibitions

TEST(Files, HideBeatsEveryGrantAtTheSamePath) {
    const Compiled compiled = compile_texts({{"files { read /a; write /a; read /a/b }"}, {"files { hide /a }", 5}});
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_FALSE(rule_for(compiled, "/a"));
    EXPECT_TRUE(rule_for(compiled, "/a", Kind::hide));
    EXPECT_TRUE(rule_for(compiled, "/a/b"));
    EXPECT_TRUE(compiled.reports(slug::hidden_grant));
}

TEST(Files, AnArgumentKeepsARuleOfItsOwn) {
    Facts facts = some_facts();
    facts.arguments = {"/a"};
    const Compiled compiled = compile_text("files { read /a; write $arguments }", facts);
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    ASSERT_EQ(compiled.jail->files.size(), 2U);
    EXPECT_EQ(compiled.jail->files[0].access, can_read);
    EXPECT_FALSE(compiled.jail->files[0].argument);
    EXPECT_EQ(compiled.jail->files[1].access, can_write);
    EXPECT_TRUE(compiled.jail->files[1].argument);
}

TEST(Files, AHiddenArgumentStaysForThePlannerToTell) {
    Facts facts = some_facts();
    facts.arguments = {"/a"};
    const Compiled compiled = compile_text("files { hide /a; read $arguments }", facts);
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_TRUE(rule_for(compiled, "/a")->argument);
    EXPECT_FALSE(compiled.reports(slug::hidden_grant));
}

TEST(Files, ProtectTakesTheWriteAway) {
    const Compiled compiled = compile_texts({{"files { write /a; execute /a }"}, {"files { protect? /a }", 4}});
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_EQ(rule_for(compiled, "/a")->access, can_execute);
    EXPECT_TRUE(rule_for(compiled, "/a", Kind::protect)->optional);
    EXPECT_TRUE(compiled.reports(slug::protected_grant));
    EXPECT_FALSE(compiled.reports(slug::writable_and_executable));
}

// ---- the home folder

TEST(Home, IsWritableOnlyInWords) {
    for (const char* word : {"~", "$home", "\"$home\"", "~/", "~/work", "$cwd"}) {
        EXPECT_TRUE(compile_text(std::string("files { write ") + word + " }").jail) << word;
    }
    for (const char* word :
         {"/home/ada", "/home", "/", "/home/*", "/home/ada/", "/home/./ada", "/h*", "/mnt from ~/..."}) {
        const Compiled compiled = compile_text(std::string("files { write ") + word + " }");
        EXPECT_EQ(compiled.reports(slug::home_writable), std::string_view(word) != "/mnt from ~/...") << word;
    }
    EXPECT_TRUE(compile_text("let x = $home\nfiles { write $x }").reports(slug::home_writable));
    EXPECT_TRUE(compile_text("files { write /mnt from /home }").reports(slug::home_writable));
    EXPECT_TRUE(compile_text("files { write /mnt from ~ }").jail);
    EXPECT_TRUE(compile_text("files { read $home; read / }").jail);
}

TEST(Home, TheWorkingFolderAndArgumentsAreNoWords) {
    Facts facts = some_facts();
    facts.arguments = {"/home/ada"};
    EXPECT_TRUE(compile_text("files { write $arguments }", facts).reports(slug::home_writable));
    for (const char* cwd : {"/home/ada", "/home", "/"}) {
        facts.cwd = cwd;
        EXPECT_TRUE(compile_text("files { write $cwd }", facts).reports(slug::home_writable)) << cwd;
    }
    facts.home = "/";
    EXPECT_TRUE(compile_text("files { write $home }", facts).reports(slug::home_writable));
    facts.home = "";
    EXPECT_TRUE(compile_text("files { write / }", facts).reports(slug::home_writable));
    EXPECT_TRUE(compile_text("files { write ~ }", facts).reports(slug::empty_variable));
}

// ---- devices

TEST(Devices, AreNamesBelowDev) {
    const Compiled compiled =
        compile_texts({{"files { device zero, null; device dri/card0 }"}, {"files { device null }", 1}});
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    ASSERT_EQ(compiled.jail->devices.size(), 3U);
    EXPECT_EQ(compiled.jail->devices[0].value, "dri/card0");
    EXPECT_EQ(compiled.jail->devices[1].value, "null");
    EXPECT_EQ(compiled.jail->devices[1].origins.size(), 2U);
    for (const char* name : {"/dev/null", "../etc/passwd", "a/../b", "a//b", "a/", "\"\"", "\"a b\"", ".", "*"}) {
        EXPECT_TRUE(compile_text(std::string("files { device ") + name + " }").reports(slug::bad_device)) << name;
    }
    for (const char* name : {"mem", "sda", "nvme0n1", "kmsg", "uinput", "disk/by-id/x"}) {
        EXPECT_TRUE(compile_text(std::string("files { device ") + name + " }").reports(slug::dangerous_device)) << name;
    }
    EXPECT_FALSE(compile_text("files { device memory_bandwidth }").reports(slug::dangerous_device));
}

TEST(Files, SetuidIsAllowedOnlyByItsStatement) {
    EXPECT_FALSE(compile_text("files { read /a }").jail->may_set_setuid);
    EXPECT_TRUE(compile_texts({{"files { read /a }"}, {"files { setuid allow }", 1}}).jail->may_set_setuid);
}

}  // namespace
}  // namespace ward::compiler
