// Files by patterns, compared exactly: as looking at every short path would.
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/diff.hpp"
#include "compiler/diff_points.hpp"
#include "compiler/path_pattern.hpp"
#include "policy_generator.hpp"
#include "tests/unit/compiler/lowering_fixture.hpp"

namespace ward::compiler {
namespace {

// ---- names

std::vector<std::string> matched(const std::string& pattern, const std::vector<std::string>& names) {
    std::vector<std::string> result;
    std::ranges::copy_if(names, std::back_inserter(result),
                         [&](const std::string& name) { return matches(pattern, name); });
    return result;
}

TEST(SampleNames, OneForEachSetOfPatternsThatANameMatches) {
    EXPECT_EQ(sample_names({{"a*", true}, {"*b", true}}), (std::vector<std::string>{"b", "a", "ab"}));
    EXPECT_EQ(sample_names({{"[ab]", true}, {"a", false}}), (std::vector<std::string>{"b", "a"}));
    EXPECT_EQ(sample_names({{".*", true}}), (std::vector<std::string>{".x"}));
    EXPECT_EQ(sample_names({{"*", false}}), (std::vector<std::string>{"*"}));
    EXPECT_EQ(sample_names({{"??", true}, {"*", true}}), (std::vector<std::string>{"x", "xx"}));
}

TEST(SampleNames, AreNeverWhatNoFileIsCalled) {
    for (const std::string pattern : {"*", ".*", ".?", "?", "[!a]", ".[!a]*", "*x"}) {
        const auto names = sample_names({{pattern, true}});
        EXPECT_EQ(matched(pattern, names), names) << pattern;
        for (const std::string& name : names) EXPECT_TRUE(name != "." && name != ".." && !name.empty()) << pattern;
    }
}

TEST(SampleNames, EndWhereThereAreTooMany) {
    std::set<Component> components;
    for (char c = 'a'; c <= 'z'; ++c) components.insert({std::string("*") + c + "*", true});
    EXPECT_THROW((void)sample_names(components), TooManyPaths);
}

// ---- whole policies

std::optional<Jail> jail_of(const std::string& statements) {
    return compile_text("syscalls { allow exit }\nfiles {\n" + statements + "}\n").jail;
}

// For each change the subjects and what is left out: `+ /a* !/ab - /b`.
std::string told(const std::string& a, const std::string& b) {
    const auto jail_a = jail_of(a), jail_b = jail_of(b);
    std::vector<Difference> differences;
    compare_files(jail_a.value(), jail_b.value(), differences);
    std::string text;
    for (const Difference& each : differences) {
        if (each.change == Difference::Change::other) continue;
        text += (each.change == Difference::Change::gained ? "+ " : "- ") + each.words.substr(4);
        for (const std::string& subject : each.subjects) text += " " + subject;
        for (const std::string& exception : each.exceptions) text += " !" + exception;
        text += "\n";
    }
    return text;
}

TEST(DiffPatterns, APatternThatHidesInWhatAnotherRuleShows) {
    EXPECT_EQ(told("read? /srv/app\nhide? /srv/*/secret.key\n", "read? /srv/app\n"), "+ now read /srv/*/secret.key\n");
    EXPECT_EQ(told("write? /srv/a*\nprotect? /srv/*b\n", "write? /srv/a*\n"), "+ now write /srv/ab\n");
    EXPECT_EQ(told("read /data from /srv\nhide? /srv/*.key\n", "read /data from /srv\n"),
              "+ now read (of the host: /srv as /data) /data/*.key\n");
}

TEST(DiffPatterns, BracketsByEachCharacter) {
    EXPECT_EQ(told("read? /srv/a\n", "read? /srv/a\nread? /srv/[ab]\n"), "+ now read /srv/[ab] !/srv/a\n");
    EXPECT_EQ(told("read? /srv/app-[0-9]\n", "read? /srv/app-[0-3]\n"),
              "- no longer read /srv/app-[0-9] !/srv/app-[0-3]\n");
    EXPECT_EQ(told("read? /srv/a, /srv/b\n", "read? /srv/[ab]\n"), "");
}

TEST(DiffPatterns, WhatStaysTheSameIsLeftOut) {
    EXPECT_EQ(told("write? /srv/a*\nexecute? /srv/*b\n", "write? /srv/ab\nexecute? /srv/ab\n"),
              "- no longer read and write /srv/a* !/srv/ab\n"
              "- no longer read, write and execute /srv/axb\n"
              "- no longer read and execute /srv/*b !/srv/ab\n");
    EXPECT_EQ(told("hide? /etc/*_key\n", "read /etc\nread /opt from /etc\nread /usr from /etc\nhide? /etc/*_key\n"),
              "+ now read /etc !/etc/*_key\n"
              "+ now read (of the host: /etc as /opt) /opt !/opt/*_key\n"
              "+ now read (of the host: /etc as /usr) /usr !/usr/*_key\n");
}

TEST(DiffPatterns, LinksLeadToWhatIsCompared) {
    EXPECT_EQ(told("read /srv\nlink /l -> /srv\n", "read /srv\nhide? /srv/*b\nlink /l -> /srv\n"),
              "- no longer read /srv/*b\n");
    EXPECT_EQ(told("read /srv\nhide? /srv/*b\nlink /l -> /srv\n", "read /srv\nhide? /srv/*b\nlink /l -> /opt\n"),
              "- no longer read /l !/l/b\n");
}

// ---- all short paths

// What is possible at a path: the words of a power, and where on the host it is.
std::set<std::string> powers_at(const PathModel& model, const std::string& path) {
    const PathDecision decision = model.decide(path);
    const bool is_private =
        decision.kind == PathDecision::Kind::made && decision.rules.front()->kind == FileRule::Kind::private_folder;
    if (is_private) return {"scratch"};
    if (decision.kind != PathDecision::Kind::tree) return {};
    const FileRule& rule = *decision.rules.front();
    const std::string where = rule.from.empty() ? "" : " " + rule.from + " as " + rule.path;
    std::set<std::string> powers{"read" + where};
    for (const auto& [access, word] : {std::pair(policy::Access::write, "write"), {policy::Access::execute, "execute"}})
        if ((decision.access & bit_of(access)) != 0) powers.insert(word + where);
    return powers;
}

void add_paths(const std::string& top, const std::vector<std::string>& names, unsigned depth,
               std::vector<std::string>& paths) {
    paths.push_back(top);
    for (const std::string& name : names)
        if (depth > 0) add_paths(top + "/" + name, names, depth - 1, paths);
}

std::vector<std::string> short_paths() {
    std::vector<std::string> names{".a", ".b", ".ab", "d", "da", "db", "bd"};
    const std::string letters = "abc";
    for (const char first : letters) {
        names.push_back({first});
        for (const char second : letters) {
            names.push_back({first, second});
            for (const char third : letters) names.push_back({first, second, third});
        }
    }
    std::vector<std::string> paths;
    for (const std::string top : {"/t", "/d", "/l"}) add_paths(top, {"a", "b", "c", ".a", "ab"}, 4, paths);
    add_paths("/t", names, 2, paths);
    add_paths("/d", names, 1, paths);
    return paths;
}

template <typename T>
const T& one_of(Random& random, const std::vector<T>& all) {
    return all[random() % all.size()];
}

std::string random_path(Random& random) {
    static const std::vector<std::string> names{"a",  "b",    "ab", "a",  "*",  "a*", "*b",   "?",
                                                "a?", "[ab]", ".*", ".?", "*a", "b",  "[!a]", "[b-c]*"};
    std::string path = "/t";
    if (random() % 6 == 0) path += "/**";
    path += "/" + one_of(random, names);
    return random() % 2 == 0 ? path : path + "/" + one_of(random, names);
}

std::string random_statement(Random& random) {
    static const std::vector<std::string> words{"read?", "write?", "execute?", "read?", "hide?", "hide?", "protect?"};
    static const std::vector<std::string> others{"read /t",      "read /d from /t", "write /d/a from /t/b",
                                                 "private /t/a", "link /l -> t/a",  "link /l -> /d",
                                                 "hide? /d/*b",  "protect? /d/a*"};
    if (random() % 4 == 0) return one_of(random, others) + "\n";
    return one_of(random, words) + " " + random_path(random) + "\n";
}

// Two sets of statements that have most in common.
std::pair<std::string, std::string> random_pair(Random& random) {
    std::string common = "read? /t/ab\n";
    for (std::size_t i = random() % 5; i > 0; --i) common += random_statement(random);
    std::string a = common, b = common;
    if (random() % 3 != 0) a += random_statement(random);
    return {a, b + random_statement(random)};
}

TEST(DiffPatterns, AgreesWithEveryShortPath) {
    const std::vector<std::string> paths = short_paths();
    int rounds = 0, equal = 0, stricter = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        Random random(seed);
        const auto [a, b] = random_pair(random);
        const auto jail_a = jail_of(a), jail_b = jail_of(b);
        if (!jail_a || !jail_b) continue;
        const PathModel model_a(*jail_a), model_b(*jail_b);
        bool gains = false, loses = false;
        for (const std::string& path : paths) {
            const auto in_a = powers_at(model_a, path), in_b = powers_at(model_b, path);
            gains |= !std::ranges::includes(in_a, in_b);
            loses |= !std::ranges::includes(in_b, in_a);
        }
        const std::string words = told(a, b);
        EXPECT_EQ(words.find("+ ") != std::string::npos, gains) << seed << "\n" << a << "---- and\n" << b << words;
        EXPECT_EQ(words.find("- ") != std::string::npos, loses) << seed << "\n" << a << "---- and\n" << b << words;
        ++rounds;
        if (!gains && !loses) ++equal;
        if (!gains && loses) ++stricter;
    }
    EXPECT_GT(rounds, 150);
    EXPECT_GT(equal, 15);
    EXPECT_GT(stricter, 15);
}

}  // namespace
}  // namespace ward::compiler
