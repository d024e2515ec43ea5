// Every example of `ward explain` is run: what is wrong gives its diagnostic, what is right passes without
// a word.
#include <set>

#include "policy/diagnostic.hpp"
#include "policy/keywords.hpp"
#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

struct DiagnosticExample {
    const policy::Slug* kind;
    std::string_view text, wrong, right;

    friend void PrintTo(const DiagnosticExample& example, std::ostream* stream) { *stream << example.kind->name; }
};

const DiagnosticExample diagnostic_examples[] = {
#define WARD_EXPLANATION(id, text, wrong, right) {&policy::slug::id, text, wrong, right},
#include "sandbox/cli/explain/diagnostics.inc"
#undef WARD_EXPLANATION
};

struct KeywordExample {
    std::string_view section, word, example;
    bool is_whole;  // a policy of its own

    friend void PrintTo(const KeywordExample& example, std::ostream* stream) { *stream << example.word; }
};

const KeywordExample keyword_examples[] = {
#define WARD_SECTION(name, text, becomes, example) {"", name, example, true},
#define WARD_STATEMENT(section, word, syntax, text, becomes, example) {section, word, example, false},
#include "sandbox/cli/explain/keywords.inc"
#undef WARD_STATEMENT
#undef WARD_SECTION
};

// Kinds that no command can show on every machine, and that other tests show.
const std::set<std::string_view> not_shown = {
#define WARD_WITHOUT_CASE(name, reason, shown_by) name,
#include "tests/golden/slugs_without_case.inc"
#undef WARD_WITHOUT_CASE
};

std::string name_of(std::string name) {
    for (char& c : name) {
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
    }
    return name;
}

class Examples : public Place {
protected:
    void SetUp() override {
        Place::SetUp();
        ASSERT_EQ(std::system(("mkdir " + folder + "/bin && ln -s " WARD_PROGRAM " " + folder + "/bin/ward").c_str()),
                  0);
    }

    // Writes the files of an example and runs its commands (see explanation.hpp).
    [[nodiscard]] Outcome run_example(std::string_view example) const {
        std::istringstream lines{std::string(example)};
        std::string file = "web.ward", first, commands;
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("# ") && line.ends_with(".ward")) {
                file = line.substr(2);
            } else if (line.starts_with("$ ")) {
                commands += line.substr(2) + "\n";
            } else if (!line.empty()) {
                if (first.empty()) first = file;
                std::ofstream(work() + "/" + file, std::ios::app) << line << "\n";
            }
        }
        if (commands.empty()) commands = "ward check ./" + first;
        return plain({"/bin/bash", "-c", commands});
    }
};

class OfDiagnostics : public Examples, public testing::WithParamInterface<DiagnosticExample> {};

TEST_P(OfDiagnostics, WrongGivesTheDiagnostic) {
    const policy::Slug& kind = *GetParam().kind;
    if (not_shown.contains(kind.name)) return;
    ASSERT_FALSE(GetParam().wrong.empty()) << "a kind that a golden case shows has an example";
    const Outcome outcome = run_example(GetParam().wrong);
    const bool is_error = kind.severity == policy::Severity::error;
    const std::string head = (is_error ? "error[" : "warning[") + std::string(kind.name) + "]";
    EXPECT_NE(outcome.err.find(head), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.status != 0, is_error);
    const std::string others = outcome.err.substr(std::min(outcome.err.find(head) + 1, outcome.err.size()));
    for (const char* other : {"error[", "warning["}) {
        for (std::size_t at = others.find(other); at != std::string::npos; at = others.find(other, at + 1))
            EXPECT_EQ(others.substr(at, head.size()), head) << "one example, one kind of mistake\n" << outcome.err;
    }
}

TEST_P(OfDiagnostics, RightPasses) {
    if (GetParam().right.empty()) return;
    const Outcome outcome = run_example(GetParam().right);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.err, "");
}

INSTANTIATE_TEST_SUITE_P(Explained, OfDiagnostics, testing::ValuesIn(diagnostic_examples),
                         [](const auto& test) { return name_of(std::string(test.param.kind->name)); });

class OfKeywords : public Examples, public testing::WithParamInterface<KeywordExample> {};

TEST_P(OfKeywords, AreRight) {
    const auto& [section, word, example, is_whole] = GetParam();
    const Outcome outcome = run_example(is_whole ? std::string(example) : "policy web\n" + std::string(example));
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.err, "");
    EXPECT_TRUE(word == "policy" || example.find(word) != std::string_view::npos) << "it shows another word";
}

INSTANTIATE_TEST_SUITE_P(Explained, OfKeywords, testing::ValuesIn(keyword_examples), [](const auto& test) {
    return name_of(std::string(test.param.section) + "_" + std::string(test.param.word) +
                   (test.param.is_whole ? "_section" : ""));
});

}  // namespace
}  // namespace ward::test
