// Guards of what a grant takes `from` elsewhere: by the host's names, and by those that the program sees.
#include "tests/unit/sandbox/file_view_fixture.hpp"

namespace ward::sandbox {
namespace {

using FileViewElsewhere = FileViewTest;

TEST_F(FileViewElsewhere, AHiddenSecretIsHiddenUnderEveryName) {
    files.folder("/home/u/.ssh");
    rules = {grant_from("read", "/data", "/home/u"), hide("/home/u/.ssh")};
    EXPECT_EQ(view(), "/data r from /home/u\n/data/.ssh hidden folder\n");
}

TEST_F(FileViewElsewhere, AHideMayNameAPathOfTheJail) {
    files.folder("/srv/x/secret");
    rules = {grant_from("read", "/data", "/srv/x"), hide("/data/secret")};
    EXPECT_EQ(view(), "/data r from /srv/x\n/data/secret hidden folder\n");
}

// On the host the pattern matches nothing, or other files.
TEST_F(FileViewElsewhere, APatternOfAHideIsAboutWhatTheProgramSees) {
    files.file("/srv/x/a.key").file("/srv/x/b.key").file("/srv/x/c").file("/data/other.key");
    rules = {grant_from("read", "/data", "/srv/x"), optional(glob(hide("/data/*.key")))};
    EXPECT_EQ(view(), "/data r from /srv/x\n/data/a.key hidden file\n/data/b.key hidden file\n");
    rules = {grant_from("read", "/new/data", "/srv/x"), glob(hide("/*/data/c"))};
    EXPECT_EQ(view(), "/new/data r from /srv/x\n/new/data/c hidden file\n") << "the host has no /new";
}

// Its path is one of the jail, which the host resolves otherwise.
TEST_F(FileViewElsewhere, AHideFollowsALinkAsTheProgramWould) {
    files.file("/srv/x/real").link("/srv/x/secret", "/data/real").file("/data/real");
    rules = {grant_from("read", "/data", "/srv/x"), optional(hide("/data/secret"))};
    EXPECT_EQ(view(), "/data r from /srv/x\n/data/real hidden file\n");
    rules = {grant_from("read", "/data", "/srv/x"), hide("/data/sekret")};
    EXPECT_EQ(view(),
              "error[path-not-found]: `/data/sekret` does not exist on this host\n"
              "  note: a missing path is an error, because a misspelt one would guard nothing\n"
              "  help: an entry with a similar name exists: `/data/secret`\n"
              "  help: if the path is optional, write `hide? /data/sekret`\n");
}

}  // namespace
}  // namespace ward::sandbox
