#include "sandbox/apparmor_profile.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace ward::sandbox {
namespace {

// The lines of a profile that begin with this word.
std::string lines_with(const std::string& text, const std::string& word) {
    std::string found;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        const std::string line = text.substr(at, end - at);
        if (line.find(word) != std::string::npos) found += line.substr(line.find_first_not_of(' ')) + '\n';
        at = end + 1;
    }
    return found;
}

TEST(ApparmorProfile, WardMayMakeNamespacesAndItsProgramsMayNot) {
    const std::string text = apparmor_profile("/usr/local/bin/ward");
    EXPECT_EQ(lines_with(text, "profile "),
              "profile ward \"/usr/local/bin/ward\" flags=(attach_disconnected,mediate_deleted) {\n"
              "profile ward_program flags=(attach_disconnected,mediate_deleted) {\n");
    EXPECT_EQ(lines_with(text, "userns,"), "allow userns,\naudit deny userns,\n");
    EXPECT_EQ(lines_with(text, "capability,"), "allow capability,\naudit deny capability,\n");
    EXPECT_EQ(lines_with(text, "allow Ux"), "allow Ux /usr/bin/newuidmap,\nallow Ux /usr/bin/newgidmap,\n");
    EXPECT_LT(text.find("allow Ux"), text.find("profile ward_program")) << "for ward alone";
    EXPECT_EQ(lines_with(text, "pix"), "allow pix /** -> &ward//&ward_program,\nallow pix /** -> &ward_program,\n");
}

TEST(ApparmorProfile, APathIsNoPattern) {
    EXPECT_NE(apparmor_profile("/opt/a [1]*/ward").find("profile ward \"/opt/a \\[1\\]\\*/ward\" "), std::string::npos);
}

class Changeable : public testing::Test {
protected:
    void SetUp() override {
        if (geteuid() != 0) GTEST_SKIP() << "only root makes files of root";
        char name[] = "/tmp/ward-apparmor-XXXXXX";
        ASSERT_NE(mkdtemp(name), nullptr);
        folder = name;
        program = folder + "/ward";
        ASSERT_EQ(std::system(("cp /bin/true " + program + " && chmod 755 " + folder + " " + program).c_str()), 0);
    }
    void TearDown() override {
        if (folder.empty()) return;
        ASSERT_EQ(std::system(("rm -r " + folder).c_str()), 0);
    }
    std::string folder, program;
};

TEST_F(Changeable, RootsFileBelowAStickyFolderIsRootsAlone) {
    EXPECT_EQ(changeable_part(program), "");
}

TEST_F(Changeable, AFileThatAnotherUserOwnsOrMayWrite) {
    ASSERT_EQ(chown(program.c_str(), 1234, 0), 0);
    EXPECT_EQ(changeable_part(program), program);
    ASSERT_EQ(chown(program.c_str(), 0, 0), 0);
    ASSERT_EQ(chmod(program.c_str(), 0775), 0);
    EXPECT_EQ(changeable_part(program), program);
}

TEST_F(Changeable, AFolderInWhichOthersCanReplaceIt) {
    ASSERT_EQ(chmod(folder.c_str(), 0777), 0);
    EXPECT_EQ(changeable_part(program), folder);
    ASSERT_EQ(chmod(folder.c_str(), 0755), 0);
    ASSERT_EQ(chown(folder.c_str(), 1234, 0), 0);
    EXPECT_EQ(changeable_part(program), folder);
}

TEST_F(Changeable, AFileThatIsNotThere) {
    EXPECT_EQ(changeable_part(folder + "/none"), folder + "/none");
}

}  // namespace
}  // namespace ward::sandbox
