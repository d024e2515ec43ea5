#include <gtest/gtest.h>

#include "lowering_fixture.hpp"

namespace ward::compiler {
namespace {

namespace slug = policy::slug;

TEST(EnvironmentRules, KeptPatternsAreSortedAndMerged) {
    const Compiled compiled =
        compile_texts({{"environment { keep PATH, LC_*, A*B }"}, {"environment { keep HOME, PATH }", 1}});
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    std::vector<std::string> patterns;
    for (const auto& kept : compiled.jail->environment.kept) patterns.push_back(kept.pattern);
    EXPECT_EQ(patterns, (std::vector<std::string>{"A*B", "HOME", "LC_*", "PATH"}));
    EXPECT_EQ(compiled.jail->environment.kept[3].origins.size(), 2U);
    EXPECT_TRUE(compile_text("environment { keep A, A }").reports(slug::duplicate_statement));
}

TEST(EnvironmentRules, NamesAreChecked) {
    for (const char* name : {"\"\"", "1A", "\"A B\"", "A-B", "A=B", "*", "*_proxy", "\"A$$\""}) {
        EXPECT_TRUE(compile_text(std::string("environment { keep ") + name + " }").reports(slug::bad_environment_name))
            << name;
    }
    EXPECT_TRUE(compile_text("environment { set 1A \"x\" }").reports(slug::bad_environment_name));
}

TEST(EnvironmentRules, TheNearestSetWins) {
    const Compiled compiled =
        compile_texts({{"environment { set A \"near $user\" }"}, {"environment { set A \"far\"; set B \"\" }", 1}});
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_EQ(compiled.jail->environment.set.at("A").value, "near ada");
    EXPECT_EQ(compiled.jail->environment.set.at("B").value, "");
    EXPECT_TRUE(compile_text("environment { set A \"1\"; set A \"2\" }").reports(slug::conflicting_values));
}

TEST(EnvironmentRules, AVariableThatChoosesCodeIsAWarningOnlyIfItIsTheCallers) {
    for (const char* name : {"LD_PRELOAD", "LD_*", "LD_NEW_ONE", "L*", "GCONV_PATH", "BASH_ENV", "P*H", "PYTHON*"}) {
        EXPECT_TRUE(compile_text(std::string("environment { keep ") + name + " }").reports(slug::dangerous_variable))
            << name;
    }
    for (const char* name : {"LANG", "LC_*", "PATH", "LDAP_SERVER"}) {
        EXPECT_FALSE(compile_text(std::string("environment { keep ") + name + " }").reports(slug::dangerous_variable))
            << name;
    }
    EXPECT_EQ(compile_text("environment { set LD_PRELOAD \"/usr/lib/x.so\" }").diagnostics.warnings(), 0U);
}

}  // namespace
}  // namespace ward::compiler
