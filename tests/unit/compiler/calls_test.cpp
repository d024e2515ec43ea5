// What `syscalls` sections mean: permissions add up, a prohibition wins, the nearest response counts.
#include "compiler/calls.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <random>

#include "compiler/syscall_table.hpp"
#include "tests/unit/compiler/call_policies.hpp"

namespace ward::compiler {
namespace {

using test::lower;
using test::refusal;
using Slugs = std::vector<std::string>;

TEST(Calls, NothingIsAllowedByItself) {
    const auto jail = lower(std::vector<test::GivenPolicy>{}).jail;
    EXPECT_EQ(jail.calls.size(), syscall_names().size());
    for (const CallRule& rule : jail.calls) {
        EXPECT_EQ(rule.verdict, CallRule::Verdict::denied);
        EXPECT_TRUE(rule.origins.empty());
    }
    EXPECT_EQ(jail.default_refusal.value, refusal(EPERM));
    EXPECT_TRUE(jail.default_refusal.origins.empty());
    EXPECT_TRUE(jail.filter.needs_exec_key);
    EXPECT_FALSE(jail.filter.may_kill);
}

TEST(Calls, OneRuleForEachCallByNumber) {
    const auto jail = lower("allow @basic-io").jail;
    for (std::size_t i = 0; i < jail.calls.size(); ++i)
        EXPECT_EQ(syscall_name(jail.calls[i].number), syscall_names()[i]);
    EXPECT_EQ(jail.filter.abis.at(0).calls.size(), syscall_count());
}

TEST(Calls, PermissionsAddUpOverAllPolicies) {
    const auto lowered = lower({{"allow read"}, {"allow write", 1}, {"allow read, close", 2}});
    for (const char* call : {"read", "write", "close"}) EXPECT_TRUE(lowered.allows(call)) << call;
    EXPECT_FALSE(lowered.allows("open"));
    ASSERT_EQ(lowered.origins("read").size(), 2u);
    EXPECT_EQ(lowered.origins("read")[0].file, 0u) << "nearest first";
    EXPECT_EQ(lowered.sources.text(lowered.origins("close").at(0)), "close");
    EXPECT_EQ(lowered.slugs(), Slugs{});
}

TEST(Calls, ForbidBeatsAllowWhereverItIs) {
    for (const unsigned distance : {0u, 1u, 5u}) {
        const auto lowered = lower({{"allow @basic-io"}, {"forbid write, ptrace", distance}});
        EXPECT_TRUE(lowered.allows("read"));
        EXPECT_FALSE(lowered.allows("write"));
        EXPECT_EQ(lowered.response("write"), refusal(EPERM));
        EXPECT_EQ(lowered.sources.text(lowered.origins("write").at(0)), "write");
        EXPECT_EQ(lowered.slugs(), Slugs{}) << "a guardrail is fine";
    }
}

TEST(Calls, ExceptRemovesFromItsStatementOnly) {
    const auto lowered = lower("allow @basic-io except write, @sandbox, close_range\nallow close_range, fsync");
    EXPECT_FALSE(lowered.allows("write"));
    EXPECT_TRUE(lowered.allows("writev"));
    EXPECT_TRUE(lowered.allows("close_range"));
    EXPECT_EQ(lowered.slugs(), Slugs{"error useless-except"}) << lowered.text();
}

TEST(Calls, ForbidHasExceptionsToo) {
    const auto lowered = lower("allow @basic-io\nforbid @basic-io except read");
    EXPECT_TRUE(lowered.allows("read"));
    EXPECT_FALSE(lowered.allows("write"));
}

TEST(Calls, OtherNamesMeanTheSameCall) {
    const auto lowered = lower("allow newstat, umount, fstatat\nforbid umount2");
    EXPECT_TRUE(lowered.allows("stat"));
    EXPECT_TRUE(lowered.allows("newfstatat"));
    EXPECT_FALSE(lowered.allows("umount2"));
}

TEST(Calls, NumbersThatTheTableDoesNotKnowAreEnosys) {
    const auto lowered = lower("allow @known\nrefuse with kill");
    EXPECT_EQ(lowered.native().beyond, refusal(ENOSYS));
    EXPECT_EQ(lowered.native().calls.at(400), (CallModel{{}, refusal(ENOSYS)})) << "a hole";
}

// ---- responses

TEST(Calls, TheNearestResponseCounts) {
    const auto lowered = lower(
        {{"refuse open with EACCES"}, {"refuse open, openat with ENOENT", 1}, {"refuse openat, creat with kill", 2}});
    EXPECT_EQ(lowered.response("open"), refusal(EACCES));
    EXPECT_EQ(lowered.response("openat"), refusal(ENOENT));
    EXPECT_EQ(lowered.response("creat"), Response{Response::Kind::kill});
    EXPECT_EQ(lowered.response("mkdir"), refusal(EPERM));
    EXPECT_TRUE(lowered.jail.filter.may_kill);
    EXPECT_EQ(lowered.slugs(), Slugs{});
}

TEST(Calls, TheNearestDefaultCounts) {
    const auto lowered = lower({{"refuse with EACCES"}, {"refuse with kill", 1}, {"refuse mkdir with trap", 1}});
    EXPECT_EQ(lowered.response("open"), refusal(EACCES));
    EXPECT_EQ(lowered.response("mkdir"), Response{Response::Kind::trap}) << "a name beats the default";
    EXPECT_FALSE(lowered.jail.filter.may_kill) << "no call is killed";
    ASSERT_EQ(lowered.jail.default_refusal.origins.size(), 1u);
    EXPECT_EQ(lowered.sources.text(lowered.jail.default_refusal.origins[0]), "EACCES");
}

TEST(Calls, ResponsesByNumberAndSecondName) {
    const auto lowered = lower("refuse open with 38\nrefuse mkdir with EWOULDBLOCK\nrefuse rmdir with 4095");
    EXPECT_EQ(lowered.response("open"), refusal(ENOSYS));
    EXPECT_EQ(lowered.response("mkdir"), refusal(EAGAIN));
    EXPECT_EQ(lowered.response("rmdir"), refusal(4095));
    EXPECT_EQ(lowered.slugs(), Slugs{});
}

TEST(Calls, EqualResponsesDoNotConflict) {
    EXPECT_EQ(lower({{"allow read"},
                     {"refuse open with EACCES", 1},
                     {"refuse open with 13\nrefuse with 1", 1},
                     {"refuse with EPERM", 1}})
                  .slugs(),
              Slugs{});
}

TEST(Calls, AConflictThatANearerStatementSettlesIsNone) {
    const auto lowered =
        lower({{"refuse open with EACCES"}, {"refuse open with ENOENT", 1}, {"refuse open with kill", 1}});
    EXPECT_EQ(lowered.response("open"), refusal(EACCES));
    EXPECT_EQ(lowered.slugs(), Slugs{});
}

TEST(Calls, AResponseForWhatANearerPolicyAllowsIsFine) {
    const auto lowered = lower({{"allow mount"}, {"refuse @mount, mount with kill", 1}});
    EXPECT_TRUE(lowered.allows("mount"));
    EXPECT_EQ(lowered.slugs(), Slugs{});
}

TEST(Calls, AResponseForAGroupThatIsPartlyAllowedIsFine) {
    const auto lowered = lower("allow read\nrefuse @basic-io with kill");
    EXPECT_TRUE(lowered.allows("read"));
    EXPECT_EQ(lowered.response("write"), Response{Response::Kind::kill});
    EXPECT_EQ(lowered.slugs(), Slugs{});
}

// ---- exec

TEST(Calls, TheExecKeyIsNeededUnlessExecveatIsAllowed) {
    for (const char* calls : {"allow read", "allow execve", "allow execve, execveat\nforbid execveat"}) {
        const auto lowered = lower(calls);
        EXPECT_TRUE(lowered.jail.filter.needs_exec_key) << calls;
        EXPECT_TRUE(lowered.native().calls.at(*syscall_number("execveat")).one_shot);
    }
    EXPECT_FALSE(lower("allow execveat").jail.filter.needs_exec_key);
}

TEST(Calls, AWrongExecKeyGivesTheRefusalOfExecveat) {
    EXPECT_EQ(lower("refuse execveat with trap").response("execveat"), Response{Response::Kind::trap});
    EXPECT_TRUE(lower("refuse execveat with kill").jail.filter.may_kill);
}

// ---- guards on allowed calls

TEST(Calls, GuardsComeWithTheCall) {
    const auto lowered = lower("allow chmod, ioctl, clone, socket, read, socketpair");
    EXPECT_EQ(lowered.rule("chmod").guard, "no setuid or setgid bits");
    EXPECT_EQ(lowered.rule("ioctl").guard, "no typing into the terminal");
    EXPECT_EQ(lowered.rule("clone").guard, "no new namespaces");
    EXPECT_EQ(lowered.rule("socket").guard, "only internet and routing sockets");
    EXPECT_EQ(lowered.rule("socketpair").guard, "only pairs of Unix sockets without datagrams");
    EXPECT_EQ(lowered.rule("read").guard, "");
    EXPECT_EQ(lowered.rule("fchmod").guard, "") << "it is not allowed at all";
    EXPECT_EQ(lowered.rule("socket").refusal, refusal(EAFNOSUPPORT));
    EXPECT_TRUE(lowered.allows("chmod"));
}

TEST(Calls, GuardsThatThePolicyLifts) {
    const auto setuid = lower("allow chmod, openat2, socket", [](Jail& jail) { jail.may_set_setuid = true; });
    EXPECT_EQ(setuid.rule("chmod").guard, "");
    EXPECT_EQ(setuid.response("openat2"), Response{Response::Kind::allow});
    EXPECT_EQ(setuid.rule("socket").guard, "only internet and routing sockets");
    const auto sockets = lower("allow chmod, socket", [](Jail& jail) { jail.network.unix_sockets = true; });
    EXPECT_EQ(sockets.rule("socket").guard, "only internet, routing and Unix sockets");
    EXPECT_EQ(sockets.rule("chmod").guard, "no setuid or setgid bits");
}

// Root of a namespace of its own, or who keeps CAP_SETFCAP, may set any attribute of its files, and capabilities are
// one.
TEST(Calls, WhereFilesCouldBeGivenCapabilitiesThereAreNoAttributes) {
    const auto nested = [](Jail& jail) { jail.process.nested = {policy::Span{}}; };
    const auto both = [](Jail& jail) {
        jail.process.nested = {policy::Span{}};
        jail.may_set_setuid = true;
    };
    const auto capable = [](Jail& jail) { jail.capabilities.kept = std::uint64_t{1} << 31; };
    for (const char* call : {"setxattr", "lsetxattr", "fsetxattr", "setxattrat"}) {
        const std::string allow = std::string("allow ") + call;
        EXPECT_EQ(lower(allow.c_str()).response(call), Response{Response::Kind::allow});
        EXPECT_EQ(lower(allow.c_str(), nested).response(call), refusal(EOPNOTSUPP));
        EXPECT_EQ(lower(allow.c_str(), nested).rule(call).guard,
                  "no extended attributes with `nested allow` or `keep setfcap`");
        EXPECT_EQ(lower(allow.c_str(), capable).response(call), refusal(EOPNOTSUPP));
        EXPECT_EQ(lower(allow.c_str(), both).response(call), Response{Response::Kind::allow});
    }
}

TEST(Calls, CallsWithFlagsInMemoryAreEnosys) {
    const auto allowed = lower("allow clone3, openat2");
    EXPECT_EQ(allowed.response("clone3"), refusal(ENOSYS));
    EXPECT_EQ(allowed.response("openat2"), refusal(ENOSYS));
    EXPECT_EQ(allowed.rule("clone3").guard, "answered with ENOSYS, because its flags are in memory");
}

TEST(Calls, FlagsThatAreForbiddenAreNotInMemoryEither) {
    const auto lifted = [](Jail& jail) {
        jail.may_set_setuid = true;
        jail.process.nested = {policy::Span{}};
    };
    const auto lowered = lower(
        "allow clone3, openat2\nforbid clone if flags has CLONE_NEWUSER\nforbid openat if flags has O_CREAT", lifted);
    EXPECT_EQ(lowered.response("clone3"), refusal(ENOSYS));
    EXPECT_EQ(lowered.response("openat2"), refusal(ENOSYS));
    EXPECT_TRUE(lower("allow clone3, openat2", lifted).allows("clone3"));
}

// The C library falls back from clone3 to clone on ENOSYS alone.
TEST(Calls, CallsThatAreNeverOfferedAreEnosysWithoutAnAllow) {
    EXPECT_EQ(lower("allow clone").response("clone3"), refusal(ENOSYS));
    EXPECT_EQ(lower("refuse with EACCES").response("clone3"), refusal(ENOSYS));
    EXPECT_EQ(lower("refuse with kill").response("clone3"), Response{Response::Kind::kill});
    EXPECT_EQ(lower("refuse clone3 with EACCES").response("clone3"), refusal(EACCES));
    EXPECT_EQ(lower("forbid clone3").response("clone3"), refusal(ENOSYS));
}

TEST(Calls, IoUringIsGrantedByNameOnly) {
    EXPECT_FALSE(lower("allow @aio").allows("io_uring_setup"));
    EXPECT_FALSE(lower("allow @known").allows("io_uring_enter"));
    EXPECT_TRUE(lower("allow @aio").allows("io_submit"));
    const auto unlimited = [](Jail& jail) { jail.may_set_setuid = jail.network.unix_sockets = true; };
    const auto named = lower("allow @aio, io_uring_setup, io_uring_enter", unlimited);
    EXPECT_TRUE(named.allows("io_uring_setup"));
    EXPECT_EQ(named.slugs(), Slugs{});
    EXPECT_FALSE(lower("allow io_uring_setup\nforbid @aio", unlimited).allows("io_uring_setup"));
}

// ---- order

std::vector<test::GivenPolicy> some_policies(std::mt19937& random) {
    std::vector<std::vector<std::string>> statements = {
        {"allow @basic-io, @process except kill", "forbid ptrace", "refuse execve with EACCES", "allow open, openat"},
        {"refuse @file-system with ENOENT", "allow @signal", "forbid fork", "refuse with trap"},
        {"allow kill, chmod", "refuse @mount with kill", "allow socket", "refuse with kill"}};
    std::vector<test::GivenPolicy> policies;
    for (std::size_t i = 0; i < statements.size(); ++i) {
        std::shuffle(statements[i].begin(), statements[i].end(), random);
        std::string text;
        for (const std::string& statement : statements[i]) text += statement + "\n";
        policies.push_back({text, i == 2 ? 2u : 1u, "policy" + std::to_string(i)});
    }
    std::shuffle(policies.begin(), policies.end(), random);
    return policies;
}

std::string meaning(const test::Lowered& lowered) {
    const auto program = emit(lowered.jail.filter, {1, true});
    std::string result(reinterpret_cast<const char*>(program->data()), program->size() * sizeof(sock_filter));
    for (const CallRule& rule : lowered.jail.calls) {
        result += std::to_string(static_cast<int>(rule.verdict)) + std::string(rule.guard) +
                  std::to_string(rule.refusal.error);
        for (const policy::Span span : lowered.jail.origins_of(rule)) result += lowered.sources.text(span);
    }
    for (const std::string& slug : lowered.slugs()) result += slug;
    return result;
}

TEST(Calls, OrderNeverMatters) {
    std::mt19937 random(3);
    std::vector<test::GivenPolicy> policies = some_policies(random);
    const std::string first = meaning(lower(policies));
    for (unsigned round = 0; round < 30; ++round) {
        std::mt19937 shuffled(round);
        EXPECT_EQ(meaning(lower(some_policies(shuffled))), first) << round;
    }
}

}  // namespace
}  // namespace ward::compiler
