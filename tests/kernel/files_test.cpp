// What the statements of `files` make of real folders.
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/kernel/jail_test.hpp"

namespace ward::test {

class Files : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (!IsSkipped()) furnish();
    }

    void furnish() {
        const std::string tree = scene().work() + "/tree";
        scene().add_folder(tree);
        scene().add_folder(tree + "/inner");
        scene().add_file(tree + "/file", "text");
        scene().add_file(tree + "/inner/deep", "deep text");
        scene().add_file(tree + "/own", "of the owner alone", 0600);
        scene().add_file(tree + "/program", read_file(program("probe")), 0755);
    }

    // What a word of file_probe says about a path.
    [[nodiscard]] std::string probe(const std::string& policy, const std::string& word, const std::string& path,
                                    const std::string& more = {}) {
        std::vector<std::string> words = {"file_probe", word, path};
        if (!more.empty()) words.push_back(more);
        return seen(policy, words);
    }
};
WARD_AS_BOTH_USERS(Files);

TEST_P(Files, NothingIsThereUnlessGranted) {
    for (const char* path : {"$outside", "$home", "/etc/passwd", "/usr/bin/env", "/root", "/var/log", "/sys"})
        EXPECT_EQ(probe("", "read", path), "ENOENT") << path;
    EXPECT_EQ(probe("", "list", "$work"), "") << "the working folder, if it is not granted";
    EXPECT_EQ(probe("", "create", "$work/new"), "EROFS");
}

TEST_P(Files, ReadReadsAndNothingElse) {
    const std::string policy = "files { read $work/tree }";
    EXPECT_EQ(probe(policy, "read", "$work/tree/file"), "text");
    EXPECT_EQ(probe(policy, "read", "$work/tree/inner/deep"), "deep text");
    EXPECT_EQ(probe(policy, "list", "$work/tree"), "file inner own program");
    EXPECT_EQ(probe(policy, "write", "$work/tree/file", "x"), "EROFS");
    EXPECT_EQ(probe(policy, "create", "$work/tree/new"), "EROFS");
    EXPECT_EQ(probe(policy, "remove", "$work/tree/file"), "EROFS");
    EXPECT_EQ(probe(policy, "execute", "$work/tree/program"), "EACCES");
    EXPECT_EQ(probe(policy, "flags", "$work/tree"), "ro nosuid nodev noexec");
}

TEST_P(Files, ReadOfASingleFile) {
    const std::string policy = "files { read $work/tree/file }";
    EXPECT_EQ(probe(policy, "read", "$work/tree/file"), "text");
    EXPECT_EQ(probe(policy, "write", "$work/tree/file", "x"), "EROFS");
    EXPECT_EQ(probe(policy, "read", "$work/tree/inner/deep"), "ENOENT");
    EXPECT_EQ(probe(policy, "list", "$work/tree"), "file");
}

TEST_P(Files, WriteWritesAndReads) {
    const std::string policy = "files { write $work/tree }";
    EXPECT_EQ(probe(policy, "write", "$work/tree/file", "new text"), "written");
    EXPECT_EQ(read_file(scene().work() + "/tree/file"), "new text");
    EXPECT_EQ(probe(policy, "read", "$work/tree/own"), "of the owner alone");
    EXPECT_EQ(probe(policy, "mkdir", "$work/tree/folder"), "made");
    EXPECT_EQ(probe(policy, "rename", "$work/tree/file", "$work/tree/folder/moved"), "renamed");
    EXPECT_EQ(read_file(scene().work() + "/tree/folder/moved"), "new text");
    EXPECT_EQ(probe(policy, "remove", "$work/tree/inner/deep"), "removed");
    EXPECT_EQ(probe(policy, "flags", "$work/tree"), "nosuid nodev noexec");
    EXPECT_EQ(probe(policy, "execute", "$work/tree/program"), "EACCES");
}

TEST_P(Files, WriteOfASingleFile) {
    const std::string policy = "files { write $work/tree/file }";
    EXPECT_EQ(probe(policy, "write", "$work/tree/file", "new"), "written");
    EXPECT_EQ(read_file(scene().work() + "/tree/file"), "new");
    EXPECT_EQ(probe(policy, "read", "$work/tree/own"), "ENOENT");
}

