// Places that are not plain: links of the host on the way, private folders that fill up, masks, and an
// installation that is more than an example.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/kernel/jail_test.hpp"

namespace ward::test {

class Places : public JailTest {
protected:
    [[nodiscard]] std::string probe(const std::string& policy, const std::vector<std::string>& words) {
        std::vector<std::string> all = {"file_probe"};
        all.insert(all.end(), words.begin(), words.end());
        return seen(policy, all);
    }
};
WARD_AS_BOTH_USERS(Places);

// What Debian has as links: each leads inside where it leads outside.
TEST_P(Places, LinksOfTheHostAreMadeAgain) {
    unsigned found = 0;
    for (const std::string link : {"/bin", "/sbin", "/lib", "/lib64", "/etc/localtime", "/etc/resolv.conf"}) {
        std::error_code error;
        const std::string target = std::filesystem::read_symlink(link, error);
        if (error || access(link.c_str(), R_OK) != 0) continue;
        ++found;
        EXPECT_EQ(probe("files { execute " + link + " }", {"target", link}), target) << link;
    }
    EXPECT_GT(found, 0U);
}

TEST_P(Places, APrivateFolderBehindALink) {
    scene().add_folder(scene().work() + "/run");
    scene().add_folder(scene().work() + "/var");
    scene().add_link(scene().work() + "/var/run", "../run");
    const std::string policy = "files { private $work/var/run }";
    EXPECT_EQ(probe(policy, {"target", "$work/var/run"}), "../run");
    EXPECT_EQ(probe(policy, {"create", "$work/var/run/pid"}), "made");
    EXPECT_EQ(probe(policy, {"create", "$work/run/pid"}), "made") << "the same folder";
    EXPECT_NE(access((scene().work() + "/run/pid").c_str(), F_OK), 0);
    EXPECT_EQ(probe("files { private /var/run }", {"create", "/var/run/pid"}), "made") << "the host's own";
}

// As /etc/resolv.conf is where a service writes it.
TEST_P(Places, AFileBehindALink) {
    scene().add_folder(scene().work() + "/etc");
    scene().add_folder(scene().work() + "/run");
    scene().add_file(scene().work() + "/run/resolv.conf", "nameserver 192.0.2.1");
    scene().add_file(scene().work() + "/run/other", "not granted");
    scene().add_link(scene().work() + "/etc/resolv.conf", "../run/resolv.conf");
    const std::string policy = "files { read $work/etc/resolv.conf }";
    EXPECT_EQ(probe(policy, {"read", "$work/etc/resolv.conf"}), "nameserver 192.0.2.1");
    EXPECT_EQ(probe(policy, {"read", "$work/run/other"}), "ENOENT");
    EXPECT_EQ(probe(policy, {"list", "$work/etc"}), "resolv.conf");
}

TEST_P(Places, NamesWithLineEndsAndOtherAlphabets) {
    const std::string folder = scene().work() + "/line\nend \xd0\xb6\xe5\xad\x97";
    scene().add_folder(folder);
    scene().add_file(folder + "/tab\there", "odd");
    EXPECT_EQ(probe("files { read \"$work/line\\nend \xd0\xb6\xe5\xad\x97\" }", {"read", folder + "/tab\there"}),
              "odd");
    EXPECT_EQ(probe("files { write \"$work/line\\nend \xd0\xb6\xe5\xad\x97/tab\\there\" }",
                    {"write", folder + "/tab\there", "x"}),
              "written");
}

TEST_P(Places, APrivateFolderHasOnlySoManyFiles) {
    const auto found = words_of(probe("files { private /scratch size 64K }", {"make-many", "/scratch"}));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[1], "ENOSPC");
    EXPECT_LE(std::stoi(found[0]), 64 / 4 + 16);
    const auto more = words_of(probe("files { private /scratch size 1M }", {"make-many", "/scratch"}));
    ASSERT_EQ(more.size(), 2U);
    EXPECT_GT(std::stoi(more[0]), 200) << "one for each page of its size";
}

