// Every case of diagnostics/, run with the built program, compared in full.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/golden/case_file.hpp"
#include "tests/golden/command.hpp"

namespace ward::golden {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> case_files() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(WARD_CASES)) {
        if (entry.path().extension() == ".case") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::string test_name(const testing::TestParamInfo<fs::path>& info) {
    std::string name = info.param.stem();
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
}

class Diagnostics : public testing::TestWithParam<fs::path> {};

TEST_P(Diagnostics, AreAsExpected) {
    std::ifstream stream(GetParam(), std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    const Case golden_case = read_case(text.str());
    const Outcome outcome = run_case(golden_case, WARD_PROGRAM);
    if (std::getenv("WARD_GOLDEN_UPDATE") != nullptr) {
        if (outcome != golden_case.expected) std::ofstream(GetParam()) << with_outcome(golden_case, outcome);
        return;
    }
    EXPECT_EQ(outcome.status, golden_case.expected.status) << GetParam();
    EXPECT_EQ(outcome.standard_error, golden_case.expected.standard_error) << GetParam();
    EXPECT_EQ(outcome.standard_output, golden_case.expected.standard_output) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Golden, Diagnostics, testing::ValuesIn(case_files()), test_name);

// A case without an expectation would pass on any program that says nothing.
TEST(Diagnostics, HaveAnExpectation) {
    ASSERT_FALSE(case_files().empty());
    for (const fs::path& file : case_files()) {
        std::ifstream stream(file, std::ios::binary);
        std::ostringstream text;
        text << stream.rdbuf();
        EXPECT_NE(text.str().find("\n--- status "), std::string::npos) << file;
    }
}

TEST(CaseFile, KeepsItsInputWhenTheOutcomeChanges) {
    const std::string text =
        "About.\n$ ward check ./a.ward\n--- file a.ward\npolicy a\n--- status 1\n--- stderr\nerror\n";
    const Case golden_case = read_case(text);
    EXPECT_EQ(golden_case.words, (std::vector<std::string>{"check", "./a.ward"}));
    EXPECT_EQ(golden_case.expected.standard_error, "error\n");
    EXPECT_EQ(with_outcome(golden_case, golden_case.expected), text);
    EXPECT_EQ(with_outcome(golden_case, {0, "fine\n", ""}),
              "About.\n$ ward check ./a.ward\n--- file a.ward\npolicy a\n--- status 0\n--- stdout\nfine\n");
}

TEST(CaseFile, RunsWhatItSays) {
    const Case golden_case = read_case("$ ward -c cat;pwd;exit${IFS}3\n--- stdin\nhello\n");
    const Outcome outcome = run_case(golden_case, "/bin/sh");
    EXPECT_EQ(outcome, (Outcome{3, "hello\nFOLDER\n", ""}));
}

}  // namespace
}  // namespace ward::golden
