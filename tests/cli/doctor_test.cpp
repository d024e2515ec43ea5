// `ward doctor` on the machine of the tests: its answers must be what jails find.
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

class DoctorCommand : public Place {
protected:
    [[nodiscard]] nlohmann::json answer() {
        const Outcome outcome = ward({"doctor", "--json"});
        EXPECT_EQ(outcome.err, "");
        const auto json = nlohmann::json::parse(outcome.out);
        EXPECT_EQ(outcome.status, json["plain_jail"] ? 0 : 1);
        return json;
    }
    [[nodiscard]] static nlohmann::json row_of(const nlohmann::json& answer, const std::string& feature) {
        for (const auto& row : answer["features"])
            if (row["feature"] == feature) return row;
        ADD_FAILURE() << "no row for " << feature;
        return {};
    }
};

TEST_F(DoctorCommand, SaysWhetherAJailCanBeMade) {
    write("shell.ward", shell_policy);
    const Outcome jail = ward({"run", "-p", "./shell.ward", "sh", "-c", "exit 7"});
    EXPECT_EQ(answer()["plain_jail"], jail.status == 7) << jail.err;
}

TEST_F(DoctorCommand, EachRowIsComplete) {
    const auto json = answer();
    EXPECT_GT(json["features"].size(), 20U);
    for (const auto& row : json["features"]) {
        const bool works = row["state"] == "works";
        EXPECT_TRUE(works || row["state"] == "missing" || row["state"] == "blocked") << row;
        EXPECT_EQ(row["remedy"].is_null(), works) << row;
        EXPECT_NE(row["why"], "") << row;
        EXPECT_NE(row["needed_by"], "") << row;
    }
}

TEST_F(DoctorCommand, ALimitIsEnforcedExactlyWhereTheDoctorSaysSo) {
    const auto json = answer();
    for (const auto& [feature, statement] :
         {std::pair("memory", "memory 1G"), {"cpu", "cpu 1"}, {"swap", "memory 1G; swap 0"}}) {
        write("limit.ward", std::string("policy limit\nuse shell\nlimits { ") + statement + " }\n");
        write("shell.ward", shell_policy);
        const Outcome outcome = ward({"run", "--dry-run", "-p", "./limit.ward", "true"});
        EXPECT_EQ(outcome.status == 0, row_of(json, feature)["state"] == "works") << feature << outcome.err;
    }
}

TEST_F(DoctorCommand, PortsAreEnforcedWhereTheDoctorSaysSo) {
    write("ports.ward", "policy ports\nuse base.program\nnetwork { connect tcp 443 }\n");
    const Outcome outcome = ward({"run", "--dry-run", "-p", "./ports.ward", "true"});
    EXPECT_EQ(outcome.status == 0, row_of(answer(), "ports")["state"] == "works") << outcome.err;
}

TEST_F(DoctorCommand, TheTextHasARowForEachAndNoColoursInAPipe) {
    const Outcome outcome = ward({"doctor"});
    for (const auto& row : answer()["features"])
        EXPECT_NE(outcome.out.find("\n" + row["feature"].get<std::string>() + " "), std::string::npos) << row;
    EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos);
}

TEST_F(DoctorCommand, ChangesNothing) {
    // In namespaces of its own, so that nobody else's mounts and processes count.
    const std::string state =
        "cat /proc/self/mountinfo; readlink /proc/self/ns/*; hostname; ls /proc | grep -c '^[0-9]'";
    const Outcome outcome = plain(
        {"/usr/bin/unshare", "--user", "--map-current-user", "--mount", "--pid", "--fork", "--mount-proc", "/bin/sh",
         "-c", "{ " + state + "; } >before; \"$1\" doctor >doctor; { " + state + "; } >after; cmp before after", "sh",
         WARD_PROGRAM});
    EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
    EXPECT_NE(read("doctor"), "");
}

// Real obstacles, in namespaces where nobody else meets them.
TEST_F(DoctorCommand, NamesWhatIsInTheWay) {
    const auto rows_behind = [this](const std::string& obstacle) {
        const Outcome outcome = plain({"/usr/bin/unshare", "--user", "--map-root-user", "--mount", "/bin/sh", "-c",
                                       obstacle + " && exec \"$1\" doctor --json", "sh", WARD_PROGRAM});
        EXPECT_EQ(outcome.status, 1) << outcome.err;
        return nlohmann::json::parse(outcome.out, nullptr, false);
    };
    const auto none = rows_behind("echo 0 >/proc/sys/user/max_user_namespaces");
    EXPECT_EQ(none["plain_jail"], false);
    EXPECT_EQ(row_of(none, "user-namespace")["state"], "blocked");
    EXPECT_EQ(row_of(none, "user-namespace")["remedy"], "raise it: `sudo sysctl user.max_user_namespaces=10000`");
    EXPECT_EQ(row_of(none, "filter")["state"], "works");
    const auto covered = rows_behind("mount -t tmpfs none /proc/fs");
    EXPECT_EQ(row_of(covered, "user-namespace")["state"], "works");
    EXPECT_EQ(row_of(covered, "proc")["state"], "blocked");
    EXPECT_EQ(row_of(covered, "proc")["why"], "parts of /proc are covered here, so that no other can be mounted");
}

TEST_F(DoctorCommand, TheProfileIsForAProgramOfRoots) {
    const std::string program = folder + "/ward";
    ASSERT_EQ(std::system(("cp " WARD_PROGRAM " " + program).c_str()), 0);
    if (geteuid() == 0) {
        const Outcome outcome = plain({program, "doctor", "--apparmor-profile"});
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        EXPECT_NE(outcome.out.find("profile ward \"" + program + "\" "), std::string::npos) << outcome.out;
        EXPECT_EQ(plain({program, "doctor", "--apparmor-profile", "-o", "profile"}).status, 0);
        EXPECT_EQ(read("profile"), outcome.out);
        ASSERT_EQ(chown(program.c_str(), 1234, 1234), 0);
    }
    const Outcome refused = plain({program, "doctor", "--apparmor-profile"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_EQ(refused.out, "");
    EXPECT_EQ(refused.err, "error[program-not-roots]: others than root can change `" + program +
                               "`\n"
                               "  note: whoever can put another program there would have what the profile grants\n"
                               "  help: install it first: `sudo install " +
                               program + " /usr/local/bin/ward`, and run that one\n");
}

TEST_F(DoctorCommand, CommandLinesThatMeanNothing) {
    EXPECT_EQ(ward({"doctor", "curl"}).status, 2);
    EXPECT_EQ(ward({"doctor", "-o", "file"}).status, 2);
}

}  // namespace
}  // namespace ward::test
