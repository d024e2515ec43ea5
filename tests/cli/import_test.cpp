// `ward import`: a policy that is in canonical form, has no warnings and is proved equal, or an error that
// names what cannot be said.
#include "tests/cli/place.hpp"

namespace ward::test {
namespace {

class Import : public Place {
protected:
    [[nodiscard]] Outcome import(std::string_view profile) const {
        write("web.json", profile);
        return ward({"import", "oci-seccomp", "./web.json", "-o", "web.ward"});
    }
    [[nodiscard]] static std::string read_file(const std::string& path) {
        std::ostringstream text;
        text << std::ifstream(path).rdbuf();
        return text.str();
    }
    // Nothing to correct and nothing to format.
    void expect_clean() const {
        const Outcome checked = ward({"check", "./web.ward"});
        EXPECT_EQ(checked.status, 0) << checked.err;
        EXPECT_EQ(checked.err, "");
        EXPECT_EQ(ward({"fmt", "--check", "./web.ward"}).status, 0);
    }
};

constexpr std::string_view proved =
    "ward: note: proved equal to the profile for every set of capabilities; what every policy refuses comes on top\n";

TEST_F(Import, AnAllowlist) {
    const Outcome outcome = import(R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "syscalls": [
        {"names": ["getpid", "swapon", "swapoff"], "action": "SCMP_ACT_ALLOW"},
        {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "comment": "Linux and BSD",
         "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_EQ"}, {"index": 0, "value": 6, "op": "SCMP_CMP_EQ"}]},
        {"names": ["setpriority"], "action": "SCMP_ACT_ALLOW",
         "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 1, "value": 40, "op": "SCMP_CMP_LT"}]},
        {"names": ["mprotect"], "action": "SCMP_ACT_ALLOW",
         "args": [{"index": 2, "value": 4, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]},
        {"names": ["reboot"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_BOOT"]}},
        {"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "4.8"}},
        {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1, "excludes": {"caps": ["CAP_SYS_BOOT"]}},
        {"names": ["io_uring_setup", "no_such_call"], "action": "SCMP_ACT_ALLOW"},
        {"names": ["s390_sthyi"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["s390"]}}]})");
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.err,
              "ward: note: `no_such_call` is no call that ward knows: it is left out, as runc leaves it out\n"
              "ward: note: `io_uring_setup` of x86_64 stays refused, because what it does for a program passes no "
              "filter\n"
              "ward: note: `personality`, `setpriority`: the profile compares whole registers, and the policy the bits "
              "that the kernel looks at; the others count as 0\n" +
                  std::string(proved));
    EXPECT_EQ(read("web.ward"), R"(policy web "a container's profile, from web.json"

param sys_boot: flag = false             # CAP_SYS_BOOT

# Only on s390: s390_sthyi
# No calls at all: no_such_call
# Not allowed, because what they do passes no filter: io_uring_setup
# Compared without the bits of a register that the kernel ignores: personality, setpriority

syscalls {
    abi      native
    allow    @swap, getpid
    # Linux and BSD
    allow    personality if personality in (PER_LINUX, PER_BSD)
    allow    setpriority if which == PRIO_PGRP and who >= 0 and who <= 39
    allow    mprotect if prot & PROT_EXEC == 0

    refuse   with ENOSYS
}

when $sys_boot {
    capabilities {
        keep     sys_boot
    }
    syscalls {
        allow    reboot
    }
}

when kernel >= 4.8 {
    syscalls {
        allow    ptrace
    }
}

when not $sys_boot {
    syscalls {
        refuse   clone3 with EPERM
    }
}
)");
    expect_clean();
}

TEST_F(Import, ADenylist) {
    const Outcome outcome = import(R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
        {"names": ["init_module", "finit_module", "delete_module", "mount"], "action": "SCMP_ACT_ERRNO"},
        {"names": ["ptrace"], "action": "SCMP_ACT_KILL", "comment": "no debuggers"},
        {"names": ["ioctl"], "action": "SCMP_ACT_ERRNO", "errnoRet": 25,
         "args": [{"index": 1, "value": 21522, "op": "SCMP_CMP_EQ"}]}]})");
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NE(outcome.err.find("ward: note: `kill` ends the process, where the profile ends the thread\n"),
              std::string::npos);
    EXPECT_EQ(read("web.ward"), R"(policy web "a container's profile, from web.json"

# Compared without the bits of a register that the kernel ignores: ioctl
# `kill` ends the process, where the profile ends the thread

syscalls {
    abi      native
    forbid   @module, mount
    # no debuggers
    forbid   ptrace
    refuse   ptrace with kill
    forbid   ioctl if cmd == TIOCSTI
    refuse   ioctl with ENOTTY
    allow    @known                      # but io_uring, which passes no filter

    refuse   with EPERM
}
)");
    expect_clean();
}

// A name that could end a comment or a statement of the policy that is made.
TEST_F(Import, NamesAreNames) {
    const Outcome outcome = import(
        R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["x\n}\nfiles { write /"], "action": "SCMP_ACT_ALLOW"}]})");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err,
              "error[bad-profile]: `./web.json` is no seccomp profile of a container: syscalls[0].names: "
              "`x\\n}\\nfiles { write /` is no name\n"
              "  help: write it as the OCI runtime specification says\n");
    const Outcome named = ward({"import", "oci-seccomp", "./web.json", "--name", "a b"});
    EXPECT_EQ(named.status, 2);
    EXPECT_EQ(named.err, "error[usage]: `a b` is no name of a policy\n  help: write letters, digits, `-` and `_`\n");
}