TEST_P(Files, ExecuteRunsAndReads) {
    const std::string policy = "files { execute $work/tree }";
    EXPECT_EQ(jail(policy, {"file_probe", "execute", "$work/tree/program"}).status, 42);
    EXPECT_EQ(probe(policy, "read", "$work/tree/file"), "text");
    EXPECT_EQ(probe(policy, "write", "$work/tree/file", "x"), "EROFS");
    EXPECT_EQ(probe(policy, "flags", "$work/tree"), "ro nosuid nodev");
}

TEST_P(Files, WriteAndExecuteAddUp) {
    const std::string policy = "files { execute $work/tree; write $work/tree }";
    EXPECT_EQ(jail(policy, {"file_probe", "execute", "$work/tree/program"}).status, 42);
    EXPECT_EQ(probe(policy, "write", "$work/tree/file", "x"), "written");
}

TEST_P(Files, TheMostSpecificPathDecides) {
    const std::string policy = "files { write $work/tree; read $work/tree/inner }";
    EXPECT_EQ(probe(policy, "write", "$work/tree/file", "x"), "written");
    EXPECT_EQ(probe(policy, "write", "$work/tree/inner/deep", "x"), "EROFS");
    const std::string other = "files { read $work/tree; write $work/tree/inner }";
    EXPECT_EQ(probe(other, "write", "$work/tree/file", "x"), "EROFS");
    EXPECT_EQ(probe(other, "write", "$work/tree/inner/deep", "x"), "written");
}

TEST_P(Files, AHiddenFolderAndWhatIsShownBelowIt) {
    const std::string hidden = "files { read $work/tree; hide $work/tree/inner }";
    EXPECT_EQ(probe(hidden, "list", "$work/tree/inner"), "EACCES");
    EXPECT_EQ(probe(hidden, "read", "$work/tree/inner/deep"), "EACCES");
    EXPECT_EQ(probe(hidden, "read", "$work/tree/file"), "text");
}

TEST_P(Files, AHiddenFile) {
    const std::string policy = "files { read $work/tree; hide $work/tree/file }";
    EXPECT_EQ(probe(policy, "read", "$work/tree/file"), "EACCES");
    EXPECT_EQ(probe(policy, "write", "$work/tree/file", "x"), "EROFS");
    EXPECT_EQ(read_file(scene().work() + "/tree/file"), "text");
}

TEST_P(Files, HideBeatsAGrantOfTheSamePath) {
    EXPECT_EQ(probe("files { read $work/tree; hide $work/tree/inner; read $work/tree/inner }", "read",
                    "$work/tree/inner/deep"),
              "EACCES");
}

TEST_P(Files, AProtectedFileIsNeverWritten) {
    const std::string policy = "files { write $work/tree; protect $work/tree/inner }";
    EXPECT_EQ(probe(policy, "read", "$work/tree/inner/deep"), "deep text");
    EXPECT_EQ(probe(policy, "write", "$work/tree/inner/deep", "x"), "EROFS");
    EXPECT_EQ(probe(policy, "create", "$work/tree/inner/new"), "EROFS");
    EXPECT_EQ(probe(policy, "rename", "$work/tree/inner", "$work/tree/other"), "EBUSY");
    EXPECT_EQ(probe("files { protect $work/tree/inner }", "read", "$work/tree/inner/deep"), "ENOENT")
        << "it grants nothing itself";
}

TEST_P(Files, APathThatMayBeMissing) {
    EXPECT_EQ(probe("files { read? $work/nothing, $work/tree }", "read", "$work/tree/file"), "text");
    EXPECT_EQ(jail("files { read $work/nothing }", {"file_probe", "list", "/"}).status, 125);
}

TEST_P(Files, APathFromElsewhere) {
    const std::string policy = "files { read /srv/data from $work/tree }";
    EXPECT_EQ(probe(policy, "read", "/srv/data/inner/deep"), "deep text");
    EXPECT_EQ(probe(policy, "read", "$work/tree/inner/deep"), "ENOENT");
}

TEST_P(Files, APrivateFolderIsEmptyAndForgotten) {
    const std::string policy = "files { private /scratch size 1M mode 1777 }";
    EXPECT_EQ(probe(policy, "list", "/scratch"), "");
    EXPECT_EQ(probe(policy, "create", "/scratch/new"), "made");
    EXPECT_EQ(probe(policy, "list", "/scratch"), "");
    EXPECT_EQ(probe(policy, "mode", "/scratch"), "1777");
    EXPECT_EQ(probe(policy, "size", "/scratch"), std::to_string(1 << 20));
    EXPECT_EQ(probe(policy, "flags", "/scratch"), "nosuid nodev noexec");
    EXPECT_NE(access("/scratch/new", F_OK), 0);
}

