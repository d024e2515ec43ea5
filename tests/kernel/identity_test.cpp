// Who the program is, inside and on the host, and what it cannot do.
#include <sys/stat.h>
#include <unistd.h>

#include "tests/kernel/jail_test.hpp"

namespace ward::test {

namespace {

std::pair<uid_t, gid_t> owner_of(const std::string& path) {
    struct stat found {};
    if (lstat(path.c_str(), &found) != 0) return {static_cast<uid_t>(-1), static_cast<gid_t>(-1)};
    return {found.st_uid, found.st_gid};
}

}  // namespace

class Identity : public JailTest {
protected:
    [[nodiscard]] std::string status(const std::string& field) { return seen("", {"probe", "status", field}); }
};
WARD_AS_BOTH_USERS(Identity);

class OrdinaryIdentity : public Identity {};
WARD_AS(OrdinaryIdentity, Who::ordinary);

class RootsIdentity : public Identity {};
WARD_AS(RootsIdentity, Who::root);

TEST_P(Identity, NoCapabilities) {
    for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) EXPECT_EQ(status(set), "0000000000000000") << set;
}

TEST_P(Identity, NoNewPrivilegesAndAFilter) {
    EXPECT_EQ(status("NoNewPrivs"), "1");
    EXPECT_EQ(status("Seccomp"), "2");
}

TEST_P(Identity, SecurebitsAreSetAndLocked) {
    // capabilities(7): NOROOT, NO_SETUID_FIXUP and NO_CAP_AMBIENT_RAISE with their locks; KEEP_CAPS locked off.
    const unsigned long found = std::stoul(seen("", {"probe", "securebits"}), nullptr, 16);
    EXPECT_EQ(found & 0xefUL, 0xefUL) << std::hex << found;
}

TEST_P(Identity, KeptCapabilitiesAreTheOnlyOnes) {
    const std::string policy = "capabilities { keep net_bind_service }\n";
    EXPECT_EQ(seen(policy, {"probe", "status", "CapEff"}), "0000000000000400");
    EXPECT_EQ(seen(policy, {"probe", "status", "CapBnd"}), "0000000000000400");
    EXPECT_EQ(seen(policy, {"probe", "status", "CapAmb"}), "0000000000000400");
}

TEST_P(Identity, EveryNamespaceIsItsOwn) {
    const auto inside = words_of(seen("", {"probe", "namespaces"}));
    const auto outside = words_of(seen_outside({"probe", "namespaces"}));
    ASSERT_EQ(inside.size(), 7U);
    for (std::size_t i = 0; i < inside.size(); ++i) EXPECT_NE(inside[i], outside[i]);
}

TEST_P(Identity, TheHostsNetworkIsTheHosts) {
    const auto inside = words_of(seen("network { host }", {"probe", "namespaces"}));
    const auto outside = words_of(seen_outside({"probe", "namespaces"}));
    ASSERT_EQ(inside.size(), 7U);
    EXPECT_EQ(inside[6], outside[6]);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_NE(inside[i], outside[i]);
}

TEST_P(Identity, AFileBelongsToTheOwnerOfTheFolder) {
    EXPECT_EQ(seen("files { write $work }", {"file_probe", "create", "$work/made"}), "made");
    const User& owner = scene().user();
    EXPECT_EQ(owner_of(scene().work() + "/made"), std::pair(owner.uid, owner.gid));
}

TEST_P(Identity, AFileInAUsersFolderBelongsToThatUser) {
    const User& jailer = scene().user();
    use_scene(std::make_unique<Scene>(jailer, user(Who::ordinary)));
    EXPECT_EQ(seen("files { write $work }", {"file_probe", "create", "$work/made"}), "made");
    const User& owner = user(Who::ordinary);
    EXPECT_EQ(owner_of(scene().work() + "/made"), std::pair(owner.uid, owner.gid));
}

TEST_P(Identity, GroupsCannotBeChanged) {
    EXPECT_EQ(seen("syscalls { allow setgroups }", {"probe", "drop-groups"}), "EPERM");
    EXPECT_EQ(seen("", {"file_probe", "read", "/proc/self/setgroups"}), as_root() ? "allow" : "deny")
        << "root's jail has dropped them, and no capability";
}

TEST_P(OrdinaryIdentity, ItsIdIsTheOnlyOne) {
    const std::string own = std::to_string(scene().user().uid);
    EXPECT_EQ(words_of(seen("", {"file_probe", "read", "/proc/self/uid_map"})),
              (std::vector<std::string>{own, own, "1"}));
}

TEST_P(RootsIdentity, NoIdIsTheHostsRoot) {
    for (const std::string policy : {"", "process { user root }"}) {
        const auto map = words_of(seen(policy, {"file_probe", "read", "/proc/self/uid_map"}));
        ASSERT_EQ(map.size(), 3U) << policy;
        EXPECT_EQ(map[0], "0");
        EXPECT_GE(std::stoul(map[1]), 0x70000000UL);
        EXPECT_EQ(map[2], "65536");
    }
}

