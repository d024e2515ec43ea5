// What `ward doctor` says of this host is what a launch on it does: each row beside the report of a real jail.
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "tests/kernel/jail_test.hpp"

namespace ward::test {

namespace {

// Whether there is a cgroup with a name that begins so: in the folder, or in a scope of systemd's somewhere below.
bool is_below(const std::string& folder, const std::string& name_start) {
    namespace fs = std::filesystem;
    std::error_code gone;
    for (fs::recursive_directory_iterator each(folder, gone), end; each != end; each.increment(gone))
        if (each->path().filename().string().starts_with(name_start)) return true;
    return false;
}

}  // namespace

class DoctorAndLaunch : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        const Outcome outcome = run(scene().plain({program("ward"), "doctor", "--json"}));
        answer_ = nlohmann::json::parse(outcome.out, nullptr, false);
        ASSERT_TRUE(answer_.is_object()) << outcome.out << outcome.err;
        scene().add_file(scene().work() + "/input", "text");
    }

    [[nodiscard]] nlohmann::json row_of(const std::string& feature) {
        for (const auto& row : answer_["features"])
            if (row["feature"] == feature) return row;
        ADD_FAILURE() << "no row for " << feature;
        return {{"state", ""}, {"why", ""}};
    }
    [[nodiscard]] bool works(const std::string& feature) { return row_of(feature)["state"] == "works"; }

    // What a jail with these statements had, and only if its program really ran; nothing if nothing ran. A file is
    // standard input.
    [[nodiscard]] std::vector<std::string> enforced(const std::string& statements) {
        const std::string file = scene().work() + "/report.json";
        std::filesystem::remove(file);
        Invocation invocation = jail_invocation(statements, {"probe", "say", "it runs"}, {"--report", file});
        invocation.input_file = scene().work() + "/input";
        const Outcome outcome = run(invocation);
        const auto found = nlohmann::json::parse(read_file(file), nullptr, false);
        EXPECT_TRUE(found.is_object()) << outcome.err;
        EXPECT_EQ(outcome.out, outcome.status == 0 ? "it runs\n" : "") << outcome.err;
        EXPECT_EQ(found["end"], outcome.status == 0 ? "exit" : "not-started") << found;
        return outcome.status == 0 ? found["enforced"].get<std::vector<std::string>>() : std::vector<std::string>();
    }

    // The row says that it works if and only if a launch enforces it.
    void expect_same(const std::string& feature, const std::string& statements, const std::string& entry) {
        const std::vector<std::string> found = enforced(statements);
        const bool is_enforced = std::find(found.begin(), found.end(), entry) != found.end();
        EXPECT_EQ(works(feature), is_enforced) << row_of(feature) << "\n" << testing::PrintToString(found);
        std::printf("%s: %s, %s\n", feature.c_str(), works(feature) ? "works" : "does not work", statements.c_str());
    }

    nlohmann::json answer_;
};
WARD_AS_BOTH_USERS(DoctorAndLaunch);

class DoctorAndLaunchOfAUser : public DoctorAndLaunch {};
WARD_AS(DoctorAndLaunchOfAUser, Who::ordinary);

TEST_P(DoctorAndLaunch, AgreeOnThePlainJail) {
    const std::vector<std::string> found = enforced("");
    EXPECT_EQ(answer_["plain_jail"], !found.empty());
    for (const char* feature :
         {"user-namespace", "pid-namespace", "ipc-namespace", "uts-namespace", "cgroup-namespace", "network-namespace"})
        expect_same(feature, "", feature);
    expect_same("mounts", "", "mount-namespace");
    const bool has_filter = std::any_of(found.begin(), found.end(),
                                        [](const std::string& entry) { return entry.starts_with("seccomp: "); });
    EXPECT_EQ(works("filter"), has_filter);
}

TEST_P(DoctorAndLaunch, AgreeOnLandlock) {
    const long interface = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    EXPECT_EQ(answer_["landlock_abi"], std::max(interface, 0L));
    expect_same("streams", "", "landlock: files of the streams");
    expect_same("ports", "network { connect tcp 9 }", "landlock: tcp ports");
    expect_same("scopes", "network { listen tcp 9; unix }", "landlock: scopes");
}

// Where a limit is held by a cgroup, the row names its version and its folder: the jail's is in there.
TEST_P(DoctorAndLaunch, AgreeOnCgroups) {
    const std::pair<const char*, const char*> limits[] = {{"memory", "memory 64M"}, {"swap", "memory 64M; swap 0"},
                                                          {"tasks", "tasks 9"},     {"cpu", "cpu 0.5"},
                                                          {"cpu-set", "cpu-set 0"}, {"io", "io 8M"}};
    for (const auto& [feature, statement] : limits) {
        SCOPED_TRACE(feature);
        const std::string why = row_of(feature)["why"];
        const std::string policy = std::string("limits { ") + statement + " }";
        const std::string start = "cgroup version ";
        if (!works(feature) || !why.starts_with(start)) {
            expect_same(feature, policy, std::string(feature) + ": rlimit");
            continue;
        }
        expect_same(feature, policy, std::string(feature) + ": cgroup-v" + why[start.size()]);
        Running running(jail_invocation(policy, {"probe", "wait", "waits"}));
        ASSERT_TRUE(running.wait_for_output("waits"));
        const std::string folder = why.substr(why.find('/'), why.find(", which") - why.find('/'));
        EXPECT_TRUE(is_below(folder, "ward-" + std::to_string(running.process()) + "-")) << why;
        running.kill(SIGTERM);
        (void)running.finish();
    }
}

TEST_P(DoctorAndLaunchOfAUser, AgreeOnSubordinateIds) {
    expect_same("subordinate-ids", "process { user www-data }", "subordinate ids");
}

}  // namespace ward::test