TEST_P(Files, APrivateFolderOverAGrantedOne) {
    const std::string policy = "files { read $work/tree; private $work/tree/inner }";
    EXPECT_EQ(probe(policy, "list", "$work/tree/inner"), "");
    EXPECT_EQ(probe(policy, "create", "$work/tree/inner/new"), "made");
    EXPECT_NE(access((scene().work() + "/tree/inner/new").c_str(), F_OK), 0);
}

TEST_P(Files, Devices) {
    const std::string policy = "files { device null, zero, urandom }";
    EXPECT_EQ(probe(policy, "write", "/dev/null", "x"), "written");
    EXPECT_EQ(probe(policy, "read", "/dev/null"), "");
    const std::string listed = probe(policy, "list", "/dev");
    for (const char* name : {"null", "zero", "urandom"}) EXPECT_NE(listed.find(name), std::string::npos) << listed;
    for (const char* name : {"mem", "kmsg", "vda", "full"}) EXPECT_EQ(listed.find(name), std::string::npos) << listed;
    EXPECT_EQ(probe("", "read", "/dev/null"), "ENOENT") << "not granted";
}

TEST_P(Files, LinksAndFilesOfThePolicy) {
    const std::string policy = "files { read $work/tree; link /data -> $work/tree; file /etc/motd \"hello\\n\" }";
    EXPECT_EQ(probe(policy, "target", "/data"), scene().work() + "/tree");
    EXPECT_EQ(probe(policy, "read", "/data/file"), "text");
    EXPECT_EQ(probe(policy, "read", "/etc/motd"), "hello");
    EXPECT_NE(probe(policy, "write", "/etc/motd", "x"), "written");
}

TEST_P(Files, TheRootIsNotWritable) {
    EXPECT_EQ(probe("files { write $work/tree }", "create", "/new"), "EROFS");
    EXPECT_EQ(probe("files { write $work/tree }", "create", "$work/new"), "EROFS");
    EXPECT_EQ(probe("files { write $work/tree }", "mkdir", "/dev/new"), "EROFS");
}

TEST_P(Files, APathThroughASymlink) {
    scene().add_link(scene().work() + "/link", "tree");
    scene().add_link(scene().work() + "/chain", scene().work() + "/link");
    const std::string policy = "files { read $work/chain/inner }";
    EXPECT_EQ(probe(policy, "read", "$work/chain/inner/deep"), "deep text");
    EXPECT_EQ(probe(policy, "read", "$work/tree/inner/deep"), "deep text");
    EXPECT_EQ(probe(policy, "read", "$work/chain/file"), "ENOENT") << "only what was named";
}

TEST_P(Files, ASymlinkThatIsNamedItself) {
    scene().add_link(scene().work() + "/link", "tree/file");
    EXPECT_EQ(probe("files { read $work/link }", "read", "$work/link"), "text");
    EXPECT_EQ(probe("files { read $work/link }", "write", "$work/link", "x"), "EROFS");
}

TEST_P(Files, ASymlinkDoesNotUncoverWhatIsHidden) {
    scene().add_link(scene().work() + "/link", scene().work() + "/tree/inner/deep");
    const std::string policy = "files { read $work/tree; hide $work/tree/inner }\n";
    const Outcome linked = jail(policy + "files { read $work/link }", {"file_probe", "read", "$work/link"});
    EXPECT_EQ(linked.status, 125);
    EXPECT_EQ(linked.out, "");
    EXPECT_NE(linked.err.find("by a link"), std::string::npos) << linked.err;
    EXPECT_EQ(probe(policy + "files { read $work/tree/inner/deep }", "read", "$work/tree/inner/deep"), "deep text")
        << "named itself";
}

TEST_P(Files, NamesWithBlanksAndQuotes) {
    const std::string folder = scene().work() + "/with blank";
    scene().add_folder(folder);
    scene().add_file(folder + "/it's \"quoted\" #1", "odd");
    EXPECT_EQ(probe("files { read \"$work/with blank\" }", "read", "$work/with blank/it's \"quoted\" #1"), "odd");
}

