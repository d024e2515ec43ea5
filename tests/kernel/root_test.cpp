// A folder of the host as the root of a jail: an installation of its own, with what is granted on top.
#include "tests/kernel/jail_test.hpp"

namespace ward::test {

class Root : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        for (const char* folder : {"", "/usr", "/usr/bin", "/etc", "/var", "/var/log", "/proc", "/dev", "/run", "/srv"})
            scene().add_folder(root() + folder);
        scene().add_file(root() + "/usr/bin/file_probe", read_file(program("file_probe")), 0755);
        scene().add_file(root() + "/usr/bin/probe", read_file(program("probe")), 0755);
        scene().add_file(root() + "/etc/name", "inner");
        scene().add_file(root() + "/etc/shadow", "secret");
        scene().add_file(root() + "/proc/fake", "not the kernel's");
        scene().add_link(root() + "/bin", "usr/bin");
        scene().add_link(root() + "/var/run", "/run");
        scene().add_file(scene().work() + "/data", "data of the host");
        scene().add_folder(scene().work() + "/log");
        make_place_of_programs();
    }

    [[nodiscard]] std::string root() { return scene().work() + "/installation"; }
    // As a program of the installation, which is not where it is on the host.
    [[nodiscard]] std::string probe(const std::string& statements, const std::vector<std::string>& words) {
        std::vector<std::string> all = {"/bin/file_probe"};
        all.insert(all.end(), words.begin(), words.end());
        return seen("files { root $work/installation\n" + statements + " }", all);
    }
    // What every policy of these tests grants is a folder of the host: it needs a place in the root.
    void make_place_of_programs() {
        const std::string path = program("x");
        for (auto end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1))
            scene().add_folder(root() + path.substr(0, end));
    }
};
WARD_AS_BOTH_USERS(Root);

TEST_P(Root, ItsOwnFilesAreThereAndReadOnly) {
    EXPECT_EQ(probe("", {"read", "/etc/name"}), "inner");
    EXPECT_EQ(probe("", {"write", "/etc/name", "x"}), "EROFS");
    EXPECT_EQ(probe("", {"create", "/new"}), "EROFS");
    EXPECT_EQ(jail("files { root $work/installation }", {"/usr/bin/probe", "exit", "3"}).status, 3);
    EXPECT_EQ(probe("", {"read", "/etc/passwd"}), "ENOENT") << "the host's";
    EXPECT_EQ(probe("", {"read", "$outside/secret"}), "ENOENT");
    EXPECT_EQ(probe("", {"target", "/bin"}), "usr/bin");
}

TEST_P(Root, ProcAndDevAreTheJails) {
    EXPECT_EQ(probe("", {"read", "/proc/fake"}), "ENOENT");
    EXPECT_EQ(probe("", {"list", "/dev"}), "fd stderr stdin stdout");
    EXPECT_EQ(probe("device null", {"write", "/dev/null", "x"}), "written");
}

TEST_P(Root, GrantsLieOnTop) {
    EXPECT_EQ(probe("read /srv from $work/data", {"list", "/"}).find("data"), std::string::npos);
    EXPECT_EQ(probe("write /var/log from $work/log", {"create", "/var/log/new"}), "made");
    EXPECT_EQ(read_file(scene().work() + "/log/new"), "");
    EXPECT_EQ(probe("private /run", {"create", "/var/run/pid"}), "made") << "through the root's own link";
    EXPECT_EQ(probe("hide /etc/shadow", {"read", "/etc/shadow"}), "EACCES");
    EXPECT_EQ(probe("overlay /etc; hide /etc/shadow", {"read", "/etc/shadow"}), "EACCES");
    EXPECT_EQ(probe("overlay /etc", {"write", "/etc/name", "x"}), "written");
    EXPECT_EQ(read_file(root() + "/etc/name"), "inner");
}

}  // namespace ward::test
