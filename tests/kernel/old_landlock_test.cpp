// A kernel whose Landlock is too old for what a policy asks, as the guests of the tier `vm` have it: nothing runs,
// unless the command line gives the feature up by its name.
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "tests/kernel/jail_test.hpp"
#include "tests/kernel/servers.hpp"

namespace ward::test {

namespace {

// landlock_create_ruleset(2); negative if the kernel has no Landlock.
long landlock_interface() {
    return syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

// What the kernels before it lack: the tests are about one that lacks all three.
constexpr long interface_of_streams = 3;  // Linux 6.2; ports: 4, 6.7; scopes: 6, 6.12

const char* const ports_note =
    "  note: that takes Landlock's interface 4, of Linux 6.7; this kernel has 2\n"
    "  note: `--allow-degraded ports` runs the program without it: it may use every TCP port of the host's network\n"
    "  help: write `network { host }` if the program may use all of the host's network\n";
const char* const scopes_note =
    "  note: that takes Landlock's interface 6, of Linux 6.12; this kernel has 2\n"
    "  note: `--allow-degraded scopes` runs the program without it: it may reach abstract Unix sockets of the host\n"
    "  help: remove `unix`, or run a newer kernel\n";
const char* const no_ports = "this kernel cannot limit TCP to single ports";
const char* const no_scopes = "this kernel cannot keep abstract Unix sockets of the host out";

}  // namespace

class OldLandlock : public JailTest {
protected:
    void SetUp() override {
        const long found = landlock_interface();
        if (found >= interface_of_streams)
            GTEST_SKIP() << "this kernel has Landlock's interface " << found << ": the guests of the tier `vm` have 2";
        if (found < 2) GTEST_SKIP() << "this kernel has no Landlock, or the first: vm.no-landlock is about that";
        JailTest::SetUp();
    }

    [[nodiscard]] std::string report_file() { return scene().work() + "/report.json"; }
    [[nodiscard]] nlohmann::json written_report() {
        return nlohmann::json::parse(read_file(report_file()), nullptr, false);
    }
    // Of `ward run --report FILE --allow-degraded FEATURE ...`.
    [[nodiscard]] Outcome without(const std::vector<std::string>& features, const std::string& policy,
                                  const std::vector<std::string>& words) {
        std::vector<std::string> options = {"--report", report_file()};
        for (const std::string& feature : features) options.insert(options.end(), {"--allow-degraded", feature});
        return jail(policy, words, options);
    }

    // Nothing ran, and the reason is all that was said. `place`: the part of the statement that is underlined.
    void expect_refusal(const std::string& statement, const std::string& place, const std::string& what,
                        const std::string& notes) {
        SCOPED_TRACE(statement);
        const std::string line = "network { " + statement + " }";
        const std::size_t column = line.find(place);
        const Outcome outcome = without({}, line, {"probe", "say", "it runs"});
        EXPECT_EQ(outcome.status, 125);
        EXPECT_EQ(outcome.out, "");
        const std::string file = scene().folder() + "/policy-" + std::to_string(++policies_) + ".ward";
        EXPECT_EQ(outcome.err, "error[landlock-missing]: " + what + "\n  --> " + file +
                                   ":5:" + std::to_string(column + 1) + "\n  5 | " + line + "\n    | " +
                                   std::string(column, ' ') + std::string(place.size(), '^') + "\n" + notes);
        EXPECT_EQ(written_report()["end"], "not-started");
        EXPECT_EQ(written_report()["reason"], what);
        EXPECT_EQ(written_report()["exit_status"], 125);
        EXPECT_TRUE(written_report()["enforced"].empty());
    }

    void expect_degraded(const std::vector<std::pair<std::string, std::string>>& features) {
        const nlohmann::json found = written_report();
        ASSERT_EQ(found["degraded"].size(), features.size()) << found;
        for (std::size_t i = 0; i < features.size(); ++i) {
            EXPECT_EQ(found["degraded"][i]["feature"], features[i].first);
            EXPECT_EQ(found["degraded"][i]["words"], features[i].second);
        }
        for (const std::string entry : found["enforced"]) EXPECT_EQ(entry.find("landlock"), std::string::npos) << entry;
    }

