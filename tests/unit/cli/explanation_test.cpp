// The texts of `ward explain` are complete: nothing without one, and none about nothing.
#include "sandbox/cli/explain/explanation.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "compiler/capabilities.hpp"
#include "policy/keywords.hpp"

namespace ward::cli {
namespace {

TEST(Explanations, OfDiagnosticsAreThoseOfTheSlugs) {
    std::set<std::string_view> explained;
    for (const DiagnosticText& each : diagnostic_texts())
        EXPECT_TRUE(explained.insert(each.kind->name).second) << each.kind->name << " is explained twice";
    for (const policy::Slug* kind : diagnostic_kinds())
        EXPECT_TRUE(explained.contains(kind->name))
            << "add a row for " << kind->name << " to sandbox/cli/explain/diagnostics.inc";
}

TEST(Explanations, OfDiagnosticsSayMoreThanTheRule) {
    for (const DiagnosticText& each : diagnostic_texts()) {
        EXPECT_GT(each.text.size(), each.kind->rule.size()) << each.kind->name;
        EXPECT_LT(each.text.size(), 600u) << each.kind->name << ": short texts are read";
        EXPECT_TRUE(each.text.ends_with('.')) << each.kind->name;
        EXPECT_EQ(each.wrong.empty(), each.right.empty()) << each.kind->name;
    }
}

TEST(Explanations, OfCapabilitiesAreThoseOfTheKernel) {
    std::set<std::string> explained;
    for (const CapabilityText& each : capability_texts()) {
        EXPECT_TRUE(compiler::capability_number(each.name)) << each.name;
        EXPECT_TRUE(explained.emplace(each.name).second) << each.name;
    }
    int number = 0;
    for (; !compiler::capability_name(number).empty(); ++number)
        EXPECT_TRUE(explained.contains(std::string(compiler::capability_name(number)))) << number;
    EXPECT_GE(number, 41);
}

TEST(Explanations, OfSectionsAreThoseOfTheLanguage) {
    std::set<std::string_view> explained;
    for (const SectionText& each : section_texts()) EXPECT_TRUE(explained.insert(each.name).second) << each.name;
    EXPECT_EQ(explained,
              std::set<std::string_view>(std::begin(policy::section_words), std::end(policy::section_words)));
}

TEST(Explanations, OfStatementsAreThoseOfTheLanguage) {
    using Key = std::pair<std::string_view, std::string_view>;
    std::set<Key> explained;
    std::set<Key> all;
    for (const StatementText& each : statement_texts())
        EXPECT_TRUE(explained.emplace(each.section, each.word).second) << each.section << ' ' << each.word;
    for (const policy::StatementWord& each : policy::statement_words) all.emplace(each.section, each.word);
    for (const auto& [section, word] : all)
        EXPECT_TRUE(explained.contains({section, word}))
            << "add a row for `" << word << "` of `" << section << "` to sandbox/cli/explain/keywords.inc";
    for (const auto& [section, word] : explained)
        EXPECT_TRUE(all.contains({section, word})) << section << ' ' << word << " is no statement";
}

TEST(Explanations, AreOneLineForMachines) {
    const std::string text = explanation_of(policy::slug::path_not_found);
    EXPECT_TRUE(text.starts_with("The path is not there")) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace ward::cli