// Podman's profiles have errors by name, and beside them numbers that do not count.
TEST_F(Import, ErrorsByName) {
    const Outcome outcome =
        import(R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1, "defaultErrno": "ENOSYS",
        "syscalls": [
        {"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [], "comment": "", "includes": {}, "excludes": {}},
        {"names": ["bpf"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38, "errno": "EPERM"},
        {"names": ["ptrace"], "action": "SCMP_ACT_ERRNO", "errno": "13"}]})");
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(read("web.ward"), R"(policy web "a container's profile, from web.json"

syscalls {
    abi      native
    allow    read
    refuse   bpf with EPERM
    refuse   ptrace with EACCES

    refuse   with ENOSYS
}
)");
    const Outcome wrong = import(R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrno": "EPREM", "syscalls": []})");
    EXPECT_EQ(wrong.status, 1);
    EXPECT_NE(wrong.err.find("there is no error `EPREM`"), std::string::npos) << wrong.err;
}

// Nothing holds always: no rule is left, or the only one asks for a capability.
TEST_F(Import, NothingButTheDefault) {
    for (const char* profile :
         {R"({"defaultAction": "SCMP_ACT_ERRNO"})", R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []})",
          R"({"defaultAction": "SCMP_ACT_ALLOW"})",
          R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ERRNO"}]})",
          R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["mount"], "action": "SCMP_ACT_ALLOW",
              "includes": {"caps": ["CAP_SYS_ADMIN"]}}]})"}) {
        const Outcome outcome = import(profile);
        EXPECT_EQ(outcome.status, 0) << profile << outcome.err;
        EXPECT_TRUE(outcome.err.ends_with(proved)) << outcome.err;
        EXPECT_EQ(ward({"check", "./web.ward"}).status, 0);
    }
}

TEST_F(Import, WhatEveryPolicyAnswersOtherwiseIsSaid) {
    const Outcome outcome = import(R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
        {"names": ["read", "mseal", "opnat"], "action": "SCMP_ACT_ALLOW"}]})");
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.err,
              "ward: note: `opnat` is no call that ward knows: it is left out, as runc leaves it out; a similar name "
              "exists: `openat` or `openat2`\n"
              "ward: note: newer than libseccomp, and so ignored by a container that has the same one: mseal\n"
              "ward: note: `clone3`, `openat2`: every policy answers `ENOSYS`, where the profile answers `EPERM`\n" +
                  std::string(proved));
}