    int policies_ = 0;  // of the refusals: Scene counts them for their names
};
WARD_AS_BOTH_USERS(OldLandlock);

TEST_P(OldLandlock, SinglePortsAreAnErrorBeforeAnythingRuns) {
    expect_refusal("connect tcp 443", "443", no_ports, ports_note);
    expect_refusal("listen tcp 8080", "8080", no_ports, ports_note);
    expect_refusal("resolve", "resolve", no_ports, ports_note);
}

TEST_P(OldLandlock, AbstractSocketsOfASharedNetworkAreAnErrorBeforeAnythingRuns) {
    const std::string socket = scene().work() + "/socket";
    ASSERT_EQ(mknod(socket.c_str(), S_IFSOCK | 0666, 0), 0);
    expect_refusal("host; unix " + socket, "host", no_scopes, scopes_note);
    expect_refusal("connect tcp 443; unix", "unix", no_scopes, scopes_note);
}

TEST_P(OldLandlock, ANetworkOfItsOwnNeedsNone) {
    const UnixServer server("@" + scene().marker());
    EXPECT_EQ(seen("network { unix }", {"net_probe", "unix", "@" + scene().marker()}), "ECONNREFUSED");
    EXPECT_EQ(seen("", {"net_probe", "meet-itself"}), "connected");
}

TEST_P(OldLandlock, OnlyTheOptionGivesPortsUp) {
    const Server server;
    const std::string policy = "files { write $work }\nnetwork { connect tcp 9 }";
    const std::vector<std::string> connect = {"net_probe", "connect", server.port()};
    for (const char* other : {"scopes", "memory"}) EXPECT_EQ(without({other}, policy, connect).status, 125) << other;
    const Outcome outcome = without({"ports"}, policy, connect);
    EXPECT_EQ(outcome.out, "connected\n") << "this is what it gives up: " << outcome.err;
    const std::string words = "every TCP port can be used: no Landlock of Linux 6.7";
    EXPECT_NE(outcome.err.find("ward: degraded: ports: " + words), std::string::npos) << outcome.err;
    expect_degraded({{"ports", words}});
    EXPECT_EQ(without({"ports"}, policy, {"net_probe", "socket", std::to_string(AF_INET)}).out, "EPROTONOSUPPORT\n")
        << "UDP stays refused";
}

TEST_P(OldLandlock, OnlyTheOptionGivesScopesUp) {
    const std::string name = "@" + scene().marker();
    const UnixServer server(name);
    const UnixServer by_path(scene().work() + "/socket");
    const std::string policy = "files { write $work }\nnetwork { host; unix $work/socket }";
    const std::vector<std::string> connect = {"net_probe", "unix", name};
    EXPECT_EQ(without({"ports"}, policy, connect).status, 125);
    const Outcome outcome = without({"scopes"}, policy, connect);
    EXPECT_EQ(outcome.out, "connected\n") << "this is what it gives up: " << outcome.err;
    const std::string words = "abstract Unix sockets of the host can be reached: no Landlock of Linux 6.12";
    EXPECT_NE(outcome.err.find("ward: degraded: scopes: " + words), std::string::npos) << outcome.err;
    expect_degraded({{"scopes", words}});
}

TEST_P(OldLandlock, EachIsGivenUpByItsOwnName) {
    const std::string policy = "files { write $work }\nnetwork { connect tcp 9; unix }";
    const std::vector<std::string> say = {"probe", "say", "it runs"};
    EXPECT_NE(without({"ports"}, policy, say).err.find(no_scopes), std::string::npos);
    EXPECT_NE(without({"scopes"}, policy, say).err.find(no_ports), std::string::npos);
    EXPECT_EQ(without({"ports", "scopes"}, policy, say).out, "it runs\n");
    expect_degraded({{"scopes", "abstract Unix sockets of the host can be reached: no Landlock of Linux 6.12"},
                     {"ports", "every TCP port can be used: no Landlock of Linux 6.7"}});
}

TEST_P(OldLandlock, TheDoctorSaysWhatIsMissing) {
    const Outcome outcome = run(scene().plain({program("ward"), "doctor", "--json"}));
    const auto answer = nlohmann::json::parse(outcome.out, nullptr, false);
    ASSERT_TRUE(answer.is_object()) << outcome.err;
    EXPECT_EQ(answer["landlock_abi"], 2);
    std::vector<std::vector<std::string>> found;
    for (const auto& row : answer["features"])
        if (row["why"].get<std::string>().starts_with("Landlock"))
            found.push_back({row["feature"], row["state"], row["why"], row["remedy"]});
    const std::string has = "Landlock, interface 2, and it takes ";
    EXPECT_EQ(found,
              (std::vector<std::vector<std::string>>{{"streams", "missing", has + "3", "run Linux 6.2 or newer"},
                                                     {"ports", "missing", has + "4", "run Linux 6.7 or newer"},
                                                     {"scopes", "missing", has + "6", "run Linux 6.12 or newer"}}));
}

// The one that is not asked for by a statement: the jail is weaker than on a newer kernel, and a note says so.
TEST_P(OldLandlock, AFileAsAStreamIsNotGuardedAndANoteSaysSo) {
    const std::string note =
        "a file that is a standard stream can be opened again, for writing too, if its mode allows that: Landlock "
        "prevents it from Linux 6.2 on, and here a pipe does (`cat FILE | ward ...`)";
    scene().add_file(scene().work() + "/input", "text", 0666);
    Invocation invocation = jail_invocation("", {"probe", "reopen-input", "write"}, {"--report", report_file()});
    EXPECT_EQ(run(invocation).status, 0) << "with a pipe";
    EXPECT_TRUE(written_report()["notes"].empty()) << written_report();
    invocation.input_file = scene().work() + "/input";
    const Outcome outcome = run(invocation);
    EXPECT_EQ(outcome.out, "opened\n") << "as the note says";
    EXPECT_NE(outcome.err.find("ward: note: " + note), std::string::npos) << outcome.err;
    const nlohmann::json found = written_report();
    EXPECT_EQ(found["notes"], nlohmann::json({note}));
    EXPECT_FALSE(found["enforced"].empty());
    for (const std::string entry : found["enforced"]) EXPECT_EQ(entry.find("streams"), std::string::npos) << entry;
}

}  // namespace ward::test
