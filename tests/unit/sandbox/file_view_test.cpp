// The file view of stated rules on a stated host.
#include <cerrno>

#include "tests/unit/sandbox/file_view_fixture.hpp"

namespace ward::sandbox {
namespace {

TEST_F(FileViewTest, GrantsAddUpAtOnePath) {
    files.folder("/srv/a");
    rules = {grant("write", "/srv/a"), grant("execute", "/srv/a")};
    EXPECT_EQ(view(), "/srv/a wx\n");
}

TEST_F(FileViewTest, TheMostSpecificPathDecides) {
    files.folder("/srv/a/b");
    rules = {grant("execute", "/srv"), grant("read", "/srv/a"), grant("write", "/srv/a/b")};
    EXPECT_EQ(view(), "/srv x\n/srv/a r\n/srv/a/b w\n");
}

TEST_F(FileViewTest, ANestedGrantWithoutEffectIsDropped) {
    files.file("/srv/a/b");
    rules = {grant("read", "/srv"), grant("read", "/srv/a/b")};
    EXPECT_EQ(view(), "/srv r\n");
}

TEST_F(FileViewTest, LinksOnTheWayAreMadeAgain) {
    files.file("/usr/lib64/ld.so").link("/lib64", "usr/lib64");
    rules = {grant("execute", "/lib64/ld.so")};
    EXPECT_EQ(view(), "/lib64 -> usr/lib64\n/usr/lib64/ld.so x\n");
}

TEST_F(FileViewTest, LinksOfADroppedGrantAreStillMade) {
    files.file("/usr/lib64/ld.so").link("/lib64", "usr/lib64");
    rules = {grant("execute", "/lib64/ld.so"), grant("execute", "/usr")};
    EXPECT_EQ(view(), "/lib64 -> usr/lib64\n/usr x\n");
}

TEST_F(FileViewTest, LinksInsideATreeComeWithIt) {
    files.file("/usr/bin/mawk").link("/usr/bin/awk", "mawk");
    rules = {grant("read", "/usr"), grant("execute", "/usr/bin/awk")};
    EXPECT_EQ(view(), "/usr r\n/usr/bin/mawk x\n");
}

TEST_F(FileViewTest, LinksOfTheProgramAreMadeWhereItIsGranted) {
    files.program("/usr/bin/mawk").link("/bin", "usr/bin");
    rules = {grant("execute", "/usr/bin/mawk")};
    program = "/bin/mawk";
    EXPECT_EQ(view(), "/bin -> usr/bin\n/usr/bin/mawk x\n");
}

TEST_F(FileViewTest, AProgramThatIsNotGrantedGetsNoLinks) {
    files.program("/usr/bin/mawk").link("/bin", "usr/bin");
    rules = {grant("read", "/usr/bin/mawk")};
    program = "/bin/other";
    EXPECT_EQ(view(), "/usr/bin/mawk r\n");
}

TEST_F(FileViewTest, AHiddenFileInSomethingWritableIsHiddenAsFarAsPossibleIfItSaysSo) {
    files.file("/home/u/.npmrc");
    rules = {grant("write", "/home/u"), optional(hide("/home/u/.npmrc"))};
    EXPECT_EQ(view(), "/home/u w\n/home/u/.npmrc hidden file\n");
    EXPECT_EQ(result->notes, std::vector<std::string>{
                                 "hidden until a program outside replaces them, as editors do: `/home/u/.npmrc`"});
}

TEST_F(FileViewTest, OptionalPathsMayBeMissing) {
    rules = {optional(grant("read", "/none")), optional(hide("/none2")), optional(protect("/none3"))};
    EXPECT_EQ(view(), "");
}

// After a chmod(2) of its own folder the program could read what nobody has hidden.
TEST_F(FileViewTest, AnOptionalGuardThatNobodyCanLookAtIsAnErrorInWhatIsGranted) {
    files.folder("/home/u/locked").unreachable("/home/u/locked/key", EACCES);
    rules = {grant("write", "/home/u"), optional(hide("/home/u/locked/key"))};
    EXPECT_EQ(view(),
              "error[path-not-found]: `/home/u/locked/key` cannot be reached: Permission denied\n"
              "  note: `?` leaves out what is not there; whether this is there, nobody knows\n"
              "  help: let the user who starts ward reach `/home/u/locked/key`\n");
}

TEST_F(FileViewTest, AnOptionalGuardThatNobodyCanLookAtIsNothingElsewhere) {
    files.folder("/home/u/locked").unreachable("/home/u/locked/key", EACCES);
    rules = {optional(hide("/home/u/locked/key"))};
    EXPECT_EQ(view(), "");
}

TEST_F(FileViewTest, AMissingPathTellsWhichComponent) {
    files.folder("/etc/ssl/certs");
    rules = {grant("read", "/etc/ssl/cert")};
    EXPECT_EQ(view(),
              "error[path-not-found]: `/etc/ssl/cert` does not exist on this host\n"
              "  note: a missing path is an error, because a later file of that name would silently be granted\n"
              "  help: an entry with a similar name exists: `/etc/ssl/certs`\n"
              "  help: if the path is optional, write `read? /etc/ssl/cert`\n");
}

TEST_F(FileViewTest, APathThatCannotBeReachedIsAnError) {
    files.folder("/root").unreachable("/root/a", EACCES);
    rules = {grant("read", "/root/a")};
    EXPECT_EQ(view(),
              "error[path-not-found]: `/root/a` cannot be reached\n"
              "  note: a missing path is an error, because a later file of that name would silently be granted\n"
              "  help: if the path is optional, write `read? /root/a`\n");
}

TEST_F(FileViewTest, PatternsAreExpanded) {
    files.folder("/etc/python3").folder("/etc/python3.11").folder("/etc/perl");
    rules = {glob(grant("read", "/etc/python*"))};
    EXPECT_EQ(view(), "/etc/python3 r\n/etc/python3.11 r\n");
}

TEST_F(FileViewTest, APatternWithoutAMatchIsAnError) {
    rules = {glob(grant("read", "/etc/python*"))};
    EXPECT_EQ(view(),
              "error[path-not-found]: `/etc/python*` matches nothing on this host\n"
              "  note: a pattern without a match is an error, because it grants or guards nothing\n"
              "  help: if that is fine, write `read? /etc/python*`\n");
}

// ---- hide and protect

TEST_F(FileViewTest, AHideInsideAGrantIsMounted) {
    files.folder("/home/u/.ssh").file("/home/u/.netrc");
    rules = {grant("read", "/home/u"), hide("/home/u/.ssh"), hide("/home/u/.netrc")};
    EXPECT_EQ(view(), "/home/u r\n/home/u/.netrc hidden file\n/home/u/.ssh hidden folder\n");
}

TEST_F(FileViewTest, AHideOfWhatNothingGrantsNeedsNothing) {
    files.folder("/home/u/.ssh").folder("/srv");
    rules = {grant("read", "/srv"), hide("/home/u/.ssh")};
    EXPECT_EQ(view(), "/srv r\n");
}

TEST_F(FileViewTest, AMoreSpecificGrantUncoversBelowAHide) {
    files.folder("/home/u/.ssh").file("/home/u/.ssh/known_hosts");
    rules = {grant("read", "/home/u"), hide("/home/u/.ssh"), grant("read", "/home/u/.ssh/known_hosts")};
    EXPECT_EQ(view(), "/home/u r\n/home/u/.ssh hidden folder\n/home/u/.ssh/known_hosts r\n");
    EXPECT_TRUE(result->shows("/home/u/.ssh/known_hosts", files));
    EXPECT_FALSE(result->shows("/home/u/.ssh/id", files));
}

TEST_F(FileViewTest, AHideBeatsAGrantAtItsPath) {
    files.folder("/a/b");
    rules = {grant("read", "/a"), grant("write", "/a/b"), hide("/a/b")};
    EXPECT_EQ(view(), "/a r\n/a/b hidden folder\n");
}

TEST_F(FileViewTest, AHideFollowsLinks) {
    files.folder("/data/keys").link("/home/u/.ssh", "/data/keys");
    rules = {grant("read", "/data"), hide("/home/u/.ssh")};
    EXPECT_EQ(view(), "/data r\n/data/keys hidden folder\n");
}

TEST_F(FileViewTest, AHiddenFileInAWritableFolderIsAnError) {
    files.file("/home/u/p/keys/key");
    rules = {grant("write", "/home/u/p"), hide("/home/u/p/keys/key")};
    EXPECT_EQ(view(),
              "error[hide-not-holdable]: `/home/u/p/keys/key` cannot be kept hidden in the writable `/home/u/p`\n"
              "  note: when a program outside replaces the file, as editors do, the new one would be readable\n"
              "  help: hide its folder: `hide /home/u/p/keys`\n");
}

TEST_F(FileViewTest, LidsInAWritableFolderArePinned) {
    files.file("/home/u/p/a/b/file").folder("/home/u/p/a/c/keys");
    rules = {grant("write", "/home/u/p"), grant("read", "/home/u/p/a/b/file"), hide("/home/u/p/a/c/keys")};
    EXPECT_EQ(view(),
              "/home/u/p w\n/home/u/p/a pin\n/home/u/p/a/b pin\n/home/u/p/a/b/file r\n/home/u/p/a/c pin\n"
              "/home/u/p/a/c/keys hidden folder\n");
}

TEST_F(FileViewTest, PinsReachThroughNestedWritableTrees) {
    files.file("/w/x/y/z/file");
    rules = {grant("write", "/w"), grant("write execute", "/w/x/y"), grant("read", "/w/x/y/z/file")};
    EXPECT_EQ(view(), "/w w\n/w/x pin\n/w/x/y wx\n/w/x/y/z pin\n/w/x/y/z/file r\n");
}

TEST_F(FileViewTest, AProtectedFileIsReadOnlyAndPinned) {
    files.file("/home/u/.config/fish/config.fish");
    rules = {grant("write", "/home/u"), protect("/home/u/.config/fish")};
    EXPECT_EQ(view(), "/home/u w\n/home/u/.config pin\n/home/u/.config/fish r\n");
}

TEST_F(FileViewTest, AProtectionHoldsAgainstAMoreSpecificGrant) {
    files.folder("/home/u/bin/sub");
    rules = {protect("/home/u/bin"), grant("write", "/home/u/bin/sub")};
    EXPECT_EQ(view(), "/home/u/bin/sub r\n");
    EXPECT_EQ(result->notes, std::vector<std::string>{"`write /home/u/bin/sub` is read-only: `protect /home/u/bin`"});
}

TEST_F(FileViewTest, AProtectionOfNothingWritableNeedsNothing) {
    files.file("/home/u/.bashrc");
    rules = {grant("read", "/home/u"), protect("/home/u/.bashrc")};
    EXPECT_EQ(view(), "/home/u r\n");
}

TEST_F(FileViewTest, AMissingProtectedFileInAWritableFolderIsTold) {
    files.folder("/home/u");
    rules = {grant("write", "/home/u"), optional(protect("/home/u/.bashrc")),
             optional(protect("/home/u/.config/fish/config.fish"))};
    EXPECT_EQ(view(), "/home/u w\n");
    EXPECT_EQ(result->notes,
              std::vector<std::string>{"protected, but not there, so the program can make it: `/home/u/.bashrc`"});
}

// ---- what a jailed program could redirect

TEST_F(FileViewTest, ALinkThatLeadsOutOfAWritableFolderIsAnError) {
    files.file("/etc/secret").folder("/home/u/p").link("/home/u/p/l", "/etc/secret");
    rules = {grant("write", "/home/u/p"), grant("read", "/home/u/p/l")};
    EXPECT_EQ(view(),
              "error[link-in-writable]: `/home/u/p/l` leads out of the writable `/home/u/p` by a link\n"
              "  note: the jailed program could point the link elsewhere, and the next jail would follow it\n"
              "  help: name what it leads to: `/etc/secret`\n");
}

TEST_F(FileViewTest, ALinkThatStaysInTheWritableFolderIsFine) {
    files.file("/home/u/p/a").link("/home/u/p/l", "a");
    rules = {grant("write", "/home/u/p"), grant("execute", "/home/u/p/l")};
    EXPECT_EQ(view(), "/home/u/p w\n/home/u/p/a x\n");
}

// ---- $arguments

TEST_F(FileViewTest, AnArgumentNeverUncoversAHide) {
    files.file("/home/u/.ssh/id").link("/home/u/l", ".ssh/id");
    rules = {grant("read", "/home/u"), hide("/home/u/.ssh"), argument(grant("read", "/home/u/l"))};
    EXPECT_EQ(view(), "/home/u r\n/home/u/.ssh hidden folder\n");
    EXPECT_EQ(result->notes, std::vector<std::string>{"`/home/u/l` was named on the command line but stays hidden: "
                                                      "`hide /home/u/.ssh`"});
}

TEST_F(FileViewTest, AnArgumentNeverNarrowsWhatIsGranted) {
    files.file("/w/out.txt").file("/other/in.txt");
    rules = {grant("write", "/w"), argument(grant("read", "/w/out.txt")), argument(grant("read", "/other/in.txt"))};
    EXPECT_EQ(view(), "/other/in.txt r\n/w w\n");
}

// ---- made things

TEST_F(FileViewTest, PrivateFoldersLinksAndTexts) {
    files.folder("/usr");
    rules = {grant("read", "/usr"), private_folder("/tmp"), link("/bin", "usr/bin"), text_file("/etc/hosts", "h")};
    EXPECT_EQ(view(), "/bin -> usr/bin\n/etc/hosts \"h\"\n/tmp private\n/usr r\n");
}

TEST_F(FileViewTest, AnArgumentInAPrivateFolderIsThere) {
    files.file("/tmp/in.pdf");
    rules = {private_folder("/tmp"), argument(grant("read", "/tmp/in.pdf"))};
    EXPECT_EQ(view(), "/tmp private\n/tmp/in.pdf r\n");
}

TEST_F(FileViewTest, APrivateFolderIsMadeWhereTheHostsLinksLead) {
    files.folder("/run").link("/var/run", "../run");
    rules = {private_folder("/var/run/x")};
    EXPECT_EQ(view(), "/run/x private\n/var/run -> ../run\n");
}

TEST_F(FileViewTest, APlaceInAGrantedFolderMustBeThere) {
    files.folder("/srv/a").folder("/data");
    rules = {grant("read", "/srv/a"), grant_from("read", "/srv/a/sub", "/data")};
    EXPECT_EQ(view(),
              "error[place-missing]: `read /srv/a/sub from /data` has no place in `read /srv/a`\n"
              "  note: a jail makes nothing in a granted folder: `/srv/a/sub` must be a folder\n"
              "  help: make it: `mkdir /srv/a/sub`\n");
}

TEST_F(FileViewTest, TwoThingsAtOnePlaceAreAnError) {
    files.folder("/data/t").link("/t", "data/t");
    rules = {grant("read", "/data/t"), private_folder("/t")};
    EXPECT_EQ(view(),
              "error[path-conflict]: `private /t` and `read /data/t` are about the same place, `/data/t`\n"
              "  help: remove one of the two lines\n");
}

// ---- the jail's own folders

TEST_F(FileViewTest, ProcIsTheJailsOwn) {
    files.folder("/proc/sys").file("/proc/cpuinfo").link("/etc/mtab", "/proc/self/mounts");
    rules = {grant("read", "/proc/cpuinfo"), hide("/proc/sys")};
    EXPECT_EQ(view(), "/proc/sys hidden folder\n");
    rules = {grant("write", "/proc/sys")};
    EXPECT_EQ(view(),
              "error[own-folder]: `write /proc/sys` is about a folder that every jail has as its own\n"
              "  note: `/proc` shows the jail's own processes, and only to read\n"
              "  help: remove the path\n");
}

TEST_F(FileViewTest, DevicesAreNotFiles) {
    files.device("/dev/null");
    rules = {grant("write", "/dev/null")};
    EXPECT_EQ(view(),
              "error[device-as-file]: `/dev/null` is a device\n"
              "  note: files are granted without the right to use devices\n"
              "  help: write `device null`\n");
}

// `curl -o /dev/null`: what `device null` gives is enough.
TEST_F(FileViewTest, ADeviceAmongTheArgumentsIsNoGrant) {
    files.device("/dev/null");
    rules = {grant("read", "/dev/null")};
    rules.front().argument = true;
    EXPECT_EQ(view(), "");
}

TEST_F(FileViewTest, TheRootByALinkIsAnError) {
    files.link("/all", "/");
    rules = {grant("read", "/all")};
    EXPECT_EQ(view(),
              "error[whole-root]: `read /all` is about the whole root folder\n"
              "  help: name the folders that the program needs, for example `/usr`\n");
}

// ---- questions

TEST_F(FileViewTest, ShowsMadeFoldersAndContents) {
    files.file("/home/u/p/f");
    rules = {grant("read", "/home/u/p"), private_folder("/tmp")};
    view();
    for (const char* path : {"/", "/home", "/home/u", "/home/u/p", "/home/u/p/f", "/tmp", "/proc", "/dev"})
        EXPECT_TRUE(result->shows(path, files)) << path;
    for (const char* path : {"/usr", "/home/u/p/none", "/home/x", "/tmp/x"})
        EXPECT_FALSE(result->shows(path, files)) << path;
}

}  // namespace
}  // namespace ward::sandbox