// One profile has one meaning, whoever reads it.
TEST_F(Import, TheImportGainsNothing) {
    write("docker.json", read_file(WARD_DOCKER_PROFILE));
    EXPECT_EQ(ward({"import", "oci-seccomp", "./docker.json", "-o", "web.ward"}).status, 0);
    const Outcome compared = ward({"diff", "./docker.json", "./web.ward"});
    const std::string gained = compared.out.substr(0, compared.out.find("\nlost\n"));
    // The bits of a register that the kernel ignores are not compared: to it, that is `personality(0)`.
    EXPECT_EQ(gained, R"(diff ./docker.json -> ./web.ward (system calls only)

gained
  calls  may now call with certain arguments personality                 ./web.ward:37
         `personality(0x100000000)`: allowed, was `EPERM`
)");
}

// A policy in a file has the file's name.
TEST_F(Import, TheNameIsThatOfTheFile) {
    write("a.json", R"({"defaultAction": "SCMP_ACT_ERRNO"})");
    EXPECT_EQ(ward({"import", "oci-seccomp", "./a.json", "-o", "other.ward"}).status, 0);
    EXPECT_EQ(ward({"check", "./other.ward"}).status, 0);
    EXPECT_TRUE(read("other.ward").starts_with("policy other "));
    EXPECT_TRUE(ward({"import", "oci-seccomp", "./a.json"}).out.starts_with("policy a "));
    EXPECT_TRUE(ward({"import", "oci-seccomp", "./a.json", "-o", "-"}).out.starts_with("policy a "));
    EXPECT_TRUE(ward({"import", "oci-seccomp", "./a.json", "-o", "b.ward", "--name", "c"}).err.ends_with(proved));
    EXPECT_TRUE(read("b.ward").starts_with("policy c "));
}

struct Bad {
    std::string_view text, words;

    friend void PrintTo(const Bad& bad, std::ostream* stream) { *stream << bad.words; }
};

class BadProfile : public Import, public testing::WithParamInterface<Bad> {};

TEST_P(BadProfile, SaysWhereAndWhatToDo) {
    const Outcome outcome = import(GetParam().text);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err, "error[bad-profile]: `./web.json` " + std::string(GetParam().words) + "\n");
}

const Bad bad[] = {
    {R"({"defaultAction": "SCMP_ACT_ALOW"})",
     "is no seccomp profile of a container: the profile.defaultAction: the action `SCMP_ACT_ALOW` is not known\n"
     "  help: an action with a similar name exists: `SCMP_ACT_ALLOW` or `SCMP_ACT_LOG`"},
    {R"({"defaultAction": "SCMP_ACT_ERRNO", "syscals": []})",
     "is no seccomp profile of a container: the profile: the member `syscals` is not known\n"
     "  help: a member with a similar name exists: `syscalls`"},
    {R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["dup"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "op": "SCMP_CMP_EQQ"}]}]})",
     "is no seccomp profile of a container: syscalls[0].args[0].op: the comparison `SCMP_CMP_EQQ` is not known\n"
     "  help: a comparison with a similar name exists: `SCMP_CMP_EQ`, `SCMP_CMP_GE` or `SCMP_CMP_GT`"},
    {R"({"ociVersion": "1.0.2"})",
     "is no seccomp profile of a container: the profile: it is the whole configuration of a container\n"
     "  help: give its `linux.seccomp` object"},
    {R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["SYS_ADMIN"]}}]})",
     "is no seccomp profile of a container: syscalls[0].includes.caps: `SYS_ADMIN` is no name of a capability\n"
     "  help: write `CAP_SYS_ADMIN`"},
    {R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "name": "write", "action": "SCMP_ACT_ALLOW"}]})",
     "is no seccomp profile of a container: syscalls[0]: `name` and `names` are both there\n"
     "  help: put all names into `names`"},
    {R"({"defaultAction": "SCMP_ACT_ERRNO", "archMap": [{"architecture": "SCMP_ARCH_X86_64"}], "architectures": ["SCMP_ARCH_X86"]})",
     "is no seccomp profile of a container: the profile: `archMap` and `architectures` are both there\n"
     "  help: leave `architectures` out"},
    {"", "is empty\n  help: write a profile into it, as the OCI runtime specification says"},
};

