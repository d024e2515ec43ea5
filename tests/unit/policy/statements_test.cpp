// Statements without their section, as `--allow` gives them.
#include <gtest/gtest.h>

#include "policy/keywords.hpp"
#include "policy/parser.hpp"
#include "policy/render.hpp"
#include "tests/unit/policy/dump.hpp"

namespace ward::policy {
namespace {

// The statements, or what is wrong.
std::string read(const std::string& text) {
    Sources sources;
    Diagnostics diagnostics;
    const auto block = parse_statements(sources, sources.add("--allow", text), diagnostics);
    EXPECT_EQ(block.has_value(), !diagnostics.has_errors()) << text;
    if (!block) return render(diagnostics, sources);
    EXPECT_TRUE(block->whens.empty());
    std::string result;
    for (const Statement& statement : block->statements) result += dump(statement) + '\n';
    return result;
}

TEST(Statements, AreOfTheSectionOfTheirFirstWord) {
    EXPECT_EQ(read("read ~/data"), "read [~/data]\n");
    EXPECT_EQ(read("  write? /a, /b  # why"), "write? [/a] [/b]\n");
    EXPECT_EQ(read("connect tcp 443"), "network [connect] protocol [tcp] [443]\n");
    EXPECT_EQ(read("host"), "network [host]\n");
    EXPECT_EQ(read("memory? 1G"), "limit [memory]? [1G]\n");
    EXPECT_EQ(read("set A b"), "set [A] [b]\n");
    EXPECT_EQ(read("hostname web"), "process [hostname] [web]\n");
    EXPECT_EQ(read("allow ptrace, @mount"), "allow [ptrace] [@mount]\n");
}

TEST(Statements, SeveralMayStandInOneText) {
    EXPECT_EQ(read("read /a; connect tcp 443\nmemory 1G"),
              "read [/a]\nnetwork [connect] protocol [tcp] [443]\nlimit [memory] [1G]\n");
    EXPECT_EQ(read("files { read /a; write /b }; unix"), "read [/a]\nwrite [/b]\nnetwork [unix]\n");
    EXPECT_EQ(read(""), "");
}

TEST(Statements, OfSeveralSectionsNeedTheirs) {
    EXPECT_EQ(read("syscalls { forbid ptrace }"), "forbid [ptrace]\n");
    EXPECT_EQ(read("forbid ptrace"),
              "error[section-unclear]: `forbid` begins statements of several sections\n"
              "  --> --allow:1:1\n"
              "  1 | forbid ptrace\n"
              "    | ^^^^^^\n"
              "  help: write `network { forbid ptrace }` or `syscalls { forbid ptrace }`\n"
              "\n"
              "1 error\n");
    EXPECT_NE(read("keep LANG").find("`capabilities { keep LANG }` or `environment { keep LANG }`"), std::string::npos);
}

TEST(Statements, EveryWordOfTheLanguageIsKnown) {
    for (const StatementWord& row : statement_words) {
        if (row.section.empty()) continue;
        const std::string errors = read(std::string(row.word) + " \"");
        EXPECT_EQ(errors.find("unknown-statement"), std::string::npos) << row.word << errors;
    }
}

TEST(Statements, ErrorsPointIntoTheText) {
    EXPECT_EQ(read("raed ~/data"),
              "error[unknown-statement]: unknown statement `raed`\n"
              "  --> --allow:1:1\n"
              "  1 | raed ~/data\n"
              "    | ^^^^\n"
              "  help: a statement with a similar name exists: `read`\n"
              "\n"
              "1 error\n");
    EXPECT_NE(read("read ~/my data").find("--allow:1:11"), std::string::npos);
    EXPECT_NE(read("memory 1G }").find("stray-brace"), std::string::npos);
    EXPECT_NE(read("quux").find("`ward explain` lists the statements"), std::string::npos);
}

TEST(Statements, WhatIsNoStatementOfASectionIsAnError) {
    for (const char* text :
         {"use curl", "policy web", "let a = b", "param a: path", "when exists /a { files { read /a } }",
          "group @a { read }", "test \"a\" { allow read /a }"})
        EXPECT_NE(read(text).find("error["), std::string::npos) << text;
}

TEST(Statements, AfterAnErrorTheNextOneStandsAlone) {
    const std::string errors = read("read; connect tcp\nmemory 1G 2G; frob");
    EXPECT_NE(errors.find("--allow:1:5"), std::string::npos) << errors;
    EXPECT_NE(errors.find("--allow:1:18"), std::string::npos) << errors;
    EXPECT_NE(errors.find("--allow:2:15"), std::string::npos) << errors;
    EXPECT_EQ(errors.find("in `limits`"), std::string::npos) << errors;
}

}  // namespace
}  // namespace ward::policy
