#include "sandbox/file_advice.hpp"

#include <gtest/gtest.h>

#include "fake_files.hpp"
#include "tests/support/file_rules.hpp"

namespace ward::sandbox {
namespace {

namespace slug = policy::slug;
using compiler::FileRule;

// A jail of rules whose words stand in the policy's text, which is file 0.
struct Advised {
    policy::Sources sources;
    policy::Diagnostics diagnostics;
    compiler::Jail jail;
    FakeFiles files;

    explicit Advised(const std::string& name = "/home/ada/web.ward") { sources.add(name, "$cwd /else"); }

    Advised& add(FileRule rule, policy::Span place = {0, 5, 10}) {
        rule.origins = {place};
        jail.files.push_back(std::move(rule));
        return *this;
    }
    std::size_t count(const policy::Slug& kind) {
        Walker walker(files);
        diagnostics = policy::Diagnostics();
        advise_on_files({jail, sources, "/home/ada"}, walker, diagnostics);
        std::size_t found = 0;
        for (const auto& each : diagnostics.all()) found += &each.kind() == &kind;
        return found;
    }
};

TEST(RedundantGrants, SayTheSameBelowThemselves) {
    Advised advised;
    advised.files.file("/data/a/b");
    advised.add(grant("read", "/data")).add(grant("read", "/data/a"));
    EXPECT_EQ(advised.count(slug::redundant_grant), 1U);
    advised.add(grant("read", "/data/a/b"));
    EXPECT_EQ(advised.count(slug::redundant_grant), 2U);
}

TEST(RedundantGrants, AreNotWhatNarrowsOrWidens) {
    for (const char* words : {"read write", "read execute"}) {
        Advised wider;
        wider.files.file("/data/a");
        EXPECT_EQ(wider.add(grant("read", "/data")).add(grant(words, "/data/a")).count(slug::redundant_grant), 0U);
        Advised narrower;
        narrower.files.file("/data/a");
        EXPECT_EQ(narrower.add(grant(words, "/data")).add(grant("read", "/data/a")).count(slug::redundant_grant), 0U);
    }
    Advised uncovers;
    uncovers.files.file("/data/a/b");
    uncovers.add(grant("read", "/data")).add(hide("/data/a")).add(grant("read", "/data/a/b"));
    EXPECT_EQ(uncovers.count(slug::redundant_grant), 0U);
}

TEST(RedundantGrants, AreNotWhatALinkLeadsOutOf) {
    Advised advised;
    advised.files.link("/etc/resolv.conf", "/run/resolv.conf").file("/run/resolv.conf");
    advised.add(grant("read", "/etc")).add(grant("read", "/etc/resolv.conf"));
    EXPECT_EQ(advised.count(slug::redundant_grant), 0U);
}

TEST(RedundantGrants, AreOfThePolicyItself) {
    Advised advised;
    advised.files.file("/data/a");
    advised.add(grant("read", "/data"), {1, 0, 4}).add(grant("read", "/data/a"));
    EXPECT_EQ(advised.count(slug::redundant_grant), 0U);
}

TEST(PoliciesInReach, LieInWhatIsWritable) {
    Advised advised;
    advised.files.file("/home/ada/web.ward");
    EXPECT_EQ(advised.add(grant("read write", "/home/ada")).count(slug::policy_in_reach), 1U);
    EXPECT_EQ(advised.add(protect("/home/ada/web.ward")).count(slug::policy_in_reach), 0U);
}

TEST(PoliciesInReach, AreFoundByTheirCanonicalPath) {
    Advised advised("../bob/web.ward");
    advised.files.folder("/home/ada").link("/home/bob", "/srv/bob").file("/srv/bob/web.ward");
    EXPECT_EQ(advised.add(grant("read write", "/srv")).count(slug::policy_in_reach), 1U);
}

TEST(PoliciesInReach, AreNotWhatIsOnlyReadOrHiddenOrElsewhere) {
    for (const FileRule& rule : {grant("read", "/home/ada"), grant("read write", "/home/ada/work"),
                                 grant_from("read write", "/home/ada", "/srv")}) {
        Advised advised;
        advised.files.file("/home/ada/web.ward").folder("/home/ada/work").folder("/srv");
        EXPECT_EQ(advised.add(rule).count(slug::policy_in_reach), 0U) << rule.path;
    }
    Advised hidden;
    hidden.files.file("/home/ada/web.ward");
    hidden.add(grant("read write", "/home")).add(hide("/home/ada"));
    EXPECT_EQ(hidden.count(slug::policy_in_reach), 0U);
    Advised built_in("<built-in>/web.ward");
    EXPECT_EQ(built_in.add(grant("read write", "/")).count(slug::policy_in_reach), 0U);
}

// The working folder of a check is not that of the start.
TEST(PoliciesInReach, TheWorkingFolderIsAnotherOneAtEachStart) {
    Advised advised;
    advised.files.file("/home/ada/web.ward");
    advised.add(grant("read write", "/home/ada"), {0, 0, 4});
    EXPECT_EQ(advised.count(slug::policy_in_reach), 0U);
}

}  // namespace
}  // namespace ward::sandbox
