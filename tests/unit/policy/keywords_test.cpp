// The table of keywords and the grammar know the same statements.
#include "policy/keywords.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "tests/unit/policy/read_body.hpp"

namespace ward::policy {
namespace {

// A statement for each row; what the grammar reads otherwise is an unknown name.
const std::pair<StatementWord, const char*> examples[] = {
    {{"", "policy"}, ""},
    {{"", "use"}, "use a"},
    {{"", "let"}, "let a = b"},
    {{"", "param"}, "param a: path"},
    {{"", "when"}, "when $a { }"},
    {{"", "else"}, "when $a { } else { }"},
    {{"", "group"}, "group @a { b }"},
    {{"", "test"}, "test \"a\" { }"},
    {{"files", "read"}, "read /a"},
    {{"files", "write"}, "write /a"},
    {{"files", "execute"}, "execute /a"},
    {{"files", "hide"}, "hide /a"},
    {{"files", "protect"}, "protect /a"},
    {{"files", "private"}, "private /a size 1M mode 0700"},
    {{"files", "device"}, "device null"},
    {{"files", "link"}, "link /a -> b"},
    {{"files", "file"}, "file /a \"b\""},
    {{"files", "setuid"}, "setuid allow"},
    {{"files", "overlay"}, "overlay /a into /b"},
    {{"files", "directory"}, "directory /a"},
    {{"files", "root"}, "root /a"},
    {{"network", "host"}, "host"},
    {{"network", "unix"}, "unix /a"},
    {{"network", "connect"}, "connect tcp 1"},
    {{"network", "listen"}, "listen tcp 1"},
    {{"network", "resolve"}, "resolve"},
    {{"network", "forbid"}, "forbid host"},
    {{"syscalls", "allow"}, "allow a"},
    {{"syscalls", "forbid"}, "forbid a"},
    {{"syscalls", "refuse"}, "refuse a with kill"},
    {{"syscalls", "abi"}, "abi native"},
    {{"capabilities", "keep"}, "keep chown"},
    {{"environment", "keep"}, "keep A"},
    {{"environment", "set"}, "set A b"},
};

TEST(Keywords, AreThoseOfTheGrammar) {
    std::set<std::pair<std::string_view, std::string_view>> shown;
    for (const auto& [word, text] : examples) {
        shown.emplace(word.section, word.word);
        const std::string section(word.section);
        const std::string messages =
            read_body(section.empty() ? std::string(text) + "\nuse z" : section + " { " + text + " }");
        EXPECT_EQ(messages.find("error["), std::string::npos) << text << '\n' << messages;
    }
    // The names of limits and settings are the compiler's.
    for (const StatementWord& word : statement_words) {
        if (word.section == "limits" || word.section == "process") {
            const std::string name(word.word);
            EXPECT_EQ(read_body(std::string(word.section) + " { " + name + " 1 }"),
                      (word.section == "limits" ? "limit [" : "process [") + name + "] [1]\n");
        } else {
            EXPECT_TRUE(shown.erase({word.section, word.word})) << word.section << ' ' << word.word;
        }
    }
    EXPECT_TRUE(shown.empty()) << "no row for " << shown.begin()->second;
}

}  // namespace
}  // namespace ward::policy