// Supplementary groups of the caller, which setpriv(1) gives it.
TEST_P(Identity, SupplementaryGroupsAreDroppedOrReported) {
    const std::string file = scene().work() + "/report.json";
    Invocation invocation = jail_invocation("files { write $work }", {"probe", "status", "Groups"}, {"--report", file});
    if (geteuid() != 0) GTEST_SKIP() << "only root can give somebody groups: run the suite as root";
    const User& user = scene().user();
    const std::vector<std::string> before = {
        "/usr/bin/setpriv", "--reuid",  std::to_string(user.uid), "--regid", std::to_string(user.gid),
        "--groups",         "4711,4712"};
    invocation.user = {"root", 0, 0};
    invocation.arguments.insert(invocation.arguments.begin(), before.begin(), before.end());
    const Outcome outcome = run(invocation);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(trimmed(outcome.out), as_root() ? "" : "65534 65534") << "groups that have no id in the jail";
    const bool reported = read_file(file).find("supplementary groups kept: 4711, 4712") != std::string::npos;
    EXPECT_EQ(reported, !as_root()) << read_file(file);
}

TEST_P(OrdinaryIdentity, IsTheSameInside) {
    const User& own = scene().user();
    EXPECT_EQ(seen("", {"probe", "ids"}), std::to_string(own.uid) + " " + std::to_string(own.gid));
}

TEST_P(RootsIdentity, IsNobodyInside) {
    EXPECT_EQ(seen("files { write $work }", {"probe", "ids"}), "65534 65534");
}

TEST_P(RootsIdentity, InAUsersFolderIsThatUser) {
    const User& owner = user(Who::ordinary);
    use_scene(std::make_unique<Scene>(user(Who::root), owner));
    EXPECT_EQ(seen("files { write $work }", {"probe", "ids"}),
              std::to_string(owner.uid) + " " + std::to_string(owner.gid));
}

TEST_P(RootsIdentity, TheProcessHasAnUnprivilegedIdOnTheHost) {
    Running running(jail_invocation("", {"probe", "wait", scene().marker()}));
    ASSERT_TRUE(running.wait_for_output(scene().marker()));
    bool found = false;
    for (const pid_t process : processes_with(scene().marker())) {
        const std::string folder = "/proc/" + std::to_string(process);
        if (process == running.process()) continue;
        struct stat seen_as {};
        if (stat((folder + "/cmdline").c_str(), &seen_as) != 0 ||
            !read_file(folder + "/cmdline").starts_with(program("probe")))
            continue;
        const std::string status = read_file(folder + "/status");
        const std::size_t at = status.find("Uid:\t");
        ASSERT_NE(at, std::string::npos);
        EXPECT_GE(std::stoul(status.substr(at + 5)), 0x70000000UL);
        found = true;
    }
    EXPECT_TRUE(found);
    running.kill(SIGKILL);
    EXPECT_EQ(running.finish().status, 128 + SIGKILL);
}

TEST_P(OrdinaryIdentity, CannotBeSomebodyElse) {
    const Outcome outcome = jail("process { user root }", {"probe", "ids"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("root"), std::string::npos) << outcome.err;
}

TEST_P(RootsIdentity, IsTheUserThatThePolicyNames) {
    EXPECT_EQ(words_of(seen("process { user www-data }", {"probe", "ids"})).front(), "33");
    EXPECT_EQ(seen("process { user root }", {"probe", "ids"}), "0 0");
    EXPECT_EQ(seen("process { user root }", {"probe", "status", "CapEff"}), "0000000000000000");
}

TEST_P(RootsIdentity, WritesRootsFilesIfThePolicyNamesRoot) {
    EXPECT_EQ(seen("process { user root }\nfiles { write $work }", {"file_probe", "create", "$work/made"}), "made");
    EXPECT_EQ(owner_of(scene().work() + "/made"), std::pair(uid_t{0}, gid_t{0}));
}

TEST_P(Identity, AnUnknownUserIsAnError) {
    const Outcome outcome = jail("process { user no-such-user }", {"probe", "ids"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_NE(outcome.err.find("no-such-user"), std::string::npos) << outcome.err;
}

TEST_P(RootsIdentity, AGroupOfItsOwn) {
    EXPECT_EQ(seen("process { user 1000; group 27 }", {"probe", "ids"}), "1000 27");
    EXPECT_EQ(seen("process { group daemon }", {"probe", "ids"}).substr(6), "1") << "with the user that it has anyway";
    EXPECT_EQ(jail("process { group nobody-has-this }", {"probe", "ids"}).status, 125);
}

TEST_P(OrdinaryIdentity, AnotherGroupIsAnError) {
    EXPECT_EQ(jail("process { group 27 }", {"probe", "ids"}).status, 125);
    EXPECT_EQ(jail("process { group " + std::to_string(scene().user().gid) + " }", {"probe", "exit", "0"}).status, 0);
}

}  // namespace ward::test
