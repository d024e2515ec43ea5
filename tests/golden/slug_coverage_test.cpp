// Every kind of diagnostic is shown by a golden case, or a unit test says why it cannot be.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "policy/diagnostic.hpp"

namespace ward::golden {
namespace {

namespace fs = std::filesystem;

struct Row {
    std::string identifier;
    std::string name;
};

const Row rows[] = {
#define WARD_SLUG(id, name, severity, rule) {#id, name},
#include "policy/slugs.inc"
#undef WARD_SLUG
};

struct WithoutCase {
    std::string name;
    std::string reason;
    std::string shown_by;  // a unit test
};

const std::vector<WithoutCase> without_case = {
#define WARD_WITHOUT_CASE(name, reason, shown_by) {name, reason, shown_by},
#include "tests/golden/slugs_without_case.inc"
#undef WARD_WITHOUT_CASE
};

std::string text_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

// The names in `error[NAME]` and `warning[NAME]` that cases expect.
std::set<std::string> names_in_cases() {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(WARD_CASES)) {
        if (entry.path().extension() != ".case") continue;
        std::istringstream lines(text_of(entry.path()));
        for (std::string line; std::getline(lines, line);) {
            const bool headline = line.starts_with("error[") || line.starts_with("warning[");
            if (!headline) continue;
            const std::size_t begin = line.find('[') + 1;
            names.insert(line.substr(begin, line.find(']') - begin));
        }
    }
    return names;
}

std::set<std::string> names_without_case() {
    std::set<std::string> names;
    for (const WithoutCase& each : without_case) names.insert(each.name);
    return names;
}

TEST(Slugs, AreEachShownByACase) {
    const auto shown = names_in_cases();
    const auto excepted = names_without_case();
    for (const Row& row : rows) {
        EXPECT_NE(shown.contains(row.name), excepted.contains(row.name))
            << row.name << ": needs a case in tests/golden/diagnostics, or a row in slugs_without_case.inc, not both";
    }
}

TEST(Slugs, WithoutCaseAreShownByAUnitTest) {
    for (const WithoutCase& each : without_case) {
        const fs::path file = fs::path(WARD_SOURCE_FOLDER) / each.shown_by;
        ASSERT_TRUE(fs::exists(file)) << each.shown_by;
        std::string identifier;
        for (const Row& row : rows) {
            if (row.name == each.name) identifier = row.identifier;
        }
        ASSERT_FALSE(identifier.empty()) << each.name << " is no row of slugs.inc";
        const std::string text = text_of(file);
        const bool shown = text.find("slug::" + identifier) != std::string::npos ||
                           text.find('[' + each.name + ']') != std::string::npos;
        EXPECT_TRUE(shown) << each.shown_by << " does not show " << each.name;
        EXPECT_FALSE(each.reason.empty());
    }
}

TEST(Slugs, AreDistinct) {
    std::set<std::string> names;
    for (const Row& row : rows) EXPECT_TRUE(names.insert(row.name).second) << row.name;
}

}  // namespace
}  // namespace ward::golden
