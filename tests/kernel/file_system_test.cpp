// Every word of `files` on file systems of different kinds, with files of other owners and setgid folders: who
// owns on the host what is made inside, and what stays out of reach.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/kernel/jail_test.hpp"

namespace ward::test {

namespace {

constexpr uid_t foreign_id = 4711;  // neither the caller nor root
constexpr gid_t shared_group = 4712;

void chown_or_fail(const std::string& path, uid_t user, gid_t group) {
    ASSERT_EQ(lchown(path.c_str(), user, group), 0) << path;
}

struct stat status_of(const std::string& path) {
    struct stat found {};
    EXPECT_EQ(lstat(path.c_str(), &found), 0) << path;
    return found;
}

}  // namespace

// A new file system at $work/disk, of one kind after the other.
class OnDisk : public JailTest {
protected:
    void SetUp() override {
        JailTest::SetUp();
        if (IsSkipped()) return;
        if (geteuid() != 0) GTEST_SKIP() << "only root can mount a file system: run the suite as root";
        ASSERT_TRUE(enter_private_mounts());
    }

    // `test` runs once for each kind, with a tree furnished for it.
    void on_each(const std::function<void(const std::string& kind)>& test) {
        for (const std::string kind : {"ext4", "tmpfs", "overlay"}) {
            SCOPED_TRACE(kind);
            if (!mount_new(kind)) {
                std::printf("without %s, which cannot be mounted here: %s\n", kind.c_str(), strerrordesc_np(errno));
                std::filesystem::remove_all(disk());
                continue;
            }
            furnish();
            test(kind);
            EXPECT_EQ(umount2(disk().c_str(), MNT_DETACH), 0);
            std::filesystem::remove_all(disk());
        }
    }

    [[nodiscard]] std::string disk() { return scene().work() + "/disk"; }
    [[nodiscard]] std::string probe(const std::string& policy, const std::vector<std::string>& words) {
        std::vector<std::string> all = {"file_probe"};
        all.insert(all.end(), words.begin(), words.end());
        return seen(policy, all);
    }
    // Root's jail maps the ids of what may be written, which overlayfs cannot (mount_setattr(2)).
    [[nodiscard]] bool cannot_be_written(const std::string& kind) { return as_root() && kind == "overlay"; }

    void expect_owner(const std::string& path, uid_t user, gid_t group) {
        const struct stat found = status_of(disk() + path);
        EXPECT_EQ(found.st_uid, user) << path;
        EXPECT_EQ(found.st_gid, group) << path;
        EXPECT_EQ(found.st_mode & (S_ISUID | (S_ISDIR(found.st_mode) ? 0U : S_ISGID)), 0U) << path;
    }

    uid_t owner_ = 0;  // of the scene
    gid_t group_ = 0;

private:
    bool mount_new(const std::string& kind) {
        scene().add_folder(disk());
        if (kind == "tmpfs") return mount("none", disk().c_str(), "tmpfs", 0, "size=8m") == 0;
        if (kind == "ext4") return mount_image();
        const std::string layers = scene().folder() + "/layers";
        std::filesystem::remove_all(layers);
        for (const char* name : {"", "/lower", "/upper", "/work"}) std::filesystem::create_directory(layers + name);
        const std::string options =
            "lowerdir=" + layers + "/lower,upperdir=" + layers + "/upper,workdir=" + layers + "/work";
        return mount("none", disk().c_str(), "overlay", 0, options.c_str()) == 0;
    }

    bool mount_image() {
        const std::string image = scene().folder() + "/image";
        write_file(image, "");
        errno = ENODEV;
        if (truncate(image.c_str(), 8 << 20) != 0) return false;
        const auto succeeds = [&](const std::vector<std::string>& words) {
            Invocation invocation = scene().plain(words);
            invocation.user = {"root", 0, 0};
            return run(invocation).status == 0;
        };
        return succeeds({"/usr/sbin/mke2fs", "-q", "-t", "ext4", image}) &&
               succeeds({"/usr/bin/mount", "-o", "loop", image, disk()});
    }

