#include "compiler/values.hpp"

#include <gtest/gtest.h>

#include "lowering_fixture.hpp"

namespace ward::compiler {
namespace {

namespace slug = policy::slug;

TEST(Values, SizesArePowersOf1024) {
    EXPECT_EQ(parse_value(Unit::size, "0"), 0);
    EXPECT_EQ(parse_value(Unit::size, "1K"), 1024);
    EXPECT_EQ(parse_value(Unit::size, "512M"), 512ULL << 20);
    EXPECT_EQ(parse_value(Unit::size, "2G"), 2ULL << 30);
    EXPECT_EQ(parse_value(Unit::size, "3T"), 3ULL << 40);
}

TEST(Values, ASizeWithoutUnitOrWithAnotherIsNone) {
    for (const char* text : {"", "1", "1000", "K", "1k", "1KB", "1.5G", "-1M", "+1M", " 1M", "1M ", "1 M", "0x1M"}) {
        EXPECT_FALSE(parse_value(Unit::size, text)) << text;
    }
}

TEST(Values, WhatDoesNotFit64BitsIsNone) {
    EXPECT_FALSE(parse_value(Unit::size, "16777216T"));
    EXPECT_TRUE(parse_value(Unit::size, "16777215T"));
    EXPECT_FALSE(parse_value(Unit::size, "99999999999999999999K"));
    EXPECT_FALSE(parse_value(Unit::count, "18446744073709551616"));
    EXPECT_EQ(parse_value(Unit::count, "18446744073709551615"), ~std::uint64_t{0});
    EXPECT_FALSE(parse_value(Unit::duration, "18446744073709551615h"));
}

TEST(Values, DurationsAreMilliseconds) {
    EXPECT_EQ(parse_value(Unit::duration, "250ms"), 250);
    EXPECT_EQ(parse_value(Unit::duration, "30s"), 30'000);
    EXPECT_EQ(parse_value(Unit::duration, "10m"), 600'000);
    EXPECT_EQ(parse_value(Unit::duration, "2h"), 7'200'000);
    for (const char* text : {"30", "30S", "s", "1d", "1.5s"}) EXPECT_FALSE(parse_value(Unit::duration, text)) << text;
}

TEST(Values, ProcessorsHaveThreeDecimals) {
    EXPECT_EQ(parse_value(Unit::cpu, "2"), 2000);
    EXPECT_EQ(parse_value(Unit::cpu, "1.5"), 1500);
    EXPECT_EQ(parse_value(Unit::cpu, "0.05"), 50);
    EXPECT_EQ(parse_value(Unit::cpu, "0.001"), 1);
    for (const char* text : {"", ".", "1.", ".5", "0.0001", "1.5.1", "50%", "1.-5"}) {
        EXPECT_FALSE(parse_value(Unit::cpu, text)) << text;
    }
}

TEST(Values, FormatIsReadAsTheSameValue) {
    const std::pair<Unit, std::vector<std::uint64_t>> all[] = {
        {Unit::size, {0, 1024, 3 << 20, 5ULL << 30, 1536ULL << 20}},
        {Unit::duration, {0, 1, 999, 1000, 60'000, 90'000, 3'600'000}},
        {Unit::count, {0, 7, 4'194'304}},
        {Unit::cpu, {0, 1, 10, 500, 1000, 1500, 2005}},
    };
    for (const auto& [unit, values] : all) {
        for (const std::uint64_t value : values) EXPECT_EQ(parse_value(unit, format_value(unit, value)), value);
    }
    EXPECT_EQ(format_value(Unit::size, 1536ULL << 20), "1536M");
    EXPECT_EQ(format_value(Unit::cpu, 1500), "1.5");
    EXPECT_EQ(format_value(Unit::duration, 90'000), "90s");
}

TEST(Values, ModesAreOctal) {
    EXPECT_EQ(parse_mode("700"), 0700U);
    EXPECT_EQ(parse_mode("1777"), 01777U);
    for (const char* text : {"", "7", "77", "888", "rwx", "01777", "-77"}) EXPECT_FALSE(parse_mode(text)) << text;
}

// ---- variables

TEST(Variables, TheLaunchersAreReplaced) {
    Facts facts = some_facts();
    facts.runtime = "/run/user/1000";
    const Compiled compiled =
        compile_text("files { read ~/a, $home/b, $cwd/c, $runtime/d, /srv/$user/$uid/$gid, $program, ~ }", facts);
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    for (const char* path : {"/home/ada/a", "/home/ada/b", "/home/ada/work/c", "/run/user/1000/d", "/srv/ada/1000/100",
                             "/usr/bin/prog", "/home/ada"}) {
        EXPECT_TRUE(rule_for(compiled, path)) << path;
    }
}

TEST(Variables, WithoutARepositoryItIsTheWorkingFolder) {
    Facts facts = some_facts();
    EXPECT_TRUE(rule_for(compile_text("files { write $repository/a }", facts), "/home/ada/work/a"));
    facts.repository = [] { return std::string("/home/ada/project"); };
    EXPECT_TRUE(rule_for(compile_text("files { write $repository/a }", facts), "/home/ada/project/a"));
}

TEST(Variables, LetsMayUseEachOtherInAnyOrder) {
    const Compiled compiled =
        compile_text("let inner = $outer/in\nlet outer = /srv\nfiles { read $inner/x, \"${outer}er\" }");
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_TRUE(rule_for(compiled, "/srv/in/x"));
    EXPECT_TRUE(rule_for(compiled, "/srver"));
}

TEST(Variables, ACycleIsReportedOnce) {
    const Compiled compiled = compile_text("let a = $b\nlet b = $a\nfiles { read $a, $b, $a/x }");
    EXPECT_FALSE(compiled.jail);
    EXPECT_EQ(compiled.count(slug::variable_cycle), 1U) << compiled.messages();
}

TEST(Variables, ManyVariablesThatDoubleEachOtherEnd) {
    std::string text = "let v0 = aaaaaaaaaaaaaaaa\n";
    for (int i = 1; i < 60; ++i) {
        const std::string before = "$v" + std::to_string(i - 1);
        text.append("let v").append(std::to_string(i)).append(" = ").append(before).append(before).append("\n");
    }
    const Compiled compiled = compile_text(text + "files { read /$v59 }");
    EXPECT_TRUE(compiled.reports(slug::bad_value)) << compiled.messages();
}

TEST(Variables, AVeryLongChainIsAnError) {
    std::string text = "let v0 = x\n";
    for (int i = 1; i < 20000; ++i) {
        text.append("let v").append(std::to_string(i)).append(" = $v").append(std::to_string(i - 1)).append("\n");
    }
    const Compiled compiled = compile_text(text + "files { read /$v19999 }");
    EXPECT_TRUE(compiled.reports(slug::nesting_too_deep));
}

TEST(Variables, OneFileDoesNotSeeAnothersNames) {
    const Compiled compiled =
        compile_texts({{"files { read /$shared }"}, {"let shared = x\nfiles { read /$shared }", 1}});
    EXPECT_EQ(compiled.count(slug::unknown_variable), 1U) << compiled.messages();
}

TEST(Variables, WhatTheLauncherGivesIsNeverAPattern) {
    Facts facts = some_facts();
    facts.cwd = "/srv/a*[b]?\\";
    const Compiled compiled = compile_text("files { read $cwd, $cwd/*.txt }", facts);
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    const FileRule* whole = rule_for(compiled, "/srv/a*[b]?\\");
    ASSERT_TRUE(whole);
    EXPECT_FALSE(whole->is_glob);
    const FileRule* glob = rule_for(compiled, "/srv/a\\*\\[b\\]\\?\\\\/*.txt");
    ASSERT_TRUE(glob);
    EXPECT_TRUE(glob->is_glob);
}

TEST(Variables, ADollarIsWrittenTwice) {
    const Compiled compiled = compile_text("files { read /srv/$$x }");
    EXPECT_TRUE(rule_for(compiled, "/srv/$x")) << compiled.messages();
    EXPECT_TRUE(compile_text("files { read \"/srv/$/x\" }").reports(slug::unknown_variable));
}

TEST(Variables, ArgumentsAreOneRuleEach) {
    Facts facts = some_facts();
    facts.arguments = {"/data/a.pdf", "/data/b*.pdf"};
    const Compiled compiled = compile_text("files { read $arguments }", facts);
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    ASSERT_EQ(compiled.jail->files.size(), 2U);
    for (const FileRule& rule : compiled.jail->files) EXPECT_TRUE(rule.argument && !rule.is_glob);
    facts.arguments = {};
    const Compiled nothing = compile_text("files { read $arguments }", facts);
    ASSERT_TRUE(nothing.jail);
    EXPECT_TRUE(nothing.jail->files.empty());
}

TEST(Variables, ArgumentsStandAlone) {
    for (const char* text :
         {"files { read $arguments/x }", "files { private $arguments }", "let a = $arguments\nfiles { read $a }",
          "files { read $arguments from /srv }", "process { hostname $arguments }"}) {
        EXPECT_TRUE(compile_text(text).reports(slug::misplaced_arguments)) << text;
    }
}

TEST(Variables, OneWithoutAValueIsAnErrorUnlessOptional) {
    EXPECT_TRUE(compile_text("files { read $runtime/bus }").reports(slug::empty_variable));
    const Compiled compiled = compile_text("files { read? $runtime/bus }");
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_TRUE(compiled.jail->files.empty());
}

TEST(Variables, ProgramMayBeMissingWhenNothingRuns) {
    Facts facts = some_facts();
    facts.program = "";
    const Compiled compiled = compile_text("files { execute $program }", facts);
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_TRUE(compiled.jail->files.empty());
}

TEST(Variables, UnusedAndDoubleOnesAreReported) {
    EXPECT_EQ(compile_text("let a = 1\nlet b = 2\nfiles { read /$b }").count(slug::unused_variable), 1U);
    EXPECT_TRUE(compile_text("let a = 1\nlet a = 2\nfiles { read /$a }").reports(slug::duplicate_name));
    EXPECT_TRUE(compile_text("let home = /x\nfiles { read $home }").reports(slug::duplicate_name));
    EXPECT_TRUE(compile_text("let arguments = /x\nfiles { read /x }").reports(slug::duplicate_name));
}

// ---- parameters

TEST(Parameters, TheCommandLineBeatsTheDefault) {
    Facts facts = some_facts();
    const char* text = "param memory: size = 1G\nlimits { memory $memory }";
    EXPECT_EQ(compile_text(text, facts).jail->limit(LimitName::memory)->value, 1ULL << 30);
    facts.parameters["memory"] = "2G";
    EXPECT_EQ(compile_text(text, facts).jail->limit(LimitName::memory)->value, 2ULL << 30);
}

TEST(Parameters, AreCheckedAgainstTheirType) {
    const std::pair<const char*, std::pair<const char*, const char*>> cases[] = {
        {"size", {"1G", "lots"}}, {"duration", {"3s", "3"}},  {"count", {"3", "3G"}},  {"port", {"443", "0"}},
        {"port", {"1", "65536"}}, {"name", {"a.b-c", "a/b"}}, {"flag", {"true", "1"}}, {"path", {"/x", ""}},
    };
    for (const auto& [type, values] : cases) {
        const std::string text = std::string("param p: ") + type + "\nfiles { read \"/srv/$p\" }";
        Facts facts = some_facts();
        facts.parameters["p"] = values.first;
        EXPECT_TRUE(compile_text(text, facts).jail) << type << compile_text(text, facts).messages();
        facts.parameters["p"] = values.second;
        EXPECT_TRUE(compile_text(text, facts).reports(slug::bad_value)) << type;
    }
    EXPECT_TRUE(compile_text("param p: size = lots\nlimits { memory $p }").reports(slug::bad_value));
    EXPECT_TRUE(compile_text("param p: sise = 1G\nlimits { memory $p }").reports(slug::unknown_type));
}

TEST(Parameters, APathOnTheCommandLineIsBelowTheWorkingFolder) {
    Facts facts = some_facts();
    facts.parameters["target"] = "./build/t*";
    const Compiled compiled = compile_text("param target: path\nfiles { execute $target }", facts);
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    const FileRule* rule = rule_for(compiled, "/home/ada/work/build/t*");
    ASSERT_TRUE(rule);
    EXPECT_FALSE(rule->is_glob);
}

TEST(Parameters, MustBeKnownAndHaveAValue) {
    const Compiled missing = compile_text("param target: path\nfiles { read $target, $target/x }");
    EXPECT_EQ(missing.diagnostics.errors(), 1U) << missing.messages();
    EXPECT_TRUE(missing.reports(slug::missing_parameter));
    Facts facts = some_facts();
    facts.parameters["memroy"] = "1G";
    const Compiled unknown = compile_text("param memory: size = 1G\nlimits { memory $memory }", facts);
    EXPECT_TRUE(unknown.reports(slug::unknown_parameter));
    EXPECT_NE(unknown.messages().find("a parameter with a similar name exists: `memory`"), std::string::npos);
}

}  // namespace
}  // namespace ward::compiler