INSTANTIATE_TEST_SUITE_P(Profiles, BadProfile, testing::ValuesIn(bad));

TEST_F(Import, AProfileIsNoPolicy) {
    write("web.json", std::string((1 << 20) + 1, ' '));
    EXPECT_EQ(ward({"import", "oci-seccomp", "./web.json"}).err,
              "error[source-too-large]: `./web.json` has more than 1 MiB\n"
              "  note: a profile has at most 1 MiB\n"
              "  help: leave out the rules that the default covers\n");
    EXPECT_EQ(ward({"import", "oci-seccomp", "."}).err,
              "error[source-not-a-file]: `.` is a directory\n"
              "  note: a profile is a regular file, so that it can be read as a whole\n"
              "  help: name a file in it\n");
}

TEST_F(Import, TheProfileOfDocker) {
    const Outcome outcome = ward({"import", "oci-seccomp", WARD_DOCKER_PROFILE, "--name", "web", "-o", "web.ward"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_TRUE(outcome.err.ends_with(proved)) << outcome.err;
    expect_clean();
    const std::string text = read("web.ward");
    EXPECT_NE(text.find("allow    @system-service except "), std::string::npos) << text;
    EXPECT_NE(text.find("when $sys_module {\n    syscalls {\n        allow    @module\n    }\n}\n"), std::string::npos);
}

struct Refused {
    std::string_view rule, words;

    friend void PrintTo(const Refused& refused, std::ostream* stream) { *stream << refused.words; }
};

class NotImportable : public Import, public testing::WithParamInterface<Refused> {};

TEST_P(NotImportable, NamesWhatAndWritesNothing) {
    const Outcome outcome =
        import(R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [)" + std::string(GetParam().rule) + "]}");
    EXPECT_EQ(outcome.status, 1);
    const std::string first = outcome.err.substr(0, outcome.err.find('\n'));
    EXPECT_EQ(first, "error[not-importable]: `./web.json` cannot be a policy: " + std::string(GetParam().words));
    EXPECT_EQ(read("web.ward"), "");
}

const Refused refused[] = {
    {R"({"names": ["bpf"], "action": "SCMP_ACT_NOTIFY"})",
     "`bpf` has the action SCMP_ACT_NOTIFY, which leaves the answer to another process"},
    {R"({"names": ["bpf"], "action": "SCMP_ACT_TRACE"})",
     "`bpf` has the action SCMP_ACT_TRACE, which leaves the answer to a tracer"},
    {R"({"names": ["bpf"], "action": "SCMP_ACT_ERRNO", "errnoRet": 0})",
     "`bpf` is refused with the error 0, which has no name"},
    {R"({"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 1, "op": "SCMP_CMP_EQ"}]})",
     "`read` is compared by its argument 1, which is a pointer"},
    {R"({"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 5, "op": "SCMP_CMP_EQ"}]})",
     "`read` is compared by its argument 5, which it does not have"},
    {R"({"names": ["openat"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 18446744073709551516, "op": "SCMP_CMP_EQ"}]})",
     "`openat` compares its argument 0 with 18446744073709551516, and the kernel looks at 32 bits of it (`dfd` of "
     "x86_64)"},
    {R"({"names": ["kill"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 1, "value": 99, "op": "SCMP_CMP_GT"}]})",
     "`kill` is compared by the size of `sig`, which is no number (signal)"},
    {R"({"names": ["personality"], "action": "SCMP_ACT_KILL", "args": [{"index": 0, "value": 6, "op": "SCMP_CMP_EQ"}]})",
     "`personality(PER_LINUX)` of x86_64 would be `kill`, and is `EPERM` in the profile"},
    {R"({"names": ["personality"], "action": "SCMP_ACT_KILL", "args": [{"index": 0, "value": 6, "op": "SCMP_CMP_EQ"}]},
        {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 9, "op": "SCMP_CMP_LT"}]})",
     "`personality` has conditions that overlap and different actions"},
};

INSTANTIATE_TEST_SUITE_P(Profiles, NotImportable, testing::ValuesIn(refused));

}  // namespace
}  // namespace ward::test
