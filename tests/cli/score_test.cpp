// `ward score`: its figure, what it is made of, and the next step.
#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

class Scores : public Place {};

TEST_F(Scores, TheNextStepMakesItLess) {
    write("web.ward", "policy web\nuse base.program\nfiles { read /usr/share }\nnetwork { host }\n");
    const Outcome open = ward({"score", "./web.ward"});
    EXPECT_EQ(open.status, 0) << open.err;
    EXPECT_TRUE(open.out.ends_with("\nnext: name the ports: `connect tcp 443`  (./web.ward:4)\n")) << open.out;
    write("less.ward", "policy less\nuse base.program\nfiles { read /usr/share }\nnetwork { connect tcp 443 }\n");
    const Outcome both = ward({"score", "--json", "./web.ward", "./less.ward"});
    EXPECT_EQ(both.status, 0) << both.err;
    const auto figure = [&](std::size_t from) {
        return std::stod(both.out.substr(both.out.find("\"score\": ", from) + 9));
    };
    EXPECT_GT(figure(0), figure(both.out.find("\"policy\": \"less\"")) + 0.3) << both.out;
}

TEST_F(Scores, TheNextStepIsNoneThatChangesNothing) {
    // `ptrace` passes nowhere without `debug allow`, and the ports are named.
    write("calls.ward",
          "policy calls\nsyscalls { allow @basic-io, exit_group, mount, ptrace }\nnetwork { connect tcp 43 }\n"
          "limits { memory 1G; tasks 9; time 1m }\n");
    const Outcome outcome = ward({"score", "./calls.ward"});
    EXPECT_TRUE(outcome.out.ends_with("\nnext: write `forbid mount` in `syscalls { }`  (./calls.ward:2)\n"))
        << outcome.out;
}

TEST_F(Scores, TheNextStepMayBeAboutABasePolicy) {
    const Outcome outcome = ward({"score", "ssh"});
    EXPECT_NE(outcome.out.find("\nnext: name the ports: `connect tcp 443`  (base/client.ward:"), std::string::npos)
        << outcome.out;
}

TEST_F(Scores, AFileNamedOnTheCommandLineCounts) {
    write("web.ward", "policy web\nuse base.program\nfiles { write $arguments }\n");
    const Outcome outcome = ward({"score", "./web.ward"});
    EXPECT_NE(outcome.out.find("files that it changes: " + work() + "/FILE"), std::string::npos) << outcome.out;
}

TEST_F(Scores, NothingIsNeverScored) {
    const Outcome outcome = ward({"score"});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.err, "error[usage]: no policy is named\n  help: write `ward score NAME`\n");
}

}  // namespace
}  // namespace ward::test
