// The values of parameters: `--set`, the arguments of `use`, the defaults.
#include "compiler/parameters.hpp"

#include "lowering_fixture.hpp"
#include "tests/support/linked_set.hpp"

namespace ward::compiler {
namespace {

namespace slug = policy::slug;
using Library = std::map<std::string, std::string, std::less<>>;

Compiled compile_with(const std::string& text, const Library& library, const Facts& facts = some_facts()) {
    Compiled result;
    const auto find = [&](std::string_view name) -> std::optional<std::string> {
        const auto found = library.find(name);
        if (found == library.end()) return std::nullopt;
        return "policy " + found->first + "\n" + found->second + "\n";
    };
    const auto set = test::link("main", "policy main\n" + text + "\n", find, result.sources, result.diagnostics);
    EXPECT_TRUE(set) << result.messages();
    if (set) result.jail = compile(*set, facts, result.diagnostics);
    return result;
}

constexpr std::uint64_t mebi = std::uint64_t{1} << 20;
const std::string bounded = "param memory: size = 64M\nlimits { memory $memory }";

std::uint64_t memory_of(const Compiled& compiled) {
    EXPECT_TRUE(compiled.jail) << compiled.messages();
    return compiled.jail ? compiled.jail->limit(LimitName::memory).value().value / mebi : 0;
}

TEST(Parameters, TheDefaultCountsWithoutAnythingElse) {
    EXPECT_EQ(memory_of(compile_with("use lib", {{"lib", bounded}})), 64U);
}

TEST(Parameters, AnArgumentBeatsTheDefault) {
    EXPECT_EQ(memory_of(compile_with("use lib (memory = 1G)", {{"lib", bounded}})), 1024U);
}

TEST(Parameters, TheCommandLineBeatsAnArgument) {
    Facts facts = some_facts();
    facts.parameters["memory"] = "2G";
    EXPECT_EQ(memory_of(compile_with("use lib (memory = 1G)", {{"lib", bounded}}, facts)), 2048U);
}

TEST(Parameters, TheNearestArgumentWins) {
    const Library library{{"lib", bounded}, {"middle", "use lib (memory = 2G)"}};
    EXPECT_EQ(memory_of(compile_with("use middle\nuse lib (memory = 1G)", library)), 1024U);
    EXPECT_EQ(memory_of(compile_with("use middle", library)), 2048U);
    // A nearer `use` that says nothing about it leaves the value of the farther one.
    EXPECT_EQ(memory_of(compile_with("use middle\nuse lib", library)), 2048U);
}

TEST(Parameters, TwoArgumentsAsNearAreAConflictThatShowsBoth) {
    const Library library{{"lib", bounded}, {"a", "use lib (memory = 1G)"}, {"b", "use lib (memory = 2G)"}};
    const Compiled compiled = compile_with("use a\nuse b", library);
    EXPECT_FALSE(compiled.jail);
    EXPECT_EQ(compiled.messages(),
              "error[conflicting-values]: two different values for `memory`\n"
              "  --> b.ward:2:19\n"
              "  2 | use lib (memory = 2G)\n"
              "    |                   ^^\n"
              "  ::: a.ward:2:19\n"
              "  2 | use lib (memory = 1G)\n"
              "    |                   -- the other one\n"
              "  note: for single values the nearest policy wins, and these two are equally near\n"
              "  help: remove one of the two\n"
              "\n1 error\n");
    // The command line settles nothing about a contradiction that is there.
    Facts facts = some_facts();
    facts.parameters["memory"] = "2G";
    EXPECT_TRUE(compile_with("use a\nuse b", library, facts).reports(slug::conflicting_values));
    // One that is nearer does.
    EXPECT_EQ(memory_of(compile_with("use a\nuse b\nuse lib (memory = 3G)", library)), 3072U);
}

TEST(Parameters, TheSameValueInOtherWordsIsNoConflict) {
    const Library library{{"lib", bounded}, {"a", "use lib (memory = 1G)"}, {"b", "use lib (memory = 1024M)"}};
    EXPECT_EQ(memory_of(compile_with("use a\nuse b", library)), 1024U);
}

TEST(Parameters, ValuesAreExpandedWhereTheyAreWritten) {
    const Library library{{"lib", "param place: path\nlet home_of = /wrong\nfiles { write $place, $home_of }"}};
    const Compiled compiled = compile_with("let home_of = ~/data\nuse lib (place = $home_of/x)", library);
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_NE(rule_for(compiled, "/home/ada/data/x"), nullptr);
    EXPECT_NE(rule_for(compiled, "/wrong"), nullptr);
    EXPECT_TRUE(compiled.diagnostics.all().empty()) << compiled.messages();
}

TEST(Parameters, AnArgumentMayBeAParameterItself) {
    const Library library{{"lib", bounded}, {"middle", "param m: size = 5M\nuse lib (memory = $m)"}};
    EXPECT_EQ(memory_of(compile_with("use middle (m = 7M)", library)), 7U);
    EXPECT_EQ(memory_of(compile_with("use middle", library)), 5U);
}

TEST(Parameters, OneSettingReachesEveryPolicyThatHasTheParameter) {
    Facts facts = some_facts();
    facts.parameters["place"] = "data";
    const Library library{{"lib", "param place: path\nfiles { write $place }"}};
    const Compiled compiled = compile_with("use lib\nparam place: path\nfiles { hide? $place/secret }", library, facts);
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_NE(rule_for(compiled, "/home/ada/work/data"), nullptr);
    EXPECT_NE(rule_for(compiled, "/home/ada/work/data/secret", FileRule::Kind::hide), nullptr);
}

TEST(Parameters, MistakesInAUse) {
    const Library library{{"lib", bounded + "\nparam on: flag = false\nwhen $on { limits { tasks 1 } }"}};
    const auto reports = [&](const std::string& text, const policy::Slug& kind) {
        const Compiled compiled = compile_with(text, library);
        EXPECT_FALSE(compiled.jail) << text;
        EXPECT_EQ(compiled.diagnostics.errors(), 1U) << compiled.messages();
        return compiled.reports(kind);
    };
    EXPECT_TRUE(reports("use lib (memroy = 1G)", slug::unknown_parameter));
    EXPECT_TRUE(reports("use lib (memory = much)", slug::bad_value));
    EXPECT_TRUE(reports("use lib (on = 1)", slug::bad_value));
    EXPECT_TRUE(reports("use lib (memory = $nothing)", slug::unknown_variable));
    EXPECT_TRUE(reports("use lib (memory = $arguments)", slug::misplaced_arguments));
    EXPECT_TRUE(reports("use lib (memory = 1G, memory = 2G)", slug::duplicate_name));
    // Also where the value does not count.
    EXPECT_TRUE(reports("param memory: size = 1X\nuse lib (memory = 1G)\nlimits { memory $memory }", slug::bad_value));
}

TEST(Parameters, AMissingValueNamesTheUse) {
    const Compiled compiled = compile_with("use lib", {{"lib", "param place: path\nfiles { write $place, $place/x }"}});
    EXPECT_EQ(compiled.messages(),
              "error[missing-parameter]: `place` has no value\n"
              "  --> lib.ward:2:1\n"
              "  2 | param place: path\n"
              "    | ^^^^^^^^^^^^^^^^^\n"
              "  ::: main.ward:2:1\n"
              "  2 | use lib\n"
              "    | ------- used here without it\n"
              "  help: write `use lib (place = VALUE)`\n"
              "\n1 error\n");
}

TEST(Parameters, EveryLetIsLookedAtWhetherItIsUsedOrNot) {
    EXPECT_TRUE(compile_text("let a = $nothing\nfiles { read /a }").reports(slug::unknown_variable));
    EXPECT_TRUE(compile_text("let a = $b\nlet b = $a\nfiles { read /a }").reports(slug::variable_cycle));
}

TEST(Parameters, WhatOnlyATestNeedsIsUsed) {
    const Compiled compiled =
        compile_text("let key = ~/.ssh/id\nfiles { read /a }\ntest \"keys\" {\n  deny read $key\n}");
    EXPECT_FALSE(compiled.reports(slug::unused_variable)) << compiled.messages();
}

}  // namespace
}  // namespace ward::compiler
