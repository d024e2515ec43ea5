#include "sandbox/cli/options.hpp"

#include <gtest/gtest.h>

namespace ward::cli {
namespace {

constexpr Option table[] = {
    {"policy", 'p', "NAME", false, "which"},
    {"set", 0, "K=V", true, "value"},
    {"dry-run", 0, "", false, "nothing runs"},
};

Options parsed(const Words& words) {
    policy::Diagnostics diagnostics;
    auto options = parse_options(table, words, diagnostics);
    EXPECT_TRUE(options.has_value()) << (diagnostics.all().empty() ? "" : diagnostics.all().front().message());
    return options.value_or(Options());
}

// The message and the help of the error, one line each.
std::string refused(const Words& words) {
    policy::Diagnostics diagnostics;
    if (parse_options(table, words, diagnostics)) return "no error";
    if (diagnostics.all().size() != 1) return "not one error";
    const policy::Diagnostic& error = diagnostics.all().front();
    return error.message() + "\n" + error.helps().front();
}

TEST(Options, OptionsOfTheProgramAreTheProgramsOwn) {
    const Options options = parsed({"-p", "curl", "curl", "-o", "out", "--policy", "x", "-p", "y"});
    EXPECT_EQ(options.value("policy"), "curl");
    EXPECT_EQ(options.rest, (Words{"curl", "-o", "out", "--policy", "x", "-p", "y"}));
}

TEST(Options, TwoDashesEndTheOptions) {
    EXPECT_EQ(parsed({"--dry-run", "--", "-odd-name", "--"}).rest, (Words{"-odd-name", "--"}));
    EXPECT_EQ(parsed({"--", "--", "x"}).rest, (Words{"--", "x"}));
    EXPECT_EQ(parsed({"--"}).rest, Words());
}

TEST(Options, EveryFormOfAValue) {
    for (const Words& words : {Words{"-px"}, Words{"-p", "x"}, Words{"--policy=x"}, Words{"--policy", "x"}})
        EXPECT_EQ(parsed(words).value("policy"), "x") << words.front();
}

TEST(Options, AValueMayBeEmptyOrHoldAnEqualsSign) {
    EXPECT_EQ(parsed({"--set", "a=b=c"}).values("set"), Words{"a=b=c"});
    EXPECT_EQ(parsed({"--set=a=b"}).values("set"), Words{"a=b"});
}

TEST(Options, RepeatedOnesKeepTheirOrder) {
    EXPECT_EQ(parsed({"--set", "b=1", "--set", "a=2"}).values("set"), (Words{"b=1", "a=2"}));
}

TEST(Options, ALoneDashIsAValueAndAProgram) {
    EXPECT_EQ(parsed({"-p", "-", "x"}).value("policy"), "-");
    EXPECT_EQ(parsed({"-"}).rest, Words{"-"});
}

TEST(Options, NothingIsAbbreviated) {
    EXPECT_EQ(refused({"--dry"}), "there is no option `--dry`\nwrite `--dry-run`");
}

TEST(Options, UnknownOnesNameASimilarOne) {
    EXPECT_EQ(refused({"--polisy", "x"}), "there is no option `--polisy`\nwrite `--policy`");
    EXPECT_EQ(refused({"--polisy=x"}), "there is no option `--polisy`\nwrite `--policy`");
    EXPECT_EQ(refused({"--frobnicate"}), "there is no option `--frobnicate`\n`--help` lists the options");
    EXPECT_EQ(refused({"-z"}), "there is no option `-z`\n`--help` lists the options");
}

TEST(Options, MissingAndSuperfluousValues) {
    EXPECT_EQ(refused({"-p"}), "`--policy` needs a value\nwrite `--policy NAME`");
    EXPECT_EQ(refused({"--policy"}), "`--policy` needs a value\nwrite `--policy NAME`");
    EXPECT_EQ(refused({"--policy="}), "`--policy` needs a value\nwrite `--policy NAME`");
    EXPECT_EQ(refused({"--dry-run=yes"}), "`--dry-run` takes no value\nwrite `--dry-run` alone");
}

TEST(Options, TwiceIsAnError) {
    EXPECT_EQ(refused({"-p", "a", "--policy", "b"}), "`--policy` is given twice\nkeep one of the two");
}

TEST(Options, AValueThatLooksLikeAnOptionIsNotSwallowed) {
    EXPECT_EQ(refused({"-p", "--dry-run", "x"}), "`--policy` needs a value\nwrite `--policy NAME`");
}

TEST(Options, HelpHasALineForEach) {
    EXPECT_EQ(describe(table),
              "  -p, --policy NAME       which\n"
              "      --set K=V           value\n"
              "      --dry-run           nothing runs\n");
}

}  // namespace
}  // namespace ward::cli
