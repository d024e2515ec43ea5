// Machines that have too little of something: ward says what is missing, or what runs is the whole jail.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <regex>
#include <string>

#include "tests/kernel/support/cgroup_folders.hpp"
#include "tests/kernel/support/scene.hpp"

void register_tests() {}

namespace ward::test {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

const char* const policy =
    "files { execute $bin; write $work; private /tmp size 1M; device null }\n"
    "environment { keep SHOWN }\n"
    "syscalls { allow @default, @basic-io, @file-system, @io-event, @process, @signal, @network-io, @ipc }\n"
    "syscalls { allow ioctl, uname, mremap, madvise, sysinfo, getpriority; refuse reboot with kill }\n";

class RealFault : public testing::TestWithParam<Who> {
protected:
    void SetUp() override {
        if (!obstacle(GetParam()).empty()) GTEST_SKIP() << obstacle(GetParam());
        scene_ = std::make_unique<Scene>(user(GetParam()));
        whole_ = run(below("")).out;
        ASSERT_TRUE(whole_.ends_with("\nend\n")) << whole_;
    }

    // ward and the probe, after `script` has made the machine a worse one.
    [[nodiscard]] Invocation below(const std::string& script, const std::string& more = "",
                                   const std::vector<std::string>& options = {}) {
        Invocation invocation = scene_->jailed(policy + more, {program("state_probe")}, options);
        std::vector<std::string> words = {"/bin/sh", "-c", script + "\nexec \"$@\"", "sh"};
        words.insert(words.end(), invocation.arguments.begin(), invocation.arguments.end());
        invocation.arguments = std::move(words);
        return invocation;
    }

    // Nothing ran, and somebody was told why.
    static void expect_refusal(const Outcome& outcome, const std::string& reason) {
        EXPECT_EQ(outcome.status, 125);
        EXPECT_EQ(outcome.out, "");
        EXPECT_NE(outcome.err.find("error["), std::string::npos) << outcome.err;
        EXPECT_NE(outcome.err.find(reason), std::string::npos) << outcome.err;
        EXPECT_FALSE(outcome.timed_out);
    }

    // Either the same jail as ever, or a refusal that says why. `machine`: how lines of the state begin that
    // the machine itself has changed.
    void expect_whole_or_refused(const Outcome& outcome, const Words& machine) {
        EXPECT_FALSE(outcome.timed_out);
        if (outcome.out.empty()) {
            EXPECT_GE(outcome.status, 125) << outcome.err;
            EXPECT_LE(outcome.status, 127) << outcome.err;
            EXPECT_NE(outcome.err, "");
            return;
        }
        EXPECT_EQ(without(outcome.out, machine), without(whole_, machine));
        ++ran_;
    }

    static std::string without(const std::string& state, const Words& machine) {
        // Each jail of root has ids of its own.
        const std::string text = std::regex_replace(state, std::regex("[0-9]{10}"), "N");
        std::string kept;
        for (std::size_t at = 0; at < text.size();) {
            const auto end = text.find('\n', at);
            const std::string line = text.substr(at, end - at + 1);
            const bool is_machines = std::any_of(machine.begin(), machine.end(),
                                                 [&](const std::string& start) { return line.starts_with(start); });
            if (!is_machines) kept += line;
            at = end == std::string::npos ? text.size() : end + 1;
        }
        return kept;
    }

