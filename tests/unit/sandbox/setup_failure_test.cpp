#include "sandbox/setup_failure.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "policy/render.hpp"
#include "sandbox/cgroup.hpp"

namespace ward::sandbox {
namespace {

// A plan whose only step is asked for by line 2 of a policy.
class Failure : public ::testing::Test {
protected:
    Failure() {
        const policy::FileId file = sources_.add("x.ward", "files {\n    read /srv\n}\n");
        plan_.reasons = {Reason{}, Reason{policy::Span{file, 12, 21}, "`read /srv`"}};
    }

    std::string failing(Step step, Phase phase, int error) {
        std::vector<Step>& steps = phase == Phase::program ? plan_.program : plan_.init;
        steps.push_back(step);
        Message failure;
        failure.kind = Message::Kind::step_failed;
        failure.phase = phase;
        failure.error = error;
        status_ = report_failed_step(plan_, failure, diagnostics_);
        return policy::render(diagnostics_.all().back(), sources_);
    }

    static Step step(Operation operation, const char* path) {
        Step step;
        step.operation = operation;
        step.path = path;
        step.reason = 1;
        return step;
    }

    policy::Sources sources_;
    policy::Diagnostics diagnostics_;
    Plan plan_;
    int status_ = 0;
};

TEST_F(Failure, OfAStepShowsThePlaceThatAskedForIt) {
    Step open = step(Operation::clone_tree, "/srv");
    open.into = 4;
    open.number[2] = 0040000;
    EXPECT_EQ(failing(open, Phase::init, ESTALE),
              "error[step-failed]: the step `clone /srv (folder) -> #4` failed: stale file handle (ESTALE)\n"
              "  --> x.ward:2:5\n"
              "  2 |     read /srv\n"
              "    |     ^^^^^^^^^\n"
              "  note: this step is there for `read /srv`\n"
              "  help: run it again: the file was replaced after ward had looked at it\n");
    EXPECT_EQ(status_, 125);
}

TEST_F(Failure, OfADeviceNamesIt) {
    Step clone = step(Operation::clone_device, "/dev/full");
    clone.number[0] = 0x107;
    for (const int error : {ENOENT, ESTALE}) {
        EXPECT_EQ(failing(clone, Phase::init, error),
                  "error[device-not-found]: this host has no character device `/dev/full` with the number 1 7\n"
                  "  --> x.ward:2:5\n"
                  "  2 |     read /srv\n"
                  "    |     ^^^^^^^^^\n"
                  "  help: make it again: `rm -f /dev/full; mknod -m 666 /dev/full c 1 7` as root\n");
        EXPECT_EQ(status_, 125);
    }
}

TEST_F(Failure, OfAStepOfEveryJailHasNoPlace) {
    Step loopback = step(Operation::loopback_up, nullptr);
    loopback.reason = 0;
    EXPECT_EQ(failing(loopback, Phase::init, ENOSYS),
              "error[step-failed]: the step `bring loopback up` failed: function not implemented (ENOSYS)\n"
              "  help: run Linux 5.14 or newer\n");
}

TEST_F(Failure, OfALayerWithoutSpaceSaysWhereToMakeRoom) {
    Step folder = step(Operation::make_folder, "layer/upper");
    folder.reason = 0;
    const std::string help =
        "  help: make room on the file system of this line's folder: `df` and `df -i` say whether it lacks space or "
        "inodes\n";
    EXPECT_TRUE(failing(folder, Phase::init, ENOSPC).ends_with(help));
    plan_.init.clear();
    Step overlay = step(Operation::new_filesystem, "overlay");
    overlay.reason = 0;
    for (const int error : {ENOSPC, EROFS}) EXPECT_TRUE(failing(overlay, Phase::init, error).ends_with(help)) << error;
}

TEST_F(Failure, OfTheExecIsWhatTheShellWouldSay) {
    Step execute = step(Operation::execute, "/usr/bin/x");
    execute.reason = 0;
    EXPECT_EQ(
        failing(execute, Phase::program, ENOENT),
        "error[cannot-execute]: cannot execute `/usr/bin/x`: no such file or directory (ENOENT)\n"
        "  help: grant the program and its interpreter with `execute`: the loader of a dynamic program, or the first "
        "line of a script\n");
    EXPECT_EQ(status_, 127);
    plan_.program.clear();
    EXPECT_EQ(failing(execute, Phase::program, ENOEXEC),
              "error[cannot-execute]: cannot execute `/usr/bin/x`: exec format error (ENOEXEC)\n"
              "  help: run it through its interpreter: the file is neither a program of this machine nor a script that "
              "begins with `#!`\n");
    EXPECT_EQ(status_, 126);
}

TEST_F(Failure, OutsideOfTheSteps) {
    Message failure;
    failure.phase = Phase::init;
    failure.step = 0;
    failure.error = ECHILD;
    EXPECT_EQ(report_failed_step(plan_, failure, diagnostics_), 125);
    EXPECT_EQ(policy::render(diagnostics_.all().back(), sources_),
              "error[launch-failed]: the first process of the jail cannot go on: no child processes (ECHILD)\n"
              "  help: run it again\n");
}

TEST(ErrorWords, AreTheSameOnEveryMachine) {
    EXPECT_EQ(error_words(EPERM), "operation not permitted (EPERM)");
    EXPECT_EQ(error_words(EIO), "input/output error (EIO)");
    EXPECT_EQ(error_words(EDOTDOT), "RFS specific error (EDOTDOT)");
    EXPECT_EQ(error_words(4000), "error 4000");
}

TEST(Must, NamesWhatCouldNotBeDone) {
    EXPECT_EQ(must(3, "make a pipe"), 3);
    try {
        errno = EMFILE;
        must(-1, "make a pipe");
        FAIL() << "a failure was taken for a result";
    } catch (const SetupFailure& failure) {
        EXPECT_STREQ(failure.what(), "cannot make a pipe: too many open files (EMFILE)");
        EXPECT_EQ(failure.help(), "raise the limit of open files: `ulimit -n 4096`");
        EXPECT_EQ(failure.kind().name, "launch-failed");
    }
}

TEST(CgroupFailure, NamesTheFile) {
    CgroupLimits limits;
    limits.tasks = 5;
    try {
        const Cgroups cgroups(limits, {{"pids", {"/no/such/hierarchy", 1}}});
        FAIL() << "made without a hierarchy";
    } catch (const SetupFailure& failure) {
        EXPECT_EQ(failure.kind().name, policy::slug::cgroup_failed.name);
        EXPECT_EQ(failure.what(), "cannot make the cgroup /no/such/hierarchy/ward-" + std::to_string(::getpid()) +
                                      "-0: no such file or directory (ENOENT)");
        EXPECT_EQ(failure.help(), "remove the limit, or add `?` behind its name to accept a weaker form");
    }
}

}  // namespace
}  // namespace ward::sandbox
