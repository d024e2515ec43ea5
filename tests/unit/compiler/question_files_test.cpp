#include "tests/unit/compiler/question_fixture.hpp"

namespace ward::compiler {
namespace {

std::string files(const std::string& statements) {
    return std::string(all_calls) + "files {\n" + statements + "\n}";
}

TEST(FileAnswers, WhatIsGranted) {
    Asked policy(files("read /usr/share\nwrite /srv/data\nexecute /usr/bin"));
    EXPECT_EQ(policy.ask("read /usr/share/x"),
              "allowed: `read /usr/share` grants it\n"
              "4: /usr/share\n"
              "help: write `hide /usr/share/x` in `files { }`\n");
    EXPECT_EQ(policy.ask("write /srv/data/x"),
              "allowed: `write /srv/data` grants it\n"
              "5: /srv/data\n"
              "help: write `protect /srv/data/x` in `files { }`\n");
    EXPECT_EQ(policy.ask("execute /usr/bin/id"),
              "allowed: `execute /usr/bin` grants it\n"
              "6: /usr/bin\n"
              "help: write `read /usr/bin/id` in `files { }`\n");
    EXPECT_EQ(policy.verdict("read /srv/data/x"), "allowed");
    EXPECT_EQ(policy.verdict("read /usr/bin/id"), "allowed");
}

TEST(FileAnswers, WhatAGrantDoesNotGive) {
    Asked policy(files("read /usr/share"));
    EXPECT_EQ(policy.ask("write /usr/share/x"),
              "denied EROFS: `read /usr/share` does not grant `write`\n"
              "4: /usr/share\n"
              "help: write `write /usr/share/x` in `files { }`\n");
    EXPECT_EQ(policy.ask("execute /usr/share"),
              "denied EACCES: `read /usr/share` does not grant `execute`\n"
              "4: /usr/share\n"
              "help: write `execute /usr/share` in `files { }`\n");
}

TEST(FileAnswers, WhatNothingGrants) {
    Asked policy(files("read /usr/share"));
    EXPECT_EQ(policy.ask("read ~/.ssh/id"),
              "denied ENOENT: nothing grants it, so it is not there\n"
              "help: write `read ~/.ssh/id` in `files { }`\n");
    EXPECT_EQ(policy.ask("read /usr"),
              "denied: nothing grants it: in its place is an empty folder that leads to `/usr/share`\n"
              "help: write `read /usr` in `files { }`\n");
    EXPECT_EQ(policy.ask("write /usr"),
              "denied EROFS: nothing grants it: in its place is an empty folder that leads to `/usr/share`\n"
              "help: write `write /usr` in `files { }`\n");
    EXPECT_EQ(policy.verdict("read /usr/sharexx"), "denied ENOENT");
}

TEST(FileAnswers, TheMostSpecificPathDecides) {
    Asked policy(files("write /srv\nread /srv/a\nhide /srv/a/b\nread /srv/a/b/c"));
    EXPECT_EQ(policy.verdict("write /srv/x"), "allowed");
    EXPECT_EQ(policy.verdict("write /srv/a/x"), "denied EROFS");
    EXPECT_EQ(policy.ask("read /srv/a/b"),
              "denied EACCES: `hide /srv/a/b` hides it\n"
              "6: /srv/a/b\n"
              "help: remove `hide /srv/a/b`\n");
    EXPECT_EQ(policy.ask("read /srv/a/b/d"),
              "denied ENOENT: `hide /srv/a/b` hides it\n"
              "6: /srv/a/b\n"
              "help: write `read /srv/a/b/d` in `files { }`\n");
    EXPECT_EQ(policy.verdict("read /srv/a/b/c/x"), "allowed");
}

TEST(FileAnswers, ProtectionHasNoException) {
    Asked policy(files("write /srv\nwrite /srv/a/b\nprotect /srv/a"));
    EXPECT_EQ(policy.ask("write /srv/a/b/c"),
              "denied EROFS: `protect /srv/a` keeps it read-only\n"
              "6: /srv/a\n"
              "help: remove `protect /srv/a`\n");
    EXPECT_EQ(policy.verdict("read /srv/a/b/c"), "allowed");
}

TEST(FileAnswers, OptionalRulesAndPatterns) {
    Asked policy(files("read /etc\nhide? /etc/ssh/*_key, /etc/**/secret\nexecute? /opt/*/bin"));
    EXPECT_EQ(policy.ask("read /etc/ssh/host_key"),
              "denied EACCES: `hide? /etc/ssh/*_key` hides it\n"
              "5: /etc/ssh/*_key\n"
              "note: this holds for what is there when the program starts\n"
              "help: remove `hide? /etc/ssh/*_key`\n");
    EXPECT_EQ(policy.verdict("read /etc/ssh/config"), "allowed");
    EXPECT_EQ(policy.verdict("read /etc/a/b/secret/x"), "denied EACCES");
    EXPECT_EQ(policy.verdict("execute /opt/x/bin/y"), "allowed");
    EXPECT_EQ(policy.verdict("read /opt/x"), "denied");
    EXPECT_EQ(policy.verdict("read /opt/x/lib"), "denied ENOENT");
}

TEST(FileAnswers, ThingsThatTheJailHasOfItsOwn) {
    Asked policy(files("private /tmp\nfile /etc/motd \"hello\"\nlink /data -> /srv\nread /srv\ndevice null"));
    EXPECT_EQ(policy.ask("write /tmp/x"),
              "allowed: `private /tmp` gives a folder of the jail's own\n"
              "4: /tmp\n"
              "note: nothing of the host is in it, and it is gone at the end\n"
              "help: remove `private /tmp`\n");
    EXPECT_EQ(policy.verdict("execute /tmp/x"), "denied EACCES");
    EXPECT_EQ(policy.verdict("read /etc/motd"), "allowed");
    EXPECT_EQ(policy.verdict("write /etc/motd"), "denied EACCES");
    EXPECT_EQ(policy.ask("read /data/x"),
              "allowed: `read /srv` grants it\n"
              "7: /srv\n"
              "note: the path goes by `link /data`\n"
              "help: write `hide /srv/x` in `files { }`\n");
    EXPECT_EQ(policy.verdict("write /dev/null"), "allowed");
    EXPECT_EQ(policy.ask("read /dev/sda"),
              "denied ENOENT: nothing grants it, so it is not there\n"
              "help: write `device sda` in `files { }`\n");
    EXPECT_EQ(policy.verdict("execute /dev/null"), "denied EACCES");
    EXPECT_EQ(policy.verdict("read /dev"), "allowed");
    EXPECT_EQ(policy.verdict("read /dev/stdin"), "depends");
    EXPECT_EQ(policy.verdict("read /proc"), "allowed");
    EXPECT_EQ(policy.verdict("read /proc/self/status"), "depends");
    EXPECT_EQ(policy.verdict("execute /proc/self/exe"), "denied EACCES");
}

TEST(FileAnswers, FoldersOnTheWayToSomethingInAPrivateFolder) {
    Asked policy(files("private /opt\nread /opt/x/y from /srv"));
    EXPECT_EQ(policy.ask("write /opt/x/new"),
              "depends: `private /opt` gives a folder of the jail's own, with another on the way to `/opt/x/y`\n"
              "4: /opt\n"
              "note: that one is root's if root starts the jail, and then nothing can be made in it\n");
    EXPECT_EQ(policy.verdict("write /opt/x"), "depends");
    EXPECT_EQ(policy.verdict("read /opt/x"), "allowed");
    EXPECT_EQ(policy.verdict("write /opt/new"), "allowed");
    EXPECT_EQ(policy.verdict("write /opt/z/new"), "allowed");
    EXPECT_EQ(policy.verdict("read /opt/x/y/z"), "allowed");
}

TEST(FileAnswers, OverlaysAndEmptyFolders) {
    Asked policy(files("overlay /etc\ndirectory /mnt\nhide /etc/ssl"));
    EXPECT_EQ(policy.ask("write /etc/hosts"),
              "allowed: `overlay /etc` grants it\n"
              "4: /etc\n"
              "note: what is written is gone at the end: the host's files stay as they are\n"
              "help: write `protect /etc/hosts` in `files { }`\n");
    EXPECT_EQ(policy.verdict("read /etc/ssl/x"), "denied EACCES");
    EXPECT_EQ(policy.verdict("execute /etc/x"), "denied EACCES");
    EXPECT_EQ(policy.verdict("read /mnt"), "allowed");
    EXPECT_EQ(policy.verdict("write /mnt"), "denied EROFS");
    EXPECT_EQ(policy.verdict("read /mnt/x"), "denied ENOENT");
}

TEST(FileAnswers, FilesFromElsewhere) {
    Asked policy(files("read /data from /srv/data\nhide /srv/data/keys"));
    EXPECT_EQ(policy.verdict("read /data/x"), "allowed");
    EXPECT_EQ(policy.verdict("read /srv/data/x"), "denied ENOENT");
    EXPECT_EQ(policy.ask("read /data/keys/a"),
              "denied EACCES: `hide /srv/data/keys` hides it\n"
              "5: /srv/data/keys\n"
              "help: write `read /data/keys/a` in `files { }`\n");
}

TEST(FileAnswers, ArgumentsOnlyAdd) {
    Facts facts = some_facts();
    facts.arguments = {"/srv/a.pdf", "/home/ada/.ssh/id"};
    Asked policy(files("read $arguments, ~\nwrite $cwd\nhide ~/.ssh"), facts);
    EXPECT_EQ(policy.verdict("read /srv/a.pdf"), "allowed");
    EXPECT_EQ(policy.verdict("read ~/.ssh/id"), "denied EACCES");
    EXPECT_EQ(policy.verdict("write $cwd/x"), "allowed");
}

TEST(FileAnswers, WithoutACallThereIsNoAccess) {
    Asked policy("files { read /srv; write /srv; execute /srv, $program }\nsyscalls { allow read, write }");
    EXPECT_EQ(policy.ask("read /srv/x"),
              "denied EPERM: reading takes the call `openat`: nothing allows it\n"
              "help: write `allow openat` in `syscalls { }`\n");
    EXPECT_EQ(policy.ask("execute /srv/x"),
              "denied EPERM: executing takes the call `execve`: nothing allows it\n"
              "note: its code may still be mapped, as that of a library is\n"
              "help: write `allow execve` in `syscalls { }`\n");
    EXPECT_EQ(policy.ask("execute $program"),
              "allowed: `execute /usr/bin/prog` grants it\n"
              "2: $program\n"
              "note: ward executes it once; whether the program can do so again is up to `execve`\n"
              "help: write `read` in place of `execute`\n");
}

TEST(FileAnswers, OpeningForOneDirectionOnly) {
    Asked policy(
        "files { write /srv }\n"
        "syscalls { allow openat(dir, path, flags) if flags lacks O_WRONLY and flags lacks O_RDWR }");
    EXPECT_EQ(policy.verdict("read /srv/x"), "allowed");
    EXPECT_EQ(policy.verdict("write /srv/x"), "denied EPERM");
}

TEST(FileAnswers, ReadingTakesACallThatOnlyReads) {
    const std::string only_both_ways = "syscalls { allow openat, open if flags has O_RDWR }\n";
    Asked policy(only_both_ways + "files {\nread /etc/hosts\nwrite /srv\n}");
    EXPECT_EQ(policy.ask("read /etc/hosts"),
              "denied EPERM: reading takes the call `openat`: no condition that allows it holds\n"
              "2: openat\n"
              "help: write `allow openat` in `syscalls { }`\n");
    EXPECT_EQ(policy.verdict("read /srv/x"), "allowed");
}

TEST(FileAnswers, AHideDecidesAboutAGrantOfTheSamePath) {
    Asked policy(files("hide /etc/shadow\nread /etc/shadow"));
    EXPECT_EQ(policy.ask("read /etc/shadow"),
              "denied ENOENT: `hide /etc/shadow` hides it\n"
              "4: /etc/shadow\n"
              "5: /etc/shadow\n"
              "help: remove `hide /etc/shadow`\n");
    Asked folder(files("read /etc\nhide /etc/keys\nread /etc/keys"));
    EXPECT_EQ(folder.ask("read /etc/keys"),
              "denied EACCES: `hide /etc/keys` hides it\n"
              "5: /etc/keys\n"
              "6: /etc/keys\n"
              "help: remove `hide /etc/keys`\n");
}

TEST(FileAnswers, AllThatGrantsItIsRemoved) {
    Asked policy(files("read /srv\nexecute /srv, /opt"));
    EXPECT_EQ(policy.ask("execute /srv"),
              "allowed: `execute /srv` grants it\n"
              "4: /srv\n"
              "5: /srv\n"
              "help: write `read` in place of `execute`\n");
    EXPECT_EQ(policy.ask("read /srv"),
              "allowed: `execute /srv` grants it\n"
              "4: /srv\n"
              "5: /srv\n"
              "help: write `hide /srv` in `files { }`\n");
}

TEST(FileQuestions, ThatMakeNoSense) {
    Asked policy(files("read /usr"));
    EXPECT_EQ(policy.ask("read /a*b"),
              "error[glob-not-allowed]: a question is about one path\n"
              "  --> question:1:6\n"
              "  1 | read /a*b\n"
              "    |      ^^^^\n"
              "  help: write `\"/a*b\"` if the characters are part of a name\n"
              "\n1 error\n");
    EXPECT_EQ(policy.ask("read usr"),
              "error[path-not-absolute]: `usr` is no absolute path\n"
              "  --> question:1:6\n"
              "  1 | read usr\n"
              "    |      ^^^\n"
              "  help: write `$cwd/usr` for a path below the working folder\n"
              "\n1 error\n");
    EXPECT_NE(policy.ask("read $nobody").find("error[unknown-variable]"), std::string::npos);
}

}  // namespace
}  // namespace ward::compiler