    std::unique_ptr<Scene> scene_;
    std::string whole_;  // the state of a jail on this machine as it is
    int ran_ = 0;
};

std::string user_of(const testing::TestParamInfo<Who>& info) {
    return std::string(name_of(info.param));
}

INSTANTIATE_TEST_SUITE_P(faults, RealFault, testing::Values(Who::root, Who::ordinary), user_of);

TEST_P(RealFault, NoUserNamespaceIsLeft) {
    Invocation invocation = below("echo 0 >/proc/sys/user/max_user_namespaces || exit 99");
    invocation.own_namespaces = true;
    expect_refusal(run(invocation), "cannot make the jail's namespaces: no space left on device (ENOSPC)");
}

TEST_P(RealFault, NoMountNamespaceIsLeft) {
    Invocation invocation = below("echo 0 >/proc/sys/user/max_mnt_namespaces || exit 99");
    invocation.own_namespaces = true;
    expect_refusal(run(invocation), "no space left on device (ENOSPC)");
}

TEST_P(RealFault, FewDescriptors) {
    for (int count = 3; count < 48; count += 2) {
        SCOPED_TRACE(count);
        expect_whole_or_refused(run(below("ulimit -n " + std::to_string(count))), {"limit.7"});
    }
    EXPECT_GT(ran_, 0) << "with 47 descriptors there is a jail";
    EXPECT_LT(ran_, 23) << "with 3 there is none";
}

TEST_P(RealFault, LittleAddressSpace) {
    for (int megabytes = 1; megabytes < 48; megabytes += 4) {
        SCOPED_TRACE(megabytes);
        const Outcome outcome = run(below("ulimit -v " + std::to_string(megabytes * 1024)));
        // The kernel ends a program that it cannot even load, before that can say anything: execve(2).
        const bool not_loaded = outcome.status > 128 && outcome.out.empty() && outcome.err.empty();
        if (!not_loaded || megabytes > 20) expect_whole_or_refused(outcome, {"limit.9", "memory "});
    }
    EXPECT_GT(ran_, 0);
}

TEST_P(RealFault, FewProcesses) {
    if (GetParam() == Who::root) GTEST_SKIP() << "RLIMIT_NPROC does not hold root: setrlimit(2)";
    constexpr int most = 12;
    for (int count = 0; count < most; ++count) {
        SCOPED_TRACE(count);
        expect_whole_or_refused(run(below("ulimit -p " + std::to_string(count))), {"limit.6", "tasks "});
    }
    EXPECT_GT(ran_, 0) << "with 11 processes there is a jail";
    EXPECT_LT(ran_, most) << "with none there is none";
}

// A pids cgroup that is full before, or while, the jail is made. One of version 2: ShortCgroup of the tier `kernel`.
TEST_P(RealFault, FullCgroupOfTasks) {
    const std::string parent = "/sys/fs/cgroup/pids";
    if (geteuid() != 0 || access((parent + "/cgroup.procs").c_str(), W_OK) != 0)
        GTEST_SKIP() << "the pids cgroup of version 1 is not there, or is not for this user";
    const std::string group = parent + "/ward-test-faults-" + std::to_string(getpid());
    ASSERT_TRUE(fs::create_directory(group));
    fs::permissions(group + "/cgroup.procs", fs::perms::all);
    for (int count = 1; count <= 3; ++count) {
        SCOPED_TRACE(count);
        write_file(group + "/pids.max", std::to_string(count));
        const Outcome outcome = run(below_cgroup(group, below("")));
        if (count < 3)
            expect_refusal(outcome, "(EAGAIN)");
        else
            expect_whole_or_refused(outcome, {"tasks ", "memory "});
    }
    EXPECT_TRUE(eventually([&] { return read_file(group + "/cgroup.procs").empty(); }));
    EXPECT_TRUE(eventually([&] { return rmdir(group.c_str()) == 0; })) << group;
}

// What keeps the words of the report is found out when the program has ended: it ran, and somebody is told.
TEST_P(RealFault, NoSpaceForTheReport) {
    const auto on_a_disk_with = [&](const std::string& options, const std::string& script) {
        Invocation invocation = below("mount -t tmpfs -o " + options + " none /mnt || exit 99\n" + script, "",
                                      {"--report", "/mnt/report.json"});
        // What is left there goes with the mount, so it is looked at from within.
        invocation.arguments[2] += "\necho status $?; printf 'bytes of the report: '; wc -c </mnt/report.json";
        invocation.arguments[2].replace(invocation.arguments[2].find("exec "), 5, "");
        invocation.own_namespaces = true;
        return run(invocation);
    };
    const std::string unwritten = "ward: the report `/mnt/report.json` was not written: No space left on device\n";
    const Outcome full = on_a_disk_with("size=4k", "head -c 8192 /dev/zero >/mnt/full 2>/dev/null");
    EXPECT_EQ(full.err, unwritten);
    EXPECT_TRUE(full.out.ends_with("\nend\nstatus 125\nbytes of the report: 0\n")) << full.out;
    const Outcome enough = on_a_disk_with("size=64k", "");
    EXPECT_EQ(enough.err, "") << "else it is not the space that the other lacks";
    EXPECT_NE(enough.out.find("\nend\nstatus 0\n"), std::string::npos) << enough.out;
    EXPECT_FALSE(enough.out.ends_with("bytes of the report: 0\n")) << enough.out;
}

// Not even an empty file can be made, and that is known before anything runs.
TEST_P(RealFault, NoInodeForTheReport) {
    Invocation invocation =
        below("mount -t tmpfs -o nr_inodes=1 none /mnt || exit 99", "", {"--report", "/mnt/report.json"});
    invocation.own_namespaces = true;
    expect_refusal(run(invocation), "the report `/mnt/report.json` cannot be written: No space left on device");
}

// Each inode that there is lets it come further: a folder for the changes, one for the work, what overlayfs makes
// in that. With enough of them it is the whole jail.
TEST_P(RealFault, NoSpaceForALayer) {
    constexpr int most = 12;
    const std::string layer = scene_->outside() + "/layer";  // no statement grants it
    scene_->add_folder(layer);
    scene_->add_folder(scene_->outside() + "/below");
    std::vector<int> ran;
    for (int inodes = 1; inodes <= most; ++inodes) {
        SCOPED_TRACE(inodes);
        const std::string disk = "mount -t tmpfs -o mode=755,nr_inodes=" + std::to_string(inodes) + " none " + layer;
        Invocation invocation =
            below(disk + " || exit 99", "files { overlay " + scene_->outside() + "/below into " + layer + " }");
        invocation.own_namespaces = true;
        const Outcome outcome = run(invocation);
        if (outcome.status != 0) {
            expect_refusal(outcome, "make room on the file system of this line's folder");
            continue;
        }
        EXPECT_TRUE(outcome.out.ends_with("\nend\n")) << outcome.out;
        EXPECT_NE(outcome.out.find(" rw,lowerdir="), std::string::npos)
            << "a layer that takes changes: " << outcome.out;
        ran.push_back(inodes);
    }
    ASSERT_FALSE(ran.empty()) << "there is no jail with enough of them either, so that this test shows nothing";
    EXPECT_GT(ran.front(), 2) << "the folder itself, and the two in it";
}

TEST_P(RealFault, NoProc) {
    Invocation invocation = below("mount -t tmpfs none /proc || exit 99");
    invocation.own_namespaces = true;
    expect_refusal(run(invocation), "this host does not tell `/proc/self/status`");
}

TEST_P(RealFault, NoProcForRealRoot) {
    if (GetParam() != Who::root) GTEST_SKIP() << "the other half is NoProc";
    Invocation invocation = below("");
    std::vector<std::string> words = {
        "/usr/bin/unshare", "-m", "/bin/sh", "-c", "mount -t tmpfs none /proc || exit 99\nexec \"$@\"", "sh"};
    words.insert(words.end(), invocation.arguments.begin(), invocation.arguments.end());
    invocation.arguments = std::move(words);
    expect_refusal(run(invocation), "this host does not tell `/proc/self/status`");
}

// ---- --verify: no false alarm, whatever a jail is made of

TEST_P(RealFault, AVerifiedRunIsTheSame) {
    scene_->add_folder(scene_->outside() + "/below");
    scene_->add_file(scene_->outside() + "/input", "text");
    const std::string report = scene_->outside() + "/report";
    for (const char* more : {"", "files { overlay $outside/below; read $outside }", "network { connect tcp 443 }",
                             "network { host }", "limits { tasks 9; core 0; priority 5 }",
                             "capabilities { keep net_bind_service }", "process { terminal none; hostname box }"}) {
        SCOPED_TRACE(more);
        Invocation invocation = below("", more, {"--verify", "--report", report});
        invocation.input_file = scene_->outside() + "/input";
        const Outcome outcome = run(invocation);
        EXPECT_TRUE(outcome.out.ends_with("\nend\n")) << outcome.err;
        EXPECT_NE(read_file(report).find("\"verified\": true"), std::string::npos) << read_file(report);
    }
}

// ---- streams

// Closed streams become /dev/null: no descriptor of ward's can take their place.
TEST_P(RealFault, ClosedStreams) {
    for (unsigned closed = 1; closed < 8; ++closed) {
        SCOPED_TRACE(closed);
        std::string script;
        for (unsigned stream = 0; stream < 3; ++stream)
            if ((closed >> stream & 1) != 0) script += "exec " + std::to_string(stream) + ">&-\n";
        const Outcome outcome = run(below(script));
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        if ((closed & 2) == 0) {
            EXPECT_EQ(without(outcome.out, {}), without(whole_, {}));
        }
    }
}

}  // namespace
}  // namespace ward::test