TEST_P(Files, Globs) {
    for (const char* name : {"/a1.txt", "/a2.txt", "/b.txt", "/a3.bin"}) scene().add_file(scene().work() + name, name);
    const std::string policy = "files { read $work/a*.txt }";
    EXPECT_EQ(probe(policy, "list", "$work"), "a1.txt a2.txt");
    EXPECT_EQ(probe(policy, "read", "$work/a1.txt"), "/a1.txt");
    EXPECT_EQ(probe("files { read $work/a?.[bt]* }", "list", "$work"), "a1.txt a2.txt a3.bin");
    EXPECT_EQ(probe("files { read $work/**/deep }", "read", "$work/tree/inner/deep"), "deep text");
    EXPECT_EQ(jail("files { read $work/*.none }", {"file_probe", "list", "/"}).status, 125) << "a glob without a match";
    EXPECT_EQ(probe("files { read? $work/*.none }", "list", "/proc/self/fd").empty(), false);
}

TEST_P(Files, AGlobThatHides) {
    const std::string policy = "files { read $work/tree; hide $work/tree/inn* }";
    EXPECT_EQ(probe(policy, "read", "$work/tree/inner/deep"), "EACCES");
}

TEST_P(Files, TheWorkingFolderByItsName) {
    EXPECT_EQ(probe("files { write $cwd }", "create", "new"), "made");
    EXPECT_EQ(access((scene().work() + "/new").c_str(), F_OK), 0);
}

TEST_P(Files, TheHomeFolderIsNotWritableByAccident) {
    Invocation invocation = jail_invocation("files { write $cwd }", {"file_probe", "create", "new"});
    invocation.folder = scene().home();
    const Outcome outcome = run(invocation);
    EXPECT_EQ(outcome.status, 125) << outcome.out;
    EXPECT_NE(outcome.err.find("help"), std::string::npos) << outcome.err;
    EXPECT_EQ(probe("files { write ~ }", "create", "$home/new"), "made") << "said in words";
}

TEST_P(Files, AnArgumentIsGrantedAndNothingBesideIt) {
    const std::string policy = "files { read $arguments }";
    EXPECT_EQ(probe(policy, "read", "$work/tree/file"), "text");
    EXPECT_EQ(probe(policy, "list", "$work/tree"), "file inner own program");
    EXPECT_EQ(probe(policy, "write", "$work/tree/file", "x"), "EROFS");
}

TEST_P(Files, AnArgumentNeverUncoversWhatIsHidden) {
    const Outcome outcome =
        jail("files { read $arguments; hide $work/tree/inner }", {"file_probe", "read", "$work/tree/inner/deep"});
    EXPECT_NE(outcome.out, "deep text\n");
    EXPECT_NE(outcome.err, "") << "a note says so";
}

// A file system of its own below the granted folder; only root can mount one.
class Submount : public Files {
protected:
    void SetUp() override {
        Files::SetUp();
        if (IsSkipped()) return;
        below_ = scene().work() + "/tree/mounted";
        scene().add_folder(below_);
        ASSERT_EQ(mount("none", below_.c_str(), "tmpfs", 0, "size=1m"), 0);
        scene().add_file(below_ + "/file", "below");
    }

    void TearDown() override {
        if (below_.empty()) return;
        EXPECT_EQ(umount2(below_.c_str(), MNT_DETACH), 0);
    }

    std::string below_;
};
WARD_AS(Submount, Who::root);

TEST_P(Submount, ReadIsRecursive) {
    const std::string policy = "files { read $work/tree }";
    EXPECT_EQ(probe(policy, "read", "$work/tree/mounted/file"), "below");
    EXPECT_EQ(probe(policy, "write", "$work/tree/mounted/file", "x"), "EROFS");
    EXPECT_EQ(probe(policy, "flags", "$work/tree/mounted"), "ro nosuid nodev noexec");
}

TEST_P(Submount, WriteIsRecursive) {
    const std::string policy = "files { write $work/tree }";
    EXPECT_EQ(probe(policy, "write", "$work/tree/mounted/file", "new"), "written");
    EXPECT_EQ(read_file(below_ + "/file"), "new");
}

TEST_P(Submount, HideCoversIt) {
    const std::string policy = "files { read $work/tree; hide $work/tree/mounted }";
    EXPECT_EQ(probe(policy, "read", "$work/tree/mounted/file"), "EACCES");
}

TEST_P(Submount, ATreeWhoseIdsCannotBeMappedIsAnError) {
    ASSERT_EQ(umount2(below_.c_str(), MNT_DETACH), 0);
    ASSERT_EQ(mount("none", below_.c_str(), "proc", 0, nullptr), 0);
    const Outcome outcome = jail("files { write $work/tree }", {"probe", "say", "it runs"});
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find("mounted"), std::string::npos) << "it names the mount: " << outcome.err;
}

}  // namespace ward::test
