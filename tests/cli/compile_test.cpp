// `ward compile` and `ward diff`: their forms, and their exit statuses.
#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

class Filters : public Place {
protected:
    void SetUp() override {
        Place::SetUp();
        write("old.ward", "policy old\nuse base.program\nfiles { read /usr/share }\nlimits { memory 1G }\n");
        write("new.ward",
              "policy new\nuse base.program\nfiles { write /usr/share/man; read /usr/share }\n"
              "syscalls { allow mincore }\nlimits { memory 2G }\nprocess { hostname lab }\n");
    }
};

TEST_F(Filters, BytesAreEqualToTheirPolicy) {
    const Outcome compiled = ward({"compile", "./old.ward", "--emit", "bpf", "-o", "old.bpf"});
    EXPECT_EQ(compiled.status, 0) << compiled.err;
    EXPECT_EQ(compiled.out, "");
    const std::string bytes = read("old.bpf");
    EXPECT_GT(bytes.size(), 80u);
    EXPECT_EQ(bytes.size() % 8, 0u);
    const Outcome same = ward({"diff", "./old.ward", "./old.bpf", "--require", "equal"});
    EXPECT_EQ(same.status, 0) << same.err;
    EXPECT_EQ(same.out, "./old.ward and ./old.bpf answer every call alike\n");
    EXPECT_EQ(ward({"compile", "--emit=bpf", "./old.ward"}).out, bytes);
    EXPECT_EQ(ward({"diff", "./new.ward", "./old.bpf", "--require", "equal"}).status, 1);
}

TEST_F(Filters, TheHeaderCompilesAndHoldsTheSameBytes) {
    EXPECT_EQ(ward({"compile", "./old.ward", "--emit", "c", "-o", "filter.h"}).status, 0);
    EXPECT_EQ(ward({"compile", "./old.ward", "--emit", "bpf", "-o", "old.bpf"}).status, 0);
    write("main.c",
          "#include \"filter.h\"\n#include <unistd.h>\n"
          "int main(void) { return write(1, ward_old, sizeof ward_old) < 0; }\n");
    const Outcome built = plain({"/usr/bin/env", "cc", "-Wall", "-Werror", "main.c", "-o", "dump"});
    ASSERT_EQ(built.status, 0) << built.err;
    EXPECT_EQ(plain({work() + "/dump"}).out, read("old.bpf"));
}