    void furnish() {
        const struct stat work = status_of(scene().work());
        owner_ = work.st_uid;
        group_ = work.st_gid;
        chown_or_fail(disk(), owner_, group_);
        ASSERT_EQ(chmod(disk().c_str(), 0755), 0);
        scene().add_file(disk() + "/own", "own");
        scene().add_file(disk() + "/secret", "secret", 0600);
        scene().add_file(disk() + "/program", read_file(program("probe")), 0755);
        scene().add_folder(disk() + "/inner");
        scene().add_file(disk() + "/inner/deep", "deep");
        scene().add_file(disk() + "/theirs", "theirs");
        chown_or_fail(disk() + "/theirs", foreign_id, foreign_id);
        scene().add_file(disk() + "/theirs-alone", "theirs alone", 0600);
        chown_or_fail(disk() + "/theirs-alone", foreign_id, foreign_id);
        scene().add_folder(disk() + "/shared");
        chown_or_fail(disk() + "/shared", owner_, shared_group);
        ASSERT_EQ(chmod((disk() + "/shared").c_str(), 02777), 0);
    }
};
WARD_AS_BOTH_USERS(OnDisk);

// Root's jail in a folder of another user's.
class ForAUser : public OnDisk {
protected:
    void SetUp() override {
        OnDisk::SetUp();
        if (!IsSkipped()) use_scene(std::make_unique<Scene>(user(Who::root), user(Who::ordinary)));
    }
};
WARD_AS(ForAUser, Who::root);

TEST_P(OnDisk, WhatIsMadeBelongsToTheOwnerOfTheWorkingFolder) {
    on_each([&](const std::string& kind) {
        const std::string policy = "files { write $work/disk }";
        if (cannot_be_written(kind)) {
            const Outcome outcome = jail(policy, {"probe", "exit", "0"});
            EXPECT_EQ(outcome.status, 125);
            EXPECT_NE(outcome.err.find("is of type `overlay`"), std::string::npos) << outcome.err;
            return;
        }
        EXPECT_EQ(probe(policy, {"create", "$work/disk/made"}), "made");
        EXPECT_EQ(probe(policy, {"mkdir", "$work/disk/folder"}), "made");
        EXPECT_EQ(probe(policy, {"create", "$work/disk/shared/made"}), "made");
        EXPECT_EQ(probe(policy, {"mkdir", "$work/disk/shared/folder"}), "made");
        EXPECT_EQ(probe(policy, {"link", "$work/disk/own", "$work/disk/inner/link"}), "made");
        expect_owner("/made", owner_, group_);
        expect_owner("/folder", owner_, group_);
        expect_owner("/shared/made", owner_, shared_group);
        expect_owner("/shared/folder", owner_, shared_group);
        expect_owner("/inner/link", owner_, group_);
    });
}

TEST_P(ForAUser, NothingBelongsToTheHostsRoot) {
    on_each([&](const std::string& kind) {
        if (cannot_be_written(kind)) return;
        const std::string policy = "files { write $work/disk }";
        EXPECT_EQ(probe(policy, {"create", "$work/disk/made"}), "made");
        EXPECT_EQ(probe(policy, {"create", "$work/disk/shared/made"}), "made");
        EXPECT_EQ(probe(policy, {"chown", "$work/disk/own", "0"}), "EPERM");
        expect_owner("/made", user(Who::ordinary).uid, user(Who::ordinary).gid);
        expect_owner("/shared/made", user(Who::ordinary).uid, shared_group);
        expect_owner("/own", user(Who::ordinary).uid, user(Who::ordinary).gid);
        scene().add_file(disk() + "/roots", "root's", 0644);
        ASSERT_EQ(chown((disk() + "/roots").c_str(), 0, 0), 0);
        EXPECT_EQ(probe(policy, {"write", "$work/disk/roots", "x"}), "EACCES");
    });
}

TEST_P(OnDisk, FilesOfOthersStayTheirs) {
    on_each([&](const std::string& kind) {
        for (const std::string word : {"read", "write", "execute"}) {
            if (word == "write" && cannot_be_written(kind)) continue;
            const std::string policy = "files { " + word + " $work/disk }";
            EXPECT_EQ(probe(policy, {"read", "$work/disk/theirs"}), "theirs") << word;
            EXPECT_EQ(probe(policy, {"read", "$work/disk/theirs-alone"}), "EACCES") << word;
            EXPECT_EQ(probe(policy, {"write", "$work/disk/theirs", "x"}), word == "write" ? "EACCES" : "EROFS") << word;
            EXPECT_EQ(probe(policy, {"chmod", "$work/disk/theirs", "0666"}), word == "write" ? "EPERM" : "EROFS");
        }
        EXPECT_EQ(read_file(disk() + "/theirs"), "theirs");
    });
}

// decisions.md: `read` gives root's jail what everybody may read, and `read FILE` that file.
TEST_P(OnDisk, AFileForItsOwnerAloneIsReadWhereItIsNamedOrWritable) {
    on_each([&](const std::string& kind) {
        EXPECT_EQ(probe("files { read $work/disk }", {"read", "$work/disk/secret"}), as_root() ? "EACCES" : "secret");
        if (cannot_be_written(kind)) return;
        EXPECT_EQ(probe("files { read $work/disk/secret }", {"read", "$work/disk/secret"}), "secret");
        EXPECT_EQ(probe("files { write $work/disk }", {"read", "$work/disk/secret"}), "secret");
    });
}

TEST_P(OnDisk, NoFileGetsOrKeepsASetIdBit) {
    on_each([&](const std::string& kind) {
        if (cannot_be_written(kind)) return;
        const std::string policy = "files { write $work/disk }";
        const std::string path = disk() + "/program";
        for (const char* mode : {"4755", "2755", "6755"})
            EXPECT_EQ(probe(policy, {"chmod", "$work/disk/program", mode}), "EPERM") << mode;
        EXPECT_EQ(status_of(path).st_mode & 07777U, 0755U);
        ASSERT_EQ(chmod(path.c_str(), 06755), 0);
        EXPECT_EQ(probe(policy, {"write", "$work/disk/program", "new"}), "written");
        EXPECT_EQ(status_of(path).st_mode & 07777U, 0755U) << "the kernel takes them from what is written";
    });
}

TEST_P(OnDisk, AnExecutedFileGainsNothing) {
    on_each([&](const std::string&) {
        ASSERT_EQ(chmod((disk() + "/program").c_str(), 06755), 0);
        const std::string policy = "files { execute $work/disk }";
        EXPECT_EQ(jail(policy, {"file_probe", "execute", "$work/disk/program"}).status, 42);
        EXPECT_EQ(seen(policy, {"$work/disk/program", "ids"}), seen("", {"probe", "ids"})) << "nosuid";
    });
}

TEST_P(OnDisk, HiddenPrivateAndProtected) {
    on_each([&](const std::string& kind) {
        const std::string tree = "files { read $work/disk; ";
        EXPECT_EQ(probe(tree + "hide $work/disk/inner }", {"read", "$work/disk/inner/deep"}), "EACCES");
        EXPECT_EQ(probe(tree + "hide $work/disk/inner }", {"list", "$work/disk/inner"}), "EACCES");
        EXPECT_EQ(probe(tree + "hide $work/disk/own }", {"read", "$work/disk/own"}), "EACCES");
        EXPECT_EQ(probe(tree + "private $work/disk/inner }", {"create", "$work/disk/inner/made"}), "made");
        EXPECT_NE(access((disk() + "/inner/made").c_str(), F_OK), 0);
        if (cannot_be_written(kind)) return;
        const std::string guarded = "files { write $work/disk; protect $work/disk/inner }";
        EXPECT_EQ(probe(guarded, {"write", "$work/disk/inner/deep", "x"}), "EROFS");
        EXPECT_EQ(probe(guarded, {"chmod", "$work/disk/inner", "0777"}), "EROFS");
        EXPECT_EQ(probe(guarded, {"rename", "$work/disk/inner", "$work/disk/other"}), "EBUSY");
        expect_owner("/inner", owner_, group_);
    });
}

TEST_P(OnDisk, ALayerBelongsToTheOwnerOfTheWorkingFolder) {
    on_each([&](const std::string& kind) {
        if (kind == "overlay") return;  // overlayfs(5): not over another one with an upper layer
        EXPECT_EQ(probe("files { overlay $work/disk }", {"create", "$work/disk/inner/made"}), "made");
        EXPECT_EQ(probe("files { overlay $work/disk }", {"write", "$work/disk/theirs", "x"}), "EACCES");
        EXPECT_NE(access((disk() + "/inner/made").c_str(), F_OK), 0);
        const std::string layer = disk() + "-layer";
        std::filesystem::remove_all(layer);
        scene().add_folder(layer, 0700);
        const std::string policy = "files { overlay $work/disk into $work/disk-layer }";
        EXPECT_EQ(probe(policy, {"create", "$work/disk/inner/made"}), "made");
        expect_owner("-layer/upper/inner/made", owner_, group_);
        // overlayfs(5) copies a folder with its owners, and a user's jail has no id for this group.
        EXPECT_EQ(probe(policy, {"create", "$work/disk/shared/made"}), as_root() ? "made" : "EOVERFLOW");
        if (as_root()) expect_owner("-layer/upper/shared/made", owner_, shared_group);
    });
}

}  // namespace ward::test
