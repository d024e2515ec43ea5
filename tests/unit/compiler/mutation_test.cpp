// Whoever loses one word of a shipped policy notices: there is a diagnostic, or the jail is another one.
#include <algorithm>
#include <iostream>

#include "jail_text.hpp"
#include "lowering_fixture.hpp"
#include "tests/support/linked_set.hpp"

namespace ward::compiler {
namespace {

struct Token {
    std::size_t begin;
    std::size_t end;
};

bool is_sign(char c) {
    return std::string_view("{}(),;=").find(c) != std::string_view::npos;
}

std::size_t end_of_token(std::string_view text, std::size_t begin) {
    if (is_sign(text[begin])) return begin + 1;
    std::size_t end = begin + 1;
    if (text[begin] == '"') {
        while (text[end] != '"') end += text[end] == '\\' ? 2U : 1U;
        return end + 1;
    }
    while (end < text.size() && !is_sign(text[end]) && !std::isspace(static_cast<unsigned char>(text[end]))) ++end;
    return end;
}

// Words, signs and strings. Comments mean nothing and are no tokens.
std::vector<Token> tokens_of(std::string_view text) {
    std::vector<Token> tokens;
    for (std::size_t at = 0; at < text.size();) {
        if (std::isspace(static_cast<unsigned char>(text[at]))) {
            ++at;
        } else if (text[at] == '#') {
            at = std::min(text.find('\n', at), text.size());
        } else {
            tokens.push_back({at, end_of_token(text, at)});
            at = tokens.back().end;
        }
    }
    return tokens;
}

// A path for everything that a policy may ask for, so that no `when` and no `$arguments` is without effect.
Facts host() {
    Facts facts = some_facts();
    facts.arguments = {"/home/ada/in.pdf"};
    facts.runtime = "/run/user/1000";
    facts.kernel_major = 6;
    facts.kernel_minor = 1;
    facts.exists = [](const std::string&) { return true; };
    return facts;
}

// What a `test` asks is no part of the jail; `ward test` answers it.
std::string questions(const policy::Policy& policy, const policy::Sources& sources) {
    std::string result;
    for (const policy::Test& test : policy.tests) {
        for (const policy::Binding& binding : test.environment) result += std::string(sources.text(binding.span)) + ' ';
        for (const policy::Expectation& each : test.expectations) result += std::string(sources.text(each.span)) + ' ';
    }
    return result;
}

// The jail and the questions, or a word that no jail is like.
std::string outcome(const std::string& name, const std::string& text) {
    policy::Sources sources;
    policy::Diagnostics diagnostics;
    const auto set = test::link(name, text, test::built_in_text, sources, diagnostics);
    const auto jail = set ? compile(*set, with_parameters(host(), *set), diagnostics) : std::nullopt;
    return jail && diagnostics.all().empty() ? jail_text(*jail) + questions(set->members.front().policy, sources)
                                             : "a diagnostic";
}

// Text that is for people alone; what may go without a sign, and why.
bool is_for_people(std::string_view text, Token token) {
    const std::size_t line = text.rfind('\n', token.begin) + 1;
    const std::string_view begin = text.substr(line);
    return text[token.begin] == '"' && (begin.starts_with("policy ") || begin.starts_with("test "));
}

TEST(Mutation, NoTokenOfAShippedPolicyIsWithoutMeaning) {
    std::size_t deleted = 0;
    std::size_t skipped = 0;
    for (const policy::BuiltIn& each : policy::built_in_policies()) {
        const std::string name(each.name);
        const std::string text(each.text);
        const std::string expected = outcome(name, text);
        ASSERT_NE(expected, "a diagnostic") << name;
        for (const Token token : tokens_of(text)) {
            if (is_for_people(text, token)) {
                ++skipped;
                continue;
            }
            ++deleted;
            std::string mutant = text;
            mutant.erase(token.begin, token.end - token.begin);
            EXPECT_NE(outcome(name, mutant), expected)
                << name << ": nobody would miss `" << text.substr(token.begin, token.end - token.begin) << "` at byte "
                << token.begin;
        }
    }
    std::cout << deleted << " tokens deleted one by one; " << skipped
              << " descriptions and titles left out: they are for people, and so are comments\n";
    EXPECT_GT(deleted, 500U);
}

}  // namespace
}  // namespace ward::compiler