// A program that ran here before may have left it.
TEST_F(Filters, ALinkIsNotFollowed) {
    write("precious", "untouched");
    ASSERT_EQ(symlink("precious", (work() + "/old.bpf").c_str()), 0);
    const Outcome outcome = ward({"compile", "./old.ward", "--emit", "bpf", "-o", "old.bpf"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err,
              "error[output-unwritable]: `old.bpf` cannot be written: it is a symbolic link\n"
              "  help: name a file that you may write\n");
    EXPECT_EQ(read("precious"), "untouched");
}

TEST_F(Filters, AFileIsReplacedAsAWhole) {
    write("old.bpf", "before");
    ASSERT_EQ(chmod((work() + "/old.bpf").c_str(), 0604), 0);
    struct stat before {};
    ASSERT_EQ(stat((work() + "/old.bpf").c_str(), &before), 0);
    EXPECT_EQ(ward({"compile", "./old.ward", "--emit", "bpf", "-o", "old.bpf"}).status, 0);
    EXPECT_EQ(read("old.bpf"), ward({"compile", "./old.ward", "--emit", "bpf", "-o", "-"}).out);
    struct stat after {};
    ASSERT_EQ(stat((work() + "/old.bpf").c_str(), &after), 0);
    EXPECT_NE(before.st_ino, after.st_ino);
    EXPECT_EQ(before.st_mode, after.st_mode);
    // What is no file is written into.
    EXPECT_EQ(ward({"compile", "./old.ward", "--emit", "bpf", "-o", "/dev/stdout"}).out, read("old.bpf"));
    EXPECT_EQ(plain({"/bin/sh", "-c", "mkfifo p && (cat p > copy & $0 compile ./old.ward --emit bpf -o p; wait)",
                     WARD_PROGRAM})
                  .status,
              0);
    EXPECT_EQ(read("copy"), read("old.bpf"));
}

// The limit on the size of a file stands for a full disk: a write goes as far as it can, and then fails.
TEST_F(Filters, WhatCannotBeWrittenLeavesTheOldFile) {
    write("old.bpf", "before");
    const Outcome outcome = plain({"/bin/sh", "-c",
                                   "trap '' XFSZ; ulimit -f 1; $0 compile ./old.ward --emit text -o old.bpf; "
                                   "$0 compile ./old.ward --emit text -o new.bpf; ls",
                                   WARD_PROGRAM});
    EXPECT_EQ(outcome.err,
              "error[output-unwritable]: `old.bpf` cannot be written: File too large\n"
              "  help: name a file that you may write\n"
              "error[output-unwritable]: `new.bpf` cannot be written: File too large\n"
              "  help: name a file that you may write\n");
    EXPECT_EQ(outcome.out, "new.ward\nold.bpf\nold.ward\n");
    EXPECT_EQ(read("old.bpf"), "before");
    EXPECT_EQ(ward({"compile", "./old.ward", "-o", "/dev/full"}).err,
              "error[output-unwritable]: `/dev/full` cannot be written: No space left on device\n"
              "  help: free space where it is to be, or name a file elsewhere\n");
}

TEST_F(Filters, AnAnswerThatNobodyGetsIsAnError) {
    for (const char* words : {"compile ./old.ward", "--version", "list"}) {
        const Outcome outcome = plain({"/bin/sh", "-c", "$0 " + std::string(words) + " >&-", WARD_PROGRAM});
        EXPECT_EQ(outcome.status, 1);
        EXPECT_EQ(outcome.err, "ward: standard output cannot be written: it is closed\n");
    }
}

// Also those of a `when` that holds.
TEST_F(Filters, TheCommandLinesAbisAreTheOnlyOnes) {
    write("abi.ward",
          "policy abi\nuse base.program\nwhen kernel >= 5.0 { syscalls { abi native, i386 } } else { syscalls { abi "
          "native, x32 } }\n");
    EXPECT_TRUE(
        ward({"compile", "./abi.ward"}).out.starts_with("# the system-call filter of `abi` for x86_64, i386\n"));
    EXPECT_TRUE(ward({"compile", "./abi.ward", "--abi", "x86_64"})
                    .out.starts_with("# the system-call filter of `abi` for x86_64\n"));
}

TEST_F(Filters, EveryDecisionAndAnswerNamesALine) {
    const Outcome outcome = ward({"compile", "./old.ward", "--abi", "x86_64,i386,x32"});
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);) {
        const bool is_answer = line.find(": allow") != std::string::npos || line.find(": fail ") != std::string::npos ||
                               line.find(": kill") != std::string::npos;
        const bool is_decision = line.find("if ") != std::string::npos && line.find("if abi ") == std::string::npos;
        EXPECT_TRUE(!(is_answer || is_decision) || line.find("; ") != std::string::npos) << line;
    }
    EXPECT_NE(outcome.out.find("; default"), std::string::npos);
    EXPECT_NE(outcome.out.find(" more\n"), std::string::npos);
}

