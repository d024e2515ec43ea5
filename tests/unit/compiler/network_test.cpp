#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "compiler/network_ports.hpp"
#include "lowering_fixture.hpp"

namespace ward::compiler {
namespace {

namespace slug = policy::slug;
using Ports = std::vector<std::pair<unsigned, unsigned>>;

Ports ports_of(const std::vector<PortRange>& ranges) {
    Ports ports;
    for (const PortRange& range : ranges) ports.emplace_back(range.first, range.last);
    return ports;
}

Network network_of(const Compiled& compiled) {
    if (!compiled.jail) {
        ADD_FAILURE() << compiled.messages();
        return {};
    }
    return compiled.jail->network;
}

TEST(NetworkRules, AddUp) {
    EXPECT_FALSE(network_of(compile_text("limits { core 0 }")).shares_host());
    const Compiled compiled = compile_texts({{"network { unix }"}, {"network { host }", 1}});
    const Network network = network_of(compiled);
    EXPECT_TRUE(network.host);
    EXPECT_TRUE(network.unix_sockets);
    EXPECT_EQ(network.host_origins.front().file, 1U);
    EXPECT_EQ(network.unix_origins.front().file, 0U);
    EXPECT_TRUE(compile_text("network { host; host }").reports(slug::duplicate_statement));
}

TEST(NetworkRules, APortIsNoWholeNetwork) {
    const Network network = network_of(compile_text("network { connect tcp 443; resolve }"));
    EXPECT_FALSE(network.host);
    EXPECT_TRUE(network.resolve);
    EXPECT_TRUE(network.shares_host());
    EXPECT_EQ(ports_of(network.connect), (Ports{{443, 443}}));
    EXPECT_TRUE(network.listen.empty());
    EXPECT_TRUE(network_of(compile_text("network { unix }")).origins.size() == 1);
}

TEST(NetworkRules, AProhibitionWinsWhereverItIs) {
    for (const char* word : {"host", "unix", "resolve"}) {
        const std::string allow = "network { " + std::string(word) + " }";
        const std::string forbid = "network { forbid " + std::string(word) + " }";
        for (const auto& texts : {std::vector<Text>{{allow}, {forbid, 1}}, std::vector<Text>{{forbid}, {allow, 1}}}) {
            const Compiled compiled = compile_texts(texts);
            const Network network = network_of(compiled);
            EXPECT_FALSE(network.shares_host() || network.unix_sockets) << word;
            EXPECT_TRUE(network.origins.empty());
            // One that takes away what a used policy brings is a guardrail.
            EXPECT_EQ(compiled.count(slug::useless_allow), texts[0].text == allow ? 1U : 0U) << word;
        }
    }
}

TEST(NetworkRules, UnknownWordsHaveASuggestion) {
    for (const char* word : {"hots", "resolv", "forbid unx"}) {
        const Compiled compiled = compile_text("network { " + std::string(word) + " }");
        EXPECT_TRUE(compiled.reports(slug::unknown_setting)) << compiled.messages();
        EXPECT_NE(compiled.messages().find("a similar name exists"), std::string::npos) << compiled.messages();
    }
}

// ---- ports

TEST(Ports, AreMergedWhateverTheirOrder) {
    for (const char* text : {"80..82, 443", "443, 82, 80, 81", "80..81, 81..82, 443", "443, 80; connect tcp 81..82"}) {
        EXPECT_EQ(ports_of(network_of(compile_text(std::string("network { connect tcp ") + text + " }")).connect),
                  (Ports{{80, 82}, {443, 443}}))
            << text;
    }
}

TEST(Ports, AreTakenOutByAProhibition) {
    const Network network = network_of(compile_texts({{"network { connect tcp 1..100; forbid connect tcp 25, 50..60 }"},
                                                      {"network { forbid connect tcp 100 }", 3}}));
    EXPECT_EQ(ports_of(network.connect), (Ports{{1, 24}, {26, 49}, {61, 99}}));
    EXPECT_TRUE(network_of(compile_text("network { listen tcp 80; forbid listen tcp 1..65535 }")).listen.empty());
    EXPECT_EQ(ports_of(network_of(compile_text("network { listen tcp 80; forbid connect tcp 80 }")).listen),
              (Ports{{80, 80}}));
}

TEST(Ports, KeepTheStatementsTheyComeFrom) {
    const Network network = network_of(compile_texts(
        {{"network { connect tcp 50..60; forbid connect tcp 55 }"}, {"network { connect tcp 58..70, 100 }", 1}}));
    ASSERT_EQ(ports_of(network.connect), (Ports{{50, 54}, {56, 70}, {100, 100}}));
    ASSERT_EQ(network.connect[0].origins.size(), 1U);
    EXPECT_EQ(network.connect[0].origins[0].file, 0U);
    ASSERT_EQ(network.connect[1].origins.size(), 2U);
    EXPECT_EQ(network.connect[1].origins[0].file, 0U);
    EXPECT_EQ(network.connect[1].origins[1].file, 1U);
    ASSERT_EQ(network.connect[2].origins.size(), 1U);
    EXPECT_EQ(network.connect[2].origins[0].file, 1U);
}

// Against a table of 65,536 answers.
TEST(Ports, MeanWhatATableWouldSay) {
    std::mt19937 random(7);
    const auto claims = [&](std::size_t count) {
        std::vector<PortClaim> result;
        for (std::size_t i = 0; i < count; ++i) {
            const auto first = static_cast<std::uint16_t>(1 + random() % 400);
            const auto last = static_cast<std::uint16_t>(first + random() % (random() % 8 == 0 ? 300 : 4));
            result.push_back({first, last, {0, static_cast<std::uint32_t>(i), 0}, static_cast<unsigned>(random() % 3)});
        }
        return result;
    };
    for (int round = 0; round < 300; ++round) {
        const PortClaims all{claims(random() % 40), claims(random() % 40)};
        std::vector<bool> expected(65536, false);
        for (const PortClaim& claim : all.allowed)
            std::fill_n(expected.begin() + claim.first, claim.last - claim.first + 1, true);
        for (const PortClaim& claim : all.forbidden)
            std::fill_n(expected.begin() + claim.first, claim.last - claim.first + 1, false);
        const std::vector<PortRange> merged = merge_ports(all);
        std::vector<bool> found(65536, false);
        unsigned before = 0;
        for (const PortRange& range : merged) {
            ASSERT_LE(range.first, range.last);
            ASSERT_TRUE(before == 0 || range.first > before + 1) << "neighbours are one range";
            ASSERT_FALSE(range.origins.empty());
            before = range.last;
            std::fill_n(found.begin() + range.first, range.last - range.first + 1, true);
        }
        ASSERT_EQ(found, expected);
    }
}

TEST(Ports, ThatAreNoneAreErrors) {
    for (const char* port :
         {"0", "65536", "http", "-1", "80..", "..80", "1..70000", "0..5", "80.5", "99999999999999999999"}) {
        EXPECT_TRUE(compile_text("network { connect tcp " + std::string(port) + " }").reports(slug::bad_port)) << port;
    }
    const Compiled reversed = compile_text("network { listen tcp 8100..8000 }");
    EXPECT_TRUE(reversed.reports(slug::reversed_range));
    EXPECT_NE(reversed.messages().find("`8000..8100`"), std::string::npos);
    EXPECT_EQ(ports_of(network_of(compile_text("network { connect tcp 1..65535 }")).connect), (Ports{{1, 65535}}));
}

TEST(Ports, AreOfTcp) {
    EXPECT_FALSE(compile_text("network { connect udp 53 }").jail);
    EXPECT_FALSE(compile_text("network { connect 443 }").jail);
    const Compiled name = compile_text("network { connect example.org:443 }");
    EXPECT_TRUE(name.reports(slug::not_yet_supported)) << name.messages();
    EXPECT_NE(name.messages().find("`connect tcp 443`"), std::string::npos) << name.messages();
}

TEST(Ports, ThatChangeNothingAreWarnings) {
    const Compiled covered = compile_text("network { connect tcp 1..100, 80 }");
    EXPECT_EQ(covered.count(slug::useless_allow), 1U) << covered.messages();
    EXPECT_EQ(compile_text("network { connect tcp 80, 80 }").count(slug::duplicate_statement), 1U);
    EXPECT_EQ(compile_texts({{"network { connect tcp 80 }"}, {"network { connect tcp 80 }", 1}}).diagnostics.warnings(),
              0U);
    EXPECT_EQ(compile_text("network { connect tcp 80; forbid connect tcp 70..90 }").count(slug::useless_allow), 1U);
    EXPECT_EQ(compile_text("network { connect tcp 80..100; forbid connect tcp 70..90 }").diagnostics.warnings(), 0U);
    // A near prohibition narrows what a used policy allows.
    EXPECT_EQ(compile_texts({{"network { forbid connect tcp 80 }"}, {"network { connect tcp 80 }", 1}})
                  .diagnostics.warnings(),
              0U);
}

TEST(Ports, BesideTheWholeNetworkAreUseless) {
    EXPECT_EQ(compile_text("network { host; connect tcp 80; listen tcp 90; resolve }").count(slug::useless_allow), 3U);
    EXPECT_EQ(compile_texts({{"network { connect tcp 80 }"}, {"network { host }", 1}}).count(slug::useless_allow), 1U);
    EXPECT_EQ(compile_texts({{"network { host }"}, {"network { connect tcp 80 }", 1}}).count(slug::useless_allow), 0U);
}

TEST(Ports, CannotBeTakenOutOfTheWholeNetwork) {
    for (const char* forbid : {"connect tcp 25", "listen tcp 80", "resolve"}) {
        const Compiled compiled =
            compile_texts({{"network { forbid " + std::string(forbid) + " }"}, {"network { host }", 1}});
        EXPECT_TRUE(compiled.reports(slug::forbid_not_exact)) << forbid;
        EXPECT_FALSE(compiled.jail);
    }
    EXPECT_TRUE(compile_text("network { forbid host; host; forbid connect tcp 25 }").jail);
    EXPECT_TRUE(compile_text("network { host; forbid unix }").jail);
}

TEST(Ports, OfNamesGoWithResolve) {
    const Compiled compiled = compile_text("network { resolve; connect tcp 443; forbid connect tcp 53 }");
    EXPECT_FALSE(network_of(compiled).resolve);
    EXPECT_EQ(compiled.count(slug::useless_allow), 1U);
    EXPECT_EQ(compile_texts({{"network { forbid connect tcp 53 }"}, {"network { resolve }", 1}}).diagnostics.warnings(),
              0U);
}

// ---- Unix sockets

TEST(UnixSockets, ThatAreNamedAreGrantedAsFiles) {
    const Compiled compiled = compile_text("network { unix /run/b.sock, $runtime/a.sock }\nlet x = 1", [] {
        Facts facts = some_facts();
        facts.runtime = "/run/user/1000";
        return facts;
    }());
    const Network network = network_of(compiled);
    EXPECT_TRUE(network.unix_sockets);
    ASSERT_EQ(network.unix_paths.size(), 2U);
    EXPECT_EQ(network.unix_paths[0].value, "/run/b.sock");
    EXPECT_EQ(network.unix_paths[1].value, "/run/user/1000/a.sock");
    ASSERT_TRUE(rule_for(compiled, "/run/b.sock"));
    EXPECT_EQ(rule_for(compiled, "/run/b.sock")->access, can_write);
}

TEST(UnixSockets, AnyOfThemIsMoreThanSome) {
    const Compiled compiled = compile_texts({{"network { unix /run/a.sock }"}, {"network { unix }", 1}});
    EXPECT_TRUE(network_of(compiled).unix_paths.empty());
    EXPECT_TRUE(network_of(compiled).unix_sockets);
    EXPECT_TRUE(rule_for(compiled, "/run/a.sock"));
}

TEST(UnixSockets, AProhibitionTakesTheFilesToo) {
    const Compiled compiled = compile_texts({{"network { unix /run/a.sock }"}, {"network { forbid unix }", 1}});
    EXPECT_FALSE(network_of(compiled).unix_sockets);
    EXPECT_TRUE(network_of(compiled).unix_paths.empty());
    EXPECT_FALSE(rule_for(compiled, "/run/a.sock"));
}

TEST(UnixSockets, HaveCheckedPaths) {
    EXPECT_TRUE(compile_text("network { unix run/a.sock }").reports(slug::path_not_absolute));
    EXPECT_TRUE(compile_text("network { unix /run/* }").reports(slug::glob_not_allowed));
    EXPECT_EQ(compile_text("network { unix /run/* }").diagnostics.errors(), 1U);
}

}  // namespace
}  // namespace ward::compiler
