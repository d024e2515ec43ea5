// Folders that the program changes in a layer of its own.
#include <sys/mount.h>
#include <sys/stat.h>

#include "tests/kernel/jail_test.hpp"

namespace ward::test {

class Overlay : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        scene().add_folder(tree());
        scene().add_folder(tree() + "/inner");
        scene().add_file(tree() + "/file", "text");
        scene().add_file(tree() + "/inner/deep", "deep text");
    }

    [[nodiscard]] std::string tree() { return scene().work() + "/tree"; }
    [[nodiscard]] std::string probe(const std::string& policy, const std::vector<std::string>& words) {
        std::vector<std::string> all = {"file_probe"};
        all.insert(all.end(), words.begin(), words.end());
        return seen(policy, all);
    }
};
WARD_AS_BOTH_USERS(Overlay);

TEST_P(Overlay, WhatIsWrittenDoesNotReachTheHost) {
    const std::string policy = "files { overlay $work/tree }";
    EXPECT_EQ(probe(policy, {"read", "$work/tree/file"}), "text");
    EXPECT_EQ(probe(policy, {"write", "$work/tree/file", "new"}), "written");
    EXPECT_EQ(probe(policy, {"create", "$work/tree/inner/new"}), "made");
    EXPECT_EQ(probe(policy, {"remove", "$work/tree/inner/deep"}), "removed");
    EXPECT_EQ(read_file(tree() + "/file"), "text");
    EXPECT_EQ(read_file(tree() + "/inner/deep"), "deep text");
    EXPECT_EQ(probe(policy, {"list", "$work/tree/inner"}), "deep") << "and nothing is kept";
    EXPECT_EQ(probe(policy, {"flags", "$work/tree"}), "nosuid nodev noexec");
}

TEST_P(Overlay, ALayerIsKept) {
    scene().add_folder(scene().work() + "/layer", 0700);
    const std::string policy = "files { overlay $work/tree into $work/layer }";
    EXPECT_EQ(probe(policy, {"write", "$work/tree/file", "new"}), "written");
    EXPECT_EQ(probe(policy, {"create", "$work/tree/inner/new"}), "made");
    EXPECT_EQ(probe(policy, {"read", "$work/tree/file"}), "new") << "the next jail finds it";
    EXPECT_EQ(probe(policy, {"list", "$work/tree/inner"}), "deep new");
    EXPECT_EQ(read_file(tree() + "/file"), "text");
    EXPECT_EQ(read_file(scene().work() + "/layer/upper/file"), "new");
    struct stat found {};
    ASSERT_EQ(stat((scene().work() + "/layer/upper/inner/new").c_str(), &found), 0);
    EXPECT_EQ(found.st_uid, scene().user().uid) << "on the host it belongs to the caller";
}

TEST_P(Overlay, AFileInItIsHiddenAndGuarded) {
    const std::string policy = "files { overlay $work/tree; hide $work/tree/file; protect $work/tree/inner }";
    EXPECT_EQ(probe(policy, {"read", "$work/tree/file"}), "EACCES");
    EXPECT_EQ(probe(policy, {"remove", "$work/tree/file"}), "EBUSY");
    EXPECT_EQ(probe(policy, {"write", "$work/tree/inner/deep", "x"}), "EROFS");
    EXPECT_EQ(probe(policy, {"rename", "$work/tree/inner", "$work/tree/other"}), "EBUSY");
    EXPECT_EQ(probe(policy, {"create", "$work/tree/new"}), "made");
}

TEST_P(Overlay, AFolderOfAnotherUserKeepsNothing) {
    const Outcome outcome =
        jail("files { overlay $work/tree into " + std::string(as_root() ? "$work/layer" : "/usr") + " }",
             {"probe", "exit", "0"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.out, "");
}

class OverlayOfRoot : public Overlay {};
WARD_AS(OverlayOfRoot, Who::root);

TEST_P(OverlayOfRoot, AMountBelowItIsAnError) {
    ASSERT_EQ(mount("none", (tree() + "/inner").c_str(), "tmpfs", 0, nullptr), 0);
    const Outcome outcome = jail("files { overlay $work/tree }", {"probe", "exit", "0"});
    EXPECT_EQ(umount((tree() + "/inner").c_str()), 0);
    EXPECT_EQ(outcome.status, 125);
    EXPECT_NE(outcome.err.find("/inner`, which is mounted below it"), std::string::npos) << outcome.err;
}

}  // namespace ward::test