TEST_P(Places, AMaskCannotBeTakenOff) {
    scene().add_folder(scene().work() + "/tree");
    scene().add_folder(scene().work() + "/tree/hidden");
    scene().add_file(scene().work() + "/tree/hidden/file", "text");
    scene().add_file(scene().work() + "/tree/file", "text");
    for (const std::string word : {"read", "write"}) {
        const std::string policy = "files { " + word + " $work/tree; hide $work/tree/hidden }";
        EXPECT_EQ(probe(policy, {"list", "$work/tree/hidden"}), "EACCES");
        EXPECT_EQ(probe(policy, {"mode", "$work/tree/hidden"}), "0");
        EXPECT_EQ(probe(policy, {"chmod", "$work/tree/hidden", "0777"}), "EROFS");
        EXPECT_EQ(probe(policy, {"create", "$work/tree/hidden/new"}), "EACCES");
        EXPECT_NE(probe(policy, {"rename", "$work/tree/hidden", "$work/tree/other"}), "renamed");
    }
    const std::string policy = "files { read $work/tree; hide $work/tree/file }";
    EXPECT_EQ(probe(policy, {"mode", "$work/tree/file"}), "0");
    EXPECT_EQ(probe(policy, {"chmod", "$work/tree/file", "0777"}), "EROFS");
}

TEST_P(Places, DevicesHaveOnlyTheNamedOnes) {
    EXPECT_EQ(probe("files { device null, full }", {"list", "/dev"}), "fd full null stderr stdin stdout");
    EXPECT_EQ(jail("files { device no-such-device }", {"probe", "exit", "0"}).status, 125);
    EXPECT_EQ(jail("files { read /dev/zero }", {"probe", "exit", "0"}).status, 125) << "a device is not a file";
}

// An installation of its own: busybox with its links, as one would make it by hand.
class Installation : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        const std::string busybox = "/usr/bin/busybox";
        if (access(busybox.c_str(), X_OK) != 0) GTEST_SKIP() << busybox << " is missing: install busybox-static";
        for (const char* folder :
             {"", "/usr", "/usr/bin", "/etc", "/tmp", "/run", "/var", "/var/log", "/proc", "/dev", "/srv"})
            scene().add_folder(root() + folder);
        scene().add_file(root() + "/usr/bin/busybox", read_file(busybox), 0755);
        for (const char* name : {"sh", "ls", "cat", "id", "mount", "touch", "ps", "wc", "grep"})
            scene().add_link(root() + "/usr/bin/" + name, "busybox");
        scene().add_link(root() + "/bin", "usr/bin");
        scene().add_link(root() + "/var/run", "/run");
        scene().add_file(root() + "/etc/passwd", "root:x:0:0::/:/bin/sh\n");
        scene().add_file(root() + "/etc/os-release", "ID=small\n");
    }

    [[nodiscard]] std::string root() { return scene().work() + "/installation"; }

    [[nodiscard]] std::string shell(const std::string& statements, const std::string& script) {
        // No `use`: what other policies grant are folders of the host.
        const std::string policy =
            "files { root $work/installation\n" + statements +
            " }\nsyscalls { allow @default, @basic-io, @file-system, @io-event, @process, @signal, @ipc"
            ", ioctl, uname, sysinfo }\n";
        const Outcome outcome = run(scene().jailed(policy, {"/bin/sh", "-c", script}));
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        return trimmed(outcome.out);
    }
};
WARD_AS_BOTH_USERS(Installation);

TEST_P(Installation, ItsOwnProgramsRunAndTheHostIsNotThere) {
    EXPECT_EQ(shell("", "cat /etc/os-release; ls /bin/ | wc -l"), "ID=small\n10");
    EXPECT_EQ(shell("", "test -e /usr/bin/env || test -e $HOME/x || echo nothing of the host"), "nothing of the host");
    EXPECT_EQ(shell("", "touch /etc/new 2>/dev/null || echo read-only"), "read-only");
}

TEST_P(Installation, WithFoldersToWriteInto) {
    scene().add_folder(scene().work() + "/log");
    const std::string statements = "private /tmp, /run; overlay /etc; write /var/log from $work/log";
    EXPECT_EQ(shell(statements,
                    "echo a >/tmp/x; echo b >/var/run/x; echo c >/etc/os-release; echo d >/var/log/x; "
                    "cat /tmp/x /run/x /etc/os-release /var/log/x"),
              "a\nb\nc\nd");
    EXPECT_EQ(read_file(scene().work() + "/log/x"), "d\n");
    EXPECT_EQ(read_file(root() + "/etc/os-release"), "ID=small\n");
}

}  // namespace ward::test
