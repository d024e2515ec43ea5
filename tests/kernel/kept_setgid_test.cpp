// A program that may change its groups, `capabilities { keep setgid }`: it has none of the caller's, becomes none of
// the host's, and finds files of others only where the policy lets it write.
#include <sys/stat.h>
#include <unistd.h>

#include "tests/kernel/jail_test.hpp"

namespace ward::test {

namespace {

constexpr gid_t shared_group = 4712;
constexpr unsigned long first_id_of_jails = 0x70000000;  // docs/how-to/run-as-root.md

const char* const may_change_groups =
    "syscalls { allow setgroups, setresgid }\ncapabilities { keep setgid }\nfiles { write $work; read $outside }\n";

}  // namespace

class KeptSetgid : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        if (geteuid() != 0) GTEST_SKIP() << "only root can give files to a group: run the suite as root";
        for (const std::string& folder : {scene().work(), scene().outside()}) {
            scene().add_file(folder + "/of-the-group", "the group's", 0640);
            ASSERT_EQ(chown((folder + "/of-the-group").c_str(), foreign_user, shared_group), 0);
        }
    }

    // What the program reads once it is in the group.
    [[nodiscard]] std::string joined(const std::string& policy, const std::string& group, const std::string& path) {
        return seen(policy, {"probe", "join-group", group, path});
    }

    static constexpr uid_t foreign_user = 4711;
};
WARD_AS_BOTH_USERS(KeptSetgid);

class RootsKeptSetgid : public KeptSetgid {};
WARD_AS(RootsKeptSetgid, Who::root);

TEST_P(KeptSetgid, OutsideTheGroupIsWhatOpensTheFile) {
    Invocation invocation =
        scene().plain({program("probe"), "join-group", std::to_string(shared_group), "$outside/of-the-group"});
    invocation.arguments.back() = scene().expand(invocation.arguments.back());
    EXPECT_EQ(trimmed(run(invocation).out), as_root() ? "the group's" : "EPERM");
    std::vector<std::string> words = {"/usr/bin/setpriv",
                                      "--reuid",
                                      "54321",
                                      "--regid",
                                      "54321",
                                      "--groups",
                                      std::to_string(shared_group),
                                      program("file_probe"),
                                      "read",
                                      scene().outside() + "/of-the-group"};
    invocation.arguments = words;
    invocation.user = user(Who::root);
    EXPECT_EQ(trimmed(run(invocation).out), "the group's");
}

TEST_P(KeptSetgid, TheCallersGroupsAreGoneForRootAndCannotBeChangedByOthers) {
    const std::string own = std::to_string(scene().user().uid);
    Invocation invocation = jail_invocation(may_change_groups, {"probe", "status", "Groups"});
    const std::vector<std::string> before = {"/usr/bin/setpriv", "--reuid",  own, "--regid", own,
                                             "--groups",         "4711,4712"};
    invocation.user = user(Who::root);
    invocation.arguments.insert(invocation.arguments.begin(), before.begin(), before.end());
    const Outcome outcome = run(invocation);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(trimmed(outcome.out), as_root() ? "" : "65534 65534");
    EXPECT_EQ(seen(may_change_groups, {"file_probe", "read", "/proc/self/setgroups"}), as_root() ? "allow" : "deny");
    // user_namespaces(7): in a namespace that denies setgroups(2) no capability helps.
    EXPECT_EQ(seen(may_change_groups, {"probe", "drop-groups"}), as_root() ? "dropped" : "EPERM");
    EXPECT_EQ(joined(may_change_groups, "4712", "$outside/of-the-group"), as_root() ? "EACCES" : "EPERM");
}

TEST_P(RootsKeptSetgid, OnlyIdsOfTheJailCanBeTaken) {
    EXPECT_EQ(joined(may_change_groups, "65536", "$outside/of-the-group"), "EINVAL");
    EXPECT_EQ(joined(may_change_groups, std::to_string(first_id_of_jails), "$outside/of-the-group"), "EINVAL");
    EXPECT_EQ(joined("syscalls { allow setgroups, setresgid }", "4712", "$work"), "EPERM") << "without `keep setgid`";
}

// The kernel's id of each group is one of the jail's, whatever its number inside: proc_pid_status(5) of the host.
TEST_P(RootsKeptSetgid, NoGroupIsOneOfTheHosts) {
    Running running(jail_invocation(may_change_groups, {"probe", "wait-in-groups", "0,27,4712", scene().marker()}));
    ASSERT_TRUE(running.wait_for_output(scene().marker())) << running.finish().err;
    int looked_at = 0;
    for (const pid_t process : processes_with(scene().marker())) {
        const std::string folder = "/proc/" + std::to_string(process);
        if (process == running.process() || !read_file(folder + "/cmdline").starts_with(program("probe"))) continue;
        const std::string status = read_file(folder + "/status");
        const std::size_t at = status.find("Groups:\t");
        ASSERT_NE(at, std::string::npos);
        const auto groups = words_of(status.substr(at + 8, status.find('\n', at) - at - 8));
        ASSERT_EQ(groups.size(), 3U) << status;
        for (const std::string& group : groups) EXPECT_GE(std::stoul(group), first_id_of_jails);
        ++looked_at;
    }
    EXPECT_EQ(looked_at, 1);
    running.kill(SIGKILL);
    (void)running.finish();
}

// What may be written is shown with the jail's ids (run-as-root.md): there the number inside is the file's.
TEST_P(RootsKeptSetgid, AFileOfAGroupIsReachedOnlyWhereThePolicyLetsItWrite) {
    EXPECT_EQ(seen(may_change_groups, {"file_probe", "read", "$outside/of-the-group"}), "EACCES");
    EXPECT_EQ(seen(may_change_groups, {"file_probe", "read", "$work/of-the-group"}), "EACCES");
    EXPECT_EQ(joined(may_change_groups, "4712", "$outside/of-the-group"), "EACCES");
    EXPECT_EQ(joined(may_change_groups, "4712", "$work/of-the-group"), "the group's");
}

}  // namespace ward::test
