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

TEST_F(Filters, TheListingNamesThePolicysLines) {
    write("exec.ward", "policy exec\nuse base.program\nsyscalls {\n    forbid execve, execveat\n    allow socket\n}\n");
    const Outcome outcome = ward({"compile", "./exec.ward"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_TRUE(outcome.out.starts_with("# the system-call filter of `exec` for x86_64\n# ")) << outcome.out;
    EXPECT_NE(outcome.out.find("\n# exec: forbidden without exception; load it after the program has been executed\n"),
              std::string::npos);
    EXPECT_NE(outcome.out.find("; socket, ./exec.ward:5"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find(": allow\n"), std::string::npos);
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
    EXPECT_FALSE(can_reboot(ward({"diff", "./profile.json", "./none.ward"})));
    EXPECT_TRUE(can_reboot(ward({"diff", "./profile.json", "./none.ward", "--cap", "sys_boot"})));
}

}  // namespace
}  // namespace ward::test
