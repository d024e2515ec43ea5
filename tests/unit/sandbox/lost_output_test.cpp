// Which arguments are taken for files that the program is to make, and would lose.
#include "sandbox/lost_output.hpp"

#include "tests/unit/sandbox/plan_fixture.hpp"

namespace ward::sandbox {
namespace {

class LostOutputs : public PlanFor {
protected:
    LostOutputs() { files.folder("/tmp", 01777).file("/tmp/there").folder("/srv/out"); }

    // "/tmp/x gone in /tmp"
    std::string lost(std::vector<std::string> words, const std::string& granted = "private /tmp") {
        words.insert(words.begin(), "prog");
        command.arguments = words;
        const auto made = plan("policy web\nfiles { execute /usr; " + granted + " }\n");
        if (!made) return errors();
        std::string text;
        for (const LostOutput& each : made->lost)
            text += each.path + (each.is_private ? " gone in " : " refused in ") + each.folder + '\n';
        return text;
    }
};

TEST_F(LostOutputs, WhatIsInAPrivateFolderIsGone) {
    EXPECT_EQ(lost({"/tmp/out.pdf"}), "/tmp/out.pdf gone in /tmp\n");
    EXPECT_EQ(lost({"--output=/tmp/out.pdf"}), "/tmp/out.pdf gone in /tmp\n");
    EXPECT_EQ(lost({"-o/tmp/out.pdf"}), "/tmp/out.pdf gone in /tmp\n");
    EXPECT_EQ(lost({"-o", "/tmp/out.pdf"}), "/tmp/out.pdf gone in /tmp\n");
}

TEST_F(LostOutputs, WhatTheJailDoesNotGrantIsRefused) {
    EXPECT_EQ(lost({"/srv/out/a.png"}), "/srv/out/a.png refused in /srv/out\n");
    EXPECT_EQ(lost({"sub/a.png"}), "sub/a.png refused in /home/u/work/sub\n");
    EXPECT_EQ(lost({"sub/a.png"}, "read /home/u/work"), "sub/a.png refused in /home/u/work/sub\n");
    EXPECT_EQ(lost({"-o", "a.png"}), "a.png refused in /home/u/work\n");
    EXPECT_EQ(lost({"--output=a"}), "a refused in /home/u/work\n");
}

TEST_F(LostOutputs, WhatIsGrantedIsNoneOfThem) {
    EXPECT_EQ(lost({"sub/a.png", "-o", "a.png"}, "write /home/u/work"), "");
    EXPECT_EQ(lost({"/tmp/out.pdf"}, "write /tmp"), "");
}

TEST_F(LostOutputs, OtherWordsAreNone) {
    EXPECT_EQ(lost({"/tmp/there", "in.txt", "/usr/share/data/a"}), "") << "files that are read";
    EXPECT_EQ(lost({"https://tmp/x", "http://a.org/b"}), "");
    EXPECT_EQ(lost({"s/in/out/", "/pattern", "a/b", "/no/such/folder/x"}), "") << "no folder of the host";
    EXPECT_EQ(lost({"build", "example.org", "v1.2", "-x", "--flag", "--level=3", "--"}), "");
    EXPECT_EQ(lost({"-o", "pattern", "-o", "-", "-o", ".*", "-o"}), "") << "`grep -o`";
    EXPECT_EQ(lost({"print('/tmp')", "echo >/tmp/x && rm -r /tmp/x/y", "/tmp/", "/tmp"}), "");
}

}  // namespace
}  // namespace ward::sandbox
