// What a policy lets a jail share with the host, and what it lets a program do with processes of its own.
#include "tests/kernel/jail_test.hpp"

namespace ward::test {

class Sharing : public JailTest {
protected:
    // user mnt pid ipc uts cgroup net: `own` or `shared`
    [[nodiscard]] std::string namespaces(const std::string& policy) {
        const auto inside = words_of(seen(policy, {"probe", "namespaces"}));
        const auto outside = words_of(seen_outside({"probe", "namespaces"}));
        EXPECT_EQ(inside.size(), outside.size());
        std::string text;
        for (std::size_t i = 0; i < inside.size() && i < outside.size(); ++i)
            text += inside[i] == outside[i] ? "shared " : "own ";
        return trimmed(text);
    }
};
WARD_AS_BOTH_USERS(Sharing);

TEST_P(Sharing, NamespacesAreOwnUnlessThePolicySharesThem) {
    EXPECT_EQ(namespaces(""), "own own own own own own own");
    EXPECT_EQ(namespaces("process { share ipc }"), "own own own shared own own own");
    EXPECT_EQ(namespaces("process { share uts }"), "own own own own shared own own");
    EXPECT_EQ(namespaces("process { share cgroup }"), "own own own own own shared own");
    EXPECT_EQ(namespaces("process { share ipc, uts, cgroup }"), "own own own shared shared shared own");
    EXPECT_EQ(namespaces("network { connect tcp 9 }"), "own own own own own own shared");
}

// Init begins before anybody knows which branch holds; what it has begun wrongly is thrown away.
TEST_P(Sharing, ABranchThatDoesNotHoldSharesNothing) {
    EXPECT_EQ(namespaces("when kernel >= 99.0 { network { host } }"), "own own own own own own own");
    EXPECT_EQ(namespaces("when kernel >= 99.0 { process { share ipc } }"), "own own own own own own own");
    EXPECT_EQ(namespaces("when kernel >= 3.0 { network { host } }"), "own own own own own own shared");
}

TEST_P(Sharing, ASharedHostNameIsTheHosts) {
    EXPECT_EQ(seen("process { share uts }", {"probe", "hostname"}), seen_outside({"probe", "hostname"}));
}

TEST_P(Sharing, NamespacesOfItsOwn) {
    const std::string calls = "syscalls { allow unshare }\n";
    EXPECT_EQ(seen(calls, {"probe", "new-user-namespace"}), "EPERM");
    EXPECT_EQ(seen(calls + "process { nested allow }", {"probe", "new-user-namespace"}), "made");
}

TEST_P(Sharing, TracingWhatItStarts) {
    const std::string calls = "syscalls { allow ptrace }\n";
    EXPECT_EQ(seen(calls, {"probe", "trace-child"}), "EPERM");
    EXPECT_EQ(seen(calls + "process { debug allow }", {"probe", "trace-child"}), "traced");
}

class Start : public JailTest {};
WARD_AS_BOTH_USERS(Start);

TEST_P(Start, InTheFolderThatThePolicyNames) {
    EXPECT_EQ(seen("files { private /data }\nprocess { directory /data }", {"probe", "folder"}), "/data");
    EXPECT_EQ(seen("files { directory /a/b }\nprocess { directory /a }", {"probe", "folder"}), "/a");
    EXPECT_EQ(seen("files { read $work }\nprocess { directory $work }", {"probe", "folder"}), scene().work());
}

TEST_P(Start, AFolderThatTheJailDoesNotHaveIsAnError) {
    const Outcome outcome = jail("process { directory $outside }", {"probe", "folder"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("error[start-not-shown]: the program cannot start in `" + scene().outside() +
                               "`: the jail has no such folder"),
              std::string::npos)
        << outcome.err;
}

TEST_P(Start, AnEmptyFolder) {
    EXPECT_EQ(seen("files { directory /empty }", {"file_probe", "list", "/empty"}), "");
    EXPECT_EQ(seen("files { directory /empty }", {"file_probe", "create", "/empty/new"}), "EROFS");
    scene().add_folder(scene().work() + "/tree");
    scene().add_folder(scene().work() + "/tree/inner");
    scene().add_file(scene().work() + "/tree/inner/file", "text");
    const std::string covered = "files { write $work/tree; directory $work/tree/inner }";
    EXPECT_EQ(seen(covered, {"file_probe", "list", "$work/tree/inner"}), "") << "over what is there";
    EXPECT_EQ(seen(covered, {"file_probe", "create", "$work/tree/inner/new"}), "EROFS");
}

// A file that the caller redirects.
class Input : public JailTest {
protected:
    [[nodiscard]] std::string reopen(const std::string& policy, const std::string& word) {
        Invocation invocation = jail_invocation(policy, {"probe", "reopen-input", word});
        invocation.input_file = scene().work() + "/input";
        const Outcome outcome = run(invocation);
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        return trimmed(outcome.out);
    }
};
WARD_AS_BOTH_USERS(Input);

TEST_P(Input, AFileForReadingStaysSo) {
    scene().add_file(scene().work() + "/input", "text", 0666);
    EXPECT_EQ(reopen("", "write"), "EACCES");
    EXPECT_EQ(reopen("", "read"), "opened");
    EXPECT_EQ(reopen("files { write $work }", "write"), "opened") << "what the policy grants is granted";
    Invocation writing = jail_invocation("files { write $work; private /tmp; device null }",
                                         {"file_probe", "write", "/tmp/new", "text"});
    writing.input_file = scene().work() + "/input";
    EXPECT_NE(run(writing).out, "EACCES\n");
}

}  // namespace ward::test
