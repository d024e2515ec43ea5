#include "tests/unit/compiler/question_fixture.hpp"

namespace ward::compiler {
namespace {

std::string network(const std::string& statements) {
    return std::string(all_calls) + "network {\n" + statements + "\n}";
}

TEST(NetworkAnswers, WithoutANetwork) {
    Asked policy(all_calls);
    EXPECT_EQ(policy.ask("connect tcp 443"),
              "denied ENETUNREACH: the jail has a network of its own, with nothing but a loopback\n"
              "help: write `connect tcp 443` in `network { }`\n");
    EXPECT_EQ(policy.ask("listen tcp 8080"),
              "denied: the jail has a network of its own, where nobody outside can connect\n"
              "help: write `listen tcp 8080` in `network { }`\n");
    EXPECT_EQ(policy.ask("resolve"),
              "denied: nothing grants it: no name server can be asked\n"
              "help: write `resolve` in `network { }`\n");
}

TEST(NetworkAnswers, Ports) {
    Asked policy(network("connect tcp 80, 443\nlisten tcp 80, 8000..8100\nresolve\nforbid connect tcp 80"));
    EXPECT_EQ(policy.ask("connect tcp 443"),
              "allowed: `connect tcp` names the port\n"
              "4: 443\n"
              "help: write `forbid connect tcp 443` in `network { }`\n");
    EXPECT_EQ(policy.verdict("connect tcp 80"), "denied EACCES");
    EXPECT_EQ(policy.verdict("connect tcp 53"), "allowed");
    EXPECT_EQ(policy.verdict("listen tcp 8050"), "allowed");
    EXPECT_EQ(policy.verdict("listen tcp 8101"), "denied EACCES");
    EXPECT_EQ(policy.verdict("resolve"), "allowed");
    EXPECT_EQ(policy.ask("connect example.org:443"),
              "allowed: `connect tcp` names the port\n"
              "4: 443\n"
              "note: the kernel knows addresses, not names: this holds for every host\n"
              "help: write `forbid connect tcp 443` in `network { }`\n");
    EXPECT_EQ(policy.ask("listen tcp 80"),
              "allowed: `listen tcp` names the port\n"
              "5: 80\n"
              "note: below 1024 the host's `net.ipv4.ip_unprivileged_port_start` counts as well\n"
              "help: write `forbid listen tcp 80` in `network { }`\n");
}

TEST(NetworkAnswers, SocketsTakeCalls) {
    Asked policy("network { host }\nsyscalls {\nallow socket\nforbid connect, sendto\n}");
    EXPECT_EQ(policy.ask("connect tcp 443"),
              "denied EPERM: connecting takes the call `connect`: it is forbidden\n"
              "5: connect\n"
              "help: write `allow @network-io` in `syscalls { }`\n");
    Asked all("network { host }\nsyscalls {\nallow socket\nforbid connect, sendto, sendmsg, sendmmsg\n}");
    EXPECT_EQ(all.ask("connect tcp 443"),
              "denied EPERM: connecting takes the call `connect`: it is forbidden\n"
              "5: connect\n"
              "help: remove it from `forbid`, and write `allow connect` in `syscalls { }`\n");
    Asked datagrams("network { host }\nsyscalls { allow socket(domain, type) if type == SOCK_DGRAM; allow connect }");
    EXPECT_EQ(datagrams.verdict("connect tcp 443"), "denied EPERM");
    EXPECT_EQ(datagrams.verdict("resolve"), "allowed");
}

TEST(NetworkAnswers, SendingConnectsOnlyByFastOpen) {
    Asked ports("network { connect tcp 8443; resolve }\nsyscalls { allow socket, sendto }");
    EXPECT_EQ(ports.ask("connect tcp 8443"),
              "denied EPERM: connecting takes the call `connect`: nothing allows it\n"
              "help: write `allow connect` in `syscalls { }`\n");
    EXPECT_EQ(ports.verdict("resolve"), "denied EPERM");
    Asked host("network { host }\nsyscalls { allow socket, sendto }");
    EXPECT_EQ(host.verdict("connect tcp 8443"), "allowed");
    EXPECT_EQ(host.verdict("resolve"), "allowed");
}

TEST(NetworkAnswers, ListeningTakesAPort) {
    Asked policy("network { listen tcp 8081 }\nsyscalls { allow socket, listen }");
    EXPECT_EQ(policy.ask("listen tcp 8081"),
              "denied EPERM: taking a port takes the call `bind`: nothing allows it\n"
              "help: write `allow bind` in `syscalls { }`\n");
}

TEST(NetworkAnswers, FamilyAndTypeAreOfOneSocket) {
    Asked policy(
        "network { host; unix }\nsyscalls {\nallow connect\n"
        "allow socket(domain, type) if domain == AF_UNIX and type has SOCK_STREAM\n"
        "allow socket(domain, type) if domain == AF_INET and type has SOCK_DGRAM\n}");
    EXPECT_EQ(policy.ask("connect tcp 443"),
              "denied EPERM: TCP takes the call `socket`: no condition that allows it holds\n"
              "5: socket\n"
              "6: socket\n"
              "help: write `allow socket` in `syscalls { }`\n");
    EXPECT_EQ(policy.verdict("resolve"), "allowed");
}

TEST(NetworkAnswers, OfTheHost) {
    Asked policy(network("host"));
    EXPECT_EQ(policy.ask("connect tcp 25"),
              "allowed: `host` shares the host's whole network\n"
              "4: host\n"
              "help: remove `host`\n");
    EXPECT_EQ(policy.verdict("resolve"), "allowed");
}

TEST(NetworkQuestions, ThatMakeNoSense) {
    Asked policy(network("host"));
    EXPECT_EQ(policy.ask("connect tcp 70000"),
              "error[bad-port]: `70000` is no TCP port\n"
              "  --> question:1:13\n"
              "  1 | connect tcp 70000\n"
              "    |             ^^^^^\n"
              "  help: write a number from 1 to 65535, for example `443`\n"
              "\n1 error\n");
    EXPECT_EQ(policy.ask("connect udp 53"),
              "error[unknown-protocol]: ports of `udp` cannot be named\n"
              "  --> question:1:9\n"
              "  1 | connect udp 53\n"
              "    |         ^^^\n"
              "  note: a policy limits the ports of TCP alone\n"
              "  help: ask `socket(AF_INET, SOCK_DGRAM)`\n"
              "\n1 error\n");
    EXPECT_NE(policy.ask("connect unix /run/x").find("help: ask `write /run/x` and `socket(AF_UNIX, SOCK_STREAM)`\n"),
              std::string::npos);
}

TEST(OtherAnswers, Capabilities) {
    Asked policy("capabilities { keep net_bind_service }");
    EXPECT_EQ(policy.verdict("capability net_bind_service"), "allowed");
    EXPECT_EQ(policy.ask("capability sys_chroot"),
              "denied EPERM: nothing keeps it, so what takes it is refused\n"
              "help: write `keep sys_chroot` in `capabilities { }`\n");
    EXPECT_NE(policy.ask("capability sys_chrot").find("a capability with a similar name exists: `sys_chroot`"),
              std::string::npos);
}

TEST(OtherAnswers, Devices) {
    Asked policy("files { device null }");
    EXPECT_EQ(policy.ask("device null"),
              "allowed: `device null` grants it\n"
              "2: null\n"
              "help: remove `null` from `device`\n");
    EXPECT_EQ(policy.ask("device fuse"),
              "denied ENOENT: nothing grants it, so `/dev` does not hold it\n"
              "help: write `device fuse` in `files { }`\n");
    EXPECT_NE(policy.ask("device /dev/fuse").find("help: write the name below /dev: `device fuse`"), std::string::npos);
}

TEST(OtherAnswers, Variables) {
    Asked policy("environment {\nkeep LC_*\nset EDITOR \"vi\"\n}");
    EXPECT_EQ(policy.ask("variable LC_ALL"),
              "allowed: `keep LC_*` passes the caller's value on\n"
              "3: LC_*\n"
              "help: remove `LC_*` from `keep`\n");
    EXPECT_EQ(policy.ask("variable EDITOR"),
              "allowed: it is set to `vi`\n"
              "4: set EDITOR \"vi\"\n"
              "note: the caller's own value is not seen\n"
              "help: remove `set EDITOR`\n");
    EXPECT_EQ(policy.ask("variable LD_PRELOAD"),
              "denied: nothing keeps or sets it, so it is not there\n"
              "help: write `keep LD_PRELOAD` in `environment { }`\n");
}

}  // namespace
}  // namespace ward::compiler
