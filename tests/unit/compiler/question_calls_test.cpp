#include "tests/unit/compiler/question_fixture.hpp"

namespace ward::compiler {
namespace {

TEST(CallAnswers, ByName) {
    Asked policy("syscalls {\nallow read, openat\nforbid ptrace\nrefuse with ENOSYS\n}");
    EXPECT_EQ(policy.ask("syscall read"),
              "allowed: it is allowed\n"
              "3: read\n"
              "help: write `forbid read` in `syscalls { }`\n");
    EXPECT_EQ(policy.ask("syscall ptrace"),
              "denied ENOSYS: it is forbidden\n"
              "4: ptrace\n"
              "help: remove it from `forbid`, and write `allow ptrace` in `syscalls { }`, and write `debug allow` in "
              "`process { }`\n");
    EXPECT_EQ(policy.ask("syscall bpf"),
              "denied ENOSYS: nothing allows it\n"
              "help: write `allow bpf` in `syscalls { }`\n");
}

TEST(CallAnswers, WhatIsRefusedInAWayOfItsOwnIsAllowedByTwoRemovals) {
    Asked policy("syscalls {\nallow @process\nforbid kill, tkill\nrefuse kill, tkill with ENOSYS\n}");
    EXPECT_EQ(policy.ask("kill(1, SIGKILL)"),
              "denied ENOSYS: it is forbidden\n"
              "4: kill\n"
              "help: remove it from `forbid`, and remove `kill` from `refuse`\n");
}

TEST(CallAnswers, HowADeniedOneFails) {
    Asked policy("syscalls { allow read; refuse bpf with kill; refuse ptrace with trap }");
    EXPECT_EQ(policy.verdict("syscall bpf"), "denied kill");
    EXPECT_EQ(policy.verdict("syscall ptrace"), "denied trap");
    EXPECT_EQ(policy.verdict("syscall mount"), "denied EPERM");
}

TEST(CallAnswers, RulesOfWardItself) {
    Asked policy("syscalls { allow @file-system, @network-io, @process }");
    EXPECT_EQ(policy.ask("syscall chmod"),
              "depends: by ward's own rule `no setuid or setgid bits` it depends on the arguments\n"
              "2: @file-system\n"
              "allowed: chmod(_, 0)\n"
              "denied: chmod(_, 02000)\n"
              "help: state the arguments, as in `chmod(_, 02000)`\n");
    EXPECT_EQ(policy.ask("chmod(_, S_ISUID)"),
              "denied EPERM: ward's own rule `no setuid or setgid bits` refuses it\n"
              "help: write `setuid allow` in `files { }`\n");
    EXPECT_EQ(policy.verdict("chmod(_, 0644)"), "allowed");
    EXPECT_EQ(policy.ask("socket(AF_UNIX, SOCK_STREAM)"),
              "denied EAFNOSUPPORT: ward's own rule `only internet and routing sockets` refuses it\n"
              "help: write `unix` in `network { }`\n");
    EXPECT_EQ(policy.verdict("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC)"), "allowed");
    EXPECT_EQ(policy.verdict("socket(AF_NETLINK)"), "depends");
    EXPECT_EQ(policy.verdict("syscall clone3"), "denied ENOSYS");
}

TEST(CallAnswers, Conditions) {
    Asked policy(
        "network { unix }\nsyscalls {\n"
        "allow socket(domain, type) if domain == AF_UNIX and type has SOCK_STREAM\n"
        "allow socket(domain) if domain == AF_INET\n"
        "forbid socket(domain, type) if domain == AF_INET and type has SOCK_DGRAM\n}");
    EXPECT_EQ(policy.ask("socket(AF_INET, SOCK_STREAM)"),
              "allowed: a condition that allows it holds\n"
              "5: socket\n"
              "help: write `forbid socket` in `syscalls { }`\n");
    EXPECT_EQ(policy.ask("socket(AF_INET, SOCK_DGRAM)"),
              "denied EPERM: it is forbidden where this condition holds\n"
              "6: socket\n"
              "help: remove this condition, or make it narrower\n");
    EXPECT_EQ(policy.ask("socket(AF_INET6, SOCK_STREAM)"),
              "denied EPERM: no condition that allows it holds\n"
              "4: socket\n"
              "5: socket\n"
              "help: write `allow socket if domain == AF_INET6 and type within SOCK_STREAM` in `syscalls { }`\n");
    EXPECT_EQ(policy.verdict("socket(AF_UNIX, SOCK_STREAM|SOCK_NONBLOCK, 0)"), "allowed");
    EXPECT_EQ(policy.verdict("socket(AF_INET)"), "depends");
    EXPECT_EQ(policy.verdict("syscall socket"), "depends");
}

TEST(CallAnswers, AProtocolHasTheNameThatItHasInItsFamily) {
    Asked policy("network { connect tcp 443 }\nsyscalls { allow socket, connect }");
    EXPECT_EQ(policy.ask("socket(AF_INET, SOCK_STREAM)"),
              "depends: by ward's own rule `only TCP and routing sockets` it depends on the arguments\n"
              "3: socket\n"
              "allowed: socket(AF_INET, SOCK_STREAM, IPPROTO_IP)\n"
              "denied: socket(AF_INET, SOCK_STREAM, IPPROTO_ICMP)\n"
              "help: state the arguments, as in `socket(AF_INET, SOCK_STREAM, IPPROTO_ICMP)`\n");
    EXPECT_EQ(policy.ask("socket(AF_NETLINK, SOCK_RAW)"),
              "depends: by ward's own rule `only TCP and routing sockets` it depends on the arguments\n"
              "3: socket\n"
              "allowed: socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)\n"
              "denied: socket(AF_NETLINK, SOCK_RAW, NETLINK_UNUSED)\n"
              "help: state the arguments, as in `socket(AF_NETLINK, SOCK_RAW, NETLINK_UNUSED)`\n");
}

TEST(CallAnswers, ARuleThatNamesAStatement) {
    Asked policy("syscalls { allow ptrace }");
    EXPECT_EQ(policy.ask("syscall ptrace"),
              "denied EPERM: ward's own rule `no tracing without debug allow` refuses it\n"
              "help: write `debug allow` in `process { }`\n");
}

TEST(CallAnswers, OnlyTheBitsThatTheKernelReadsCount) {
    Asked policy("syscalls { allow ioctl }");
    EXPECT_EQ(policy.verdict("ioctl(0, TIOCSTI)"), "denied EPERM");
    EXPECT_EQ(policy.verdict("ioctl(0, 0x5401)"), "allowed");
}

TEST(CallAnswers, OtherAbis) {
    Asked native("syscalls { allow read }");
    EXPECT_EQ(native.ask("syscall mmap2"),
              "denied kill: the call is one of i386, and programs of that ABI are ended\n"
              "help: write `abi native, i386` in `syscalls { }`, and write `allow mmap2` in `syscalls { }`\n");
    Asked both("syscalls { abi native, i386; allow read, mmap2 }");
    EXPECT_EQ(both.verdict("syscall read"), "allowed");
    EXPECT_EQ(both.verdict("syscall mmap2"), "allowed");
    EXPECT_EQ(both.verdict("syscall write"), "denied EPERM");
    EXPECT_EQ(both.ask("syscall socketcall"),
              "denied ENOSYS: the policy does not allow it\n"
              "help: write `allow @network-io` in `syscalls { }`: then it depends on the arguments\n");
}

TEST(CallAnswers, OfAMultiplexerAreThoseOfTheCallThatItsFirstArgumentSays) {
    Asked policy("syscalls {\nabi native, i386\nallow @network-io, @ipc\nforbid accept, accept4\n}");
    EXPECT_EQ(policy.ask("socketcall(SYS_ACCEPT, _)"),
              "denied EPERM: it is forbidden\n"
              "5: accept\n"
              "help: remove it from `forbid`\n");
    EXPECT_EQ(policy.ask("ipc(SEMOP, _, _, _, _, _)"),
              "allowed: it is allowed\n4: @ipc\nhelp: write `forbid ipc` in `syscalls { }`\n");
}

TEST(CallAnswers, OfAMultiplexerThatMayNotBeCalled) {
    Asked policy("syscalls {\nabi native, i386\nallow @network-io\nforbid socketcall\n}");
    const std::string why = "denied ENOSYS: it is forbidden\n5: socketcall\nhelp: remove it from `forbid`";
    EXPECT_EQ(policy.ask("socketcall(SYS_BIND, _)"), why + "\n");
    EXPECT_EQ(policy.ask("syscall socketcall"), why + ": then it depends on the arguments\n");
}

TEST(CallAnswers, OfACallThatIsLimitedByArgumentsAMultiplexerDoesNotSee) {
    Asked policy("syscalls {\nabi native, i386\nallow socketcall, bind\nallow connect if fd == 3\n}");
    EXPECT_EQ(
        policy.ask("socketcall(SYS_CONNECT, _)"),
        "denied ENOSYS: `connect` is limited by its arguments, and here they are in memory or in other registers\n"
        "5: connect\n"
        "note: no line allows it: programs fall back to the call's own number\n");
    EXPECT_EQ(policy.ask("socketcall(SYS_LISTEN, _)"),
              "denied EPERM: nothing allows it\n"
              "help: write `allow listen` in `syscalls { }`\n");
    EXPECT_EQ(policy.verdict("socketcall(SYS_BIND, _)"), "allowed");
}

TEST(CallAnswers, OfACallThatTheNativeAbiDoesNotHave) {
    Asked policy("syscalls {\nabi native, i386\nallow @process, mmap2\nforbid waitpid\n}");
    EXPECT_EQ(policy.ask("syscall mmap2"),
              "allowed: it is allowed\n"
              "4: mmap2\n"
              "help: write `forbid mmap2` in `syscalls { }`\n");
    EXPECT_EQ(policy.ask("syscall waitpid"),
              "denied EPERM: it is forbidden\n"
              "5: waitpid\n"
              "help: remove it from `forbid`\n");
}

TEST(CallQuestions, ThatMakeNoSense) {
    Asked policy("syscalls { allow read }");
    EXPECT_EQ(policy.ask("syscall opnat"),
              "error[unknown-syscall]: unknown system call `opnat`\n"
              "  --> question:1:9\n"
              "  1 | syscall opnat\n"
              "    |         ^^^^^\n"
              "  help: a system call with a similar name exists: `openat` or `openat2`\n"
              "\n1 error\n");
    EXPECT_NE(policy.ask("socket(SOCK_STREAM)").find("error[wrong-constant]"), std::string::npos);
    EXPECT_EQ(policy.ask("read(0, 1)"),
              "error[pointer-compared]: `buf` is a pointer\n"
              "  --> question:1:9\n"
              "  1 | read(0, 1)\n"
              "    |         ^\n"
              "  note: what a pointer points to can change after the check, so no answer depends on it\n"
              "  help: write `_`\n"
              "\n1 error\n");
    EXPECT_EQ(policy.ask("openat(_, \"/etc/x\", O_RDONLY)"),
              "error[pointer-compared]: a text is no value of an argument\n"
              "  --> question:1:11\n"
              "  1 | openat(_, \"/etc/x\", O_RDONLY)\n"
              "    |           ^^^^^^^^\n"
              "  note: what a pointer points to can change after the check, so no answer depends on it\n"
              "  help: write `_`, or ask `read /etc/x`\n"
              "\n1 error\n");
    EXPECT_NE(policy.ask("open(\"x\")").find("help: write `_`\n"), std::string::npos);
    EXPECT_NE(policy.ask("close(0, 1)").find("error[too-many-arguments]"), std::string::npos);
}

}  // namespace
}  // namespace ward::compiler
