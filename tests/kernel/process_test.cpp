// What a process finds when it starts: environment, folder, descriptors, terminal, other processes.
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <set>

#include "tests/kernel/jail_test.hpp"

namespace ward::test {

class Process : public JailTest {};
WARD_AS_BOTH_USERS(Process);

TEST_P(Process, OnlyTheVariablesThatThePolicyKeeps) {
    EXPECT_EQ(seen("", {"probe", "environment"}), "");
    EXPECT_EQ(seen("environment { keep LANG, NOT_THERE }", {"probe", "environment"}), "LANG=C.UTF-8");
    EXPECT_EQ(seen("environment { keep LA* }", {"probe", "environment"}), "LANG=C.UTF-8");
}

TEST_P(Process, VariablesThatThePolicySets) {
    EXPECT_EQ(seen("environment { set COLOUR \"very green\"; keep LANG }", {"probe", "environment"}),
              "COLOUR=very green\nLANG=C.UTF-8");
    EXPECT_EQ(seen("environment { set LANG \"de\"; keep LANG }", {"probe", "environment"}), "LANG=de");
}

TEST_P(Process, TheWorkingFolder) {
    EXPECT_EQ(seen("files { read $work }", {"probe", "folder"}), scene().work());
    EXPECT_EQ(seen("files { read $home }", {"probe", "folder"}), scene().work())
        << "an empty one, if it is not granted";
}

TEST_P(Process, DescriptorsAboveTwoAreClosed) {
    const int leak = open("/", O_RDONLY | O_CLOEXEC);
    Invocation invocation = jail_invocation("", {"probe", "descriptors"});
    invocation.leaked = std::vector<int>(40, leak);
    EXPECT_EQ(trimmed(run(invocation).out), "0 1 2");
    close(leak);
}

TEST_P(Process, Hostname) {
    EXPECT_EQ(seen("", {"probe", "hostname"}), "ward");
    EXPECT_EQ(seen("process { hostname \"web\" }", {"probe", "hostname"}), "web");
}

TEST_P(Process, ProcShowsTheJailAlone) {
    const auto found = words_of(seen("", {"probe", "processes"}));
    EXPECT_EQ(found.size(), 2U);
    EXPECT_NE(std::find(found.begin(), found.end(), "1"), found.end());
    EXPECT_NE(std::find(found.begin(), found.end(), "self"), found.end());
}

TEST_P(Process, InitIsOutOfReach) {
    // kill(2): PID 1 of a namespace gets no signal from inside for which it has no handler.
    const Outcome outcome = jail("", {"probe", "kill", "1", "9"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    for (const char* file : {"/proc/1/exe", "/proc/1/cwd", "/proc/1/root"})
        EXPECT_EQ(seen("", {"file_probe", "target", file}), "EACCES") << file;
    EXPECT_EQ(seen("", {"file_probe", "read", "/proc/1/environ"}), "EACCES");
    EXPECT_EQ(seen("", {"file_probe", "read", "/proc/1/maps"}), "EACCES");
    EXPECT_EQ(seen("", {"file_probe", "list", "/proc/1/fd"}), "EACCES");
}

TEST_P(Process, OrphansAreReaped) {
    EXPECT_EQ(seen("", {"probe", "orphans", "50"}), "all are gone");
}

TEST_P(Process, ProcIsReadOnlyWhereItMatters) {
    for (const char* path :
         {"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/vm/overcommit_memory"})
        EXPECT_NE(seen("", {"file_probe", "write", path, "x"}), "written") << path;
}

// The kernel lets the root of a namespace, or who has a capability in it, change what belongs to that: proc_sys(5).
TEST_P(Process, SysctlsOfTheJailsOwnNamespacesAreReadOnly) {
    const std::string keeps = "capabilities { keep net_admin, sys_resource }\n";
    for (const char* path : {"/proc/sys/net/ipv4/ip_forward", "/proc/sys/user/max_net_namespaces"}) {
        EXPECT_EQ(seen(keeps, {"file_probe", "write", path, "1"}), "EROFS") << path;
        EXPECT_EQ(seen(keeps + "process { nested allow }\n", {"file_probe", "write", path, "1"}), "written")
            << path << ": a jail that may make jails has an open /proc";
    }
    if (!as_root()) return;  // an ordinary user's program is root only with subordinate ids
    for (const char* path : {"/proc/sys/kernel/shmmni", "/proc/sys/kernel/msgmax"})
        EXPECT_EQ(seen("process { user root }\n", {"file_probe", "write", path, "1"}), "EROFS") << path;
}

TEST_P(Process, ATerminationSignalReachesTheProgram) {
    Running running(jail_invocation("", {"probe", "wait", scene().marker()}));
    ASSERT_TRUE(running.wait_for_output(scene().marker()));
    running.kill(SIGTERM);
    EXPECT_EQ(running.finish().status, 128 + SIGTERM);
    EXPECT_TRUE(eventually([&] { return processes_with(scene().marker()).empty(); }));
}

// All but what cannot be caught, what tells of the jail's own end (SIGCHLD) and pipes (SIGPIPE), and what
// terminals send to whole groups.
TEST_P(Process, EverySignalReachesTheProgram) {
    Running running(jail_invocation("", {"probe", "catch", scene().marker()}));
    ASSERT_TRUE(running.wait_for_output(scene().marker()));
    for (int number = 1; number <= SIGRTMAX; ++number) {
        const std::set<int> others = {SIGKILL, SIGSTOP, SIGCHLD, SIGPIPE, SIGTTIN, SIGTTOU, 32, 33};
        if (others.contains(number)) continue;
        running.kill(number);
        ASSERT_TRUE(running.wait_for_output("signal " + std::to_string(number) + ";")) << number;
    }
    running.kill(SIGKILL);
    EXPECT_EQ(running.finish().status, 128 + SIGKILL);
    EXPECT_TRUE(eventually([&] { return processes_with(scene().marker()).empty(); })) << "the jail ends with ward";
}

// After a second the supervisor has given back what the start needed, and init all that it had of the supervisor's
// memory; both do all that they did before.
TEST_P(Process, TheProcessesBesideAProgramThatStaysAreSmall) {
    Running running(jail_invocation("", {"probe", "catch", scene().marker()}));
    ASSERT_TRUE(running.wait_for_output(scene().marker()));
    const std::string supervisor = "/proc/" + std::to_string(running.process());
    if (read_file(supervisor + "/maps").find("/ld-linux") != std::string::npos)
        GTEST_SKIP() << "this ward is not static, and keeps what shared libraries have";
    const std::string init =
        "/proc/" + trimmed(read_file(supervisor + "/task/" + std::to_string(running.process()) + "/children"));
    // Also where there is always something to do.
    EXPECT_TRUE(eventually([&] {
        running.kill(SIGUSR1);
        return trimmed(read_file(init + "/comm")) == "ward-init";
    }));
    const auto kilobytes = [](const std::string& process, const std::string& name) {
        const std::string status = read_file(process + "/status");
        return std::stoi(status.substr(status.find(name) + name.size()));
    };
    EXPECT_LE(kilobytes(init, "RssAnon:"), 32);
    EXPECT_LE(kilobytes(init, "VmPTE:"), 32);
    EXPECT_TRUE(eventually([&] { return kilobytes(supervisor, "RssAnon:") <= 128; }));
    running.kill(SIGUSR2);
    EXPECT_TRUE(running.wait_for_output("signal 12;"));
    running.kill(SIGTERM);
    EXPECT_TRUE(running.wait_for_output("signal 15;"));
    running.kill(SIGKILL);
    EXPECT_EQ(running.finish().status, 128 + SIGKILL);
    EXPECT_TRUE(eventually([&] { return processes_with(scene().marker()).empty(); }));
    EXPECT_TRUE(eventually([&] { return access(init.c_str(), F_OK) != 0; })) << "init stays";
}

TEST_P(Process, ADaemonEndsWithTheJail) {
    EXPECT_EQ(seen("", {"probe", "daemon", scene().marker()}), "started");
    EXPECT_TRUE(eventually([&] { return processes_with(scene().marker()).empty(); }));
}

// The launcher moves init about while it starts; the program must not notice.
TEST_P(Process, AllProcessorsOfTheCaller) {
    cpu_set_t all;
    ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
    const std::string outside = seen_outside({"probe", "status", "Cpus_allowed"});
    EXPECT_EQ(seen("", {"probe", "status", "Cpus_allowed"}), outside);
    for (std::size_t processor = 0; processor < CPU_SETSIZE; ++processor) {
        if (!CPU_ISSET(processor, &all)) continue;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(processor, &one);
        ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
        const std::string alone = seen_outside({"probe", "status", "Cpus_allowed"});
        EXPECT_EQ(seen("", {"probe", "status", "Cpus_allowed"}), alone);
        ASSERT_EQ(sched_setaffinity(0, sizeof all, &all), 0);
    }
}

// In what surrounds ward the call may be forbidden. Root alone may load a filter without giving up new privileges,
// which the change of users needs.
void forbid_moving_about() {
    sock_filter code[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_setaffinity, 0, 1),
                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog program{std::size(code), &code[0]};
    cpu_set_t all;
    sched_getaffinity(0, sizeof all, &all);
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) _exit(2);
    if (sched_setaffinity(0, sizeof all, &all) == 0) _exit(3);
}

TEST_P(Process, StartsWhereProcessorsCannotBeChosen) {
    if (geteuid() != 0) GTEST_SKIP() << "only root can load the filter";
    EXPECT_EXIT(
        {
            forbid_moving_about();
            _exit(seen("", {"probe", "status", "NoNewPrivs"}) == "1" ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
}

TEST_P(Process, TheBlockedSignalsOfTheCallerAreNotInherited) {
    EXPECT_EQ(seen("", {"probe", "status", "SigBlk"}), "0000000000000000");
    EXPECT_EQ(seen("", {"probe", "status", "SigIgn"}), "0000000000000000");
}

// Init hears of the program's end all the same, also an init that began before the plan was known.
TEST_P(Process, ACallerThatIgnoresTheEndsOfItsChildren) {
    for (const char* policy : {"", "limits { tasks? 64 }", "limits { open-files 64 }"}) {
        SCOPED_TRACE(policy);
        Invocation invocation = jail_invocation(policy, {"probe", "status", "SigIgn"});
        std::vector<std::string> words = {"/bin/sh", "-c", "trap '' CHLD; exec \"$@\"", "sh"};
        words.insert(words.end(), invocation.arguments.begin(), invocation.arguments.end());
        invocation.arguments = std::move(words);
        const Outcome outcome = run(invocation);
        EXPECT_FALSE(outcome.timed_out);
        EXPECT_EQ(outcome.out, "0000000000000000\n") << outcome.err;
    }
}

// A terminal of the caller's.
class Terminal : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        master_ = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        ASSERT_TRUE(master_ >= 0 && grantpt(master_) == 0 && unlockpt(master_) == 0);
        slave_ = ioctl(master_, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
        ASSERT_GE(slave_, 0);
        ASSERT_EQ(fchown(slave_, scene().user().uid, scene().user().gid), 0);
    }

    void TearDown() override {
        close(slave_);
        close(master_);
    }

    // The words of `probe terminal`: is 0, 1, 2 a terminal; what opening /dev/tty gives; who leads the session.
    [[nodiscard]] std::vector<std::string> on_terminal(const std::string& policy) {
        Invocation invocation = jail_invocation(policy, {"probe", "terminal"});
        invocation.terminal = slave_;
        const Outcome outcome = run(invocation);
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        return words_of(outcome.out);
    }

    int master_ = -1, slave_ = -1;
};
WARD_AS_BOTH_USERS(Terminal);

TEST_P(Terminal, InheritIsTheCallers) {
    const auto found = on_terminal("process { terminal inherit }\nfiles { device tty }");
    ASSERT_EQ(found.size(), 5U);
    EXPECT_EQ(found[0], "1");
    EXPECT_EQ(found[3], "tty");
    EXPECT_EQ(found[4], "outside") << "the session's leader has no number in the jail: getsid(2)";
}

TEST_P(Terminal, NoneIsNone) {
    const auto found = on_terminal("process { terminal none }\nfiles { device tty }");
    ASSERT_EQ(found.size(), 5U);
    EXPECT_EQ(found[0], "0");
    EXPECT_EQ(found[3], "ENXIO");
}

TEST_P(Terminal, PrivateIsOneOfItsOwn) {
    const auto found = on_terminal("process { terminal private }\nfiles { device tty }");
    ASSERT_EQ(found.size(), 5U);
    EXPECT_EQ(found[0], "1");
    EXPECT_EQ(found[1], "0") << "a pipe stays a pipe";
    EXPECT_EQ(found[3], "tty");
    EXPECT_EQ(found[4], "follows") << "init, in the jail, leads the session";
}

}  // namespace ward::test