TEST_F(Filters, TheListingNamesThePolicysLines) {
    write("exec.ward", "policy exec\nuse base.program\nsyscalls {\n    forbid execve, execveat\n    allow socket\n}\n");
    const Outcome outcome = ward({"compile", "./exec.ward"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_TRUE(outcome.out.starts_with("# the system-call filter of `exec` for x86_64\n# ")) << outcome.out;
    EXPECT_NE(outcome.out.find("\n# exec: forbidden without exception; load it after the program has been executed\n"),
              std::string::npos);
    EXPECT_NE(outcome.out.find("; socket, ./exec.ward:5"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find(": allow  "), std::string::npos);
}

TEST_F(Filters, OtherAbisThanThoseOfThePolicy) {
    const Outcome arm = ward({"compile", "./old.ward", "--abi", "aarch64"});
    EXPECT_EQ(arm.status, 0) << arm.err;
    EXPECT_NE(arm.out.find("abi == aarch64"), std::string::npos);
    const Outcome three = ward({"compile", "./old.ward", "--abi", "x32,i386,x86_64", "--emit", "json"});
    EXPECT_EQ(three.status, 0) << three.err;
    EXPECT_NE(three.out.find("\"abis\": [\n    \"x86_64\",\n    \"i386\",\n    \"x32\"\n  ]"), std::string::npos);
    const Outcome mixed = ward({"compile", "./old.ward", "--abi", "x86_64,aarch64"});
    EXPECT_EQ(mixed.status, 2);
    EXPECT_EQ(mixed.err,
              "error[usage]: no machine has the ABIs `x86_64,aarch64`\n"
              "  help: compile `aarch64` alone, and `x86_64,i386,x32` together\n");
    const Outcome foreign = ward({"compile", "./old.ward", "--abi", "i386"});
    EXPECT_EQ(foreign.status, 2);
    EXPECT_EQ(foreign.err,
              "error[usage]: `--abi i386` leaves out x86_64, by which the machine executes programs\n"
              "  help: write `--abi x86_64,i386`\n");
}

TEST_F(Filters, WhatIsNoOperandOfADiff) {
    write("empty.json", "");
    EXPECT_EQ(ward({"diff", "empty.json", "./old.ward"}).err,
              "error[bad-profile]: `empty.json` is empty\n"
              "  help: write a profile into it, as the OCI runtime specification says\n");
    EXPECT_EQ(ward({"diff", "nope.bpf", "./old.ward"}).err,
              "error[source-unreadable]: cannot read `nope.bpf`: no such file or directory\n"
              "  help: correct the path\n");
}

TEST_F(Filters, WhatIsNotUnderstood) {
    EXPECT_EQ(ward({"compile", "./old.ward", "--emit", "elf"}).err,
              "error[usage]: there is no form `elf`\n  help: write one of `bpf`, `c`, `text`, `dot`, `json`\n");
    EXPECT_EQ(ward({"compile"}).status, 2);
    EXPECT_EQ(ward({"diff", "./old.ward"}).status, 2);
    EXPECT_EQ(ward({"diff", "./old.ward", "./new.ward", "--require", "weaker"}).err,
              "error[usage]: `weaker` cannot be required\n"
              "  help: write `--require stricter` or `--require equal`\n");
}

TEST_F(Filters, PowerGainedAndLost) {
    const Outcome outcome = ward({"diff", "./old.ward", "./new.ward"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(outcome.out,
              "diff ./old.ward -> ./new.ward\n"
              "\n"
              "gained\n"
              "  files    may now write /usr/share/man              ./old.ward:3 -> ./new.ward:3\n"
              "  calls    may now call mincore                      ./new.ward:4\n"
              "  limits   `memory` is now 2G, was 1G                ./old.ward:4 -> ./new.ward:5\n"
              "\n"
              "otherwise different\n"
              "  process  its host is now called `lab`, was `ward`  ./new.ward:6\n");
}

TEST_F(Filters, WhatIsRequired) {
    const Outcome stricter = ward({"diff", "./old.ward", "./new.ward", "--require", "stricter"});
    EXPECT_EQ(stricter.status, 1);
    EXPECT_EQ(stricter.err, "ward: ./new.ward is not stricter than ./old.ward: 3 differences give it more\n");
    EXPECT_EQ(ward({"diff", "./new.ward", "./old.ward", "--require=stricter"}).status, 0);
    const Outcome equal = ward({"diff", "./new.ward", "./old.ward", "--require", "equal"});
    EXPECT_EQ(equal.status, 1);
    EXPECT_EQ(equal.err, "ward: ./old.ward is not equal to ./new.ward: 4 differences\n");
    const Outcome same = ward({"diff", "./old.ward", "./old.ward", "--require", "equal"});
    EXPECT_EQ(same.status, 0);
    EXPECT_EQ(same.out, "./old.ward and ./old.ward let the same things happen\n");
}

TEST_F(Filters, DifferencesAsJson) {
    const Outcome outcome = ward({"diff", "--json", "./old.ward", "./new.ward"});
    EXPECT_EQ(outcome.status, 0);
    for (const char* part :
         {"\"equal\": false", "\"stricter\": false", "\"compared\": \"policies\"", "\"change\": \"gained\"",
          "\"subjects\": [\n        \"/usr/share/man\"\n      ]", "\"place_in_b\": \"./new.ward:3\""})
        EXPECT_NE(outcome.out.find(part), std::string::npos) << part << "\n" << outcome.out;
}

TEST_F(Filters, AContainersProfileAndItsCapabilities) {
    write("profile.json", R"({"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
        {"names": ["read", "no_such_call"], "action": "SCMP_ACT_ALLOW"},
        {"names": ["reboot"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_BOOT"]}}]})");
    const Outcome same = ward({"diff", "./profile.json", "./profile.json", "--require", "equal"});
    EXPECT_EQ(same.status, 0);
    EXPECT_EQ(same.out, "./profile.json and ./profile.json answer every call alike\n");
    EXPECT_NE(same.err.find("a container ignores them: no_such_call"), std::string::npos) << same.err;
    const auto can_reboot = [&](const Outcome& outcome) {
        return outcome.out.find("may no longer call reboot") != std::string::npos;
    };
    write("none.ward", "policy none\nsyscalls { forbid read }\n");
    EXPECT_NE(ward({"diff", "--json", "./profile.json", "./none.ward"})
                  .out.find("\"notes\": [\n    \"no call has these names of `./profile.json`, so a container ignores "
                            "them: no_such_call\"\n  ]"),
              std::string::npos);
    EXPECT_FALSE(can_reboot(ward({"diff", "./profile.json", "./none.ward"})));
    EXPECT_TRUE(can_reboot(ward({"diff", "./profile.json", "./none.ward", "--cap", "sys_boot"})));
}

}  // namespace
}  // namespace ward::test
