// The network of a jail: its own with a loopback interface, or the host's.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/kernel/jail_test.hpp"
#include "tests/kernel/servers.hpp"

namespace ward::test {

class Network : public JailTest {};
WARD_AS_BOTH_USERS(Network);

TEST_P(Network, LoopbackOfItsOwnIsUp) {
    EXPECT_EQ(seen("", {"net_probe", "meet-itself"}), "connected");
    EXPECT_EQ(seen("", {"net_probe", "interfaces"}), "lo");
}

TEST_P(Network, TheHostIsNotThere) {
    const Server server;
    EXPECT_EQ(seen("", {"net_probe", "connect", server.port()}), "ECONNREFUSED");
}

TEST_P(Network, TheHostIsThereIfThePolicySaysSo) {
    const Server server;
    EXPECT_EQ(seen("network { host }", {"net_probe", "connect", server.port()}), "connected");
}

TEST_P(Network, SocketFamilies) {
    const auto family = [](int number) {
        return std::vector<std::string>{"net_probe", "socket", std::to_string(number)};
    };
    EXPECT_EQ(seen("", family(AF_INET)), "made");
    EXPECT_EQ(seen("", family(AF_INET6)), "made");
    EXPECT_EQ(seen("", family(AF_NETLINK)), "made") << "NETLINK_ROUTE";
    EXPECT_EQ(seen("", family(AF_UNIX)), "EAFNOSUPPORT");
    EXPECT_EQ(seen("", family(AF_PACKET)), "EAFNOSUPPORT");
    EXPECT_EQ(seen("", family(AF_VSOCK)), "EAFNOSUPPORT");
    EXPECT_EQ(seen("network { host }", family(AF_UNIX)), "EAFNOSUPPORT");
    EXPECT_EQ(seen("network { unix }", family(AF_UNIX)), "made");
    EXPECT_EQ(seen("", {"net_probe", "socketpair"}), "made");
}

TEST_P(Network, OnlyTheNamedPortsAreThere) {
    const Server named;
    const Server other;
    const std::string policy = "network { connect tcp " + named.port() + " }";
    EXPECT_EQ(seen(policy, {"net_probe", "connect", named.port()}), "connected");
    EXPECT_EQ(seen(policy, {"net_probe", "connect", other.port()}), "EACCES");
    EXPECT_EQ(seen(policy, {"net_probe", "listen", named.port()}), "EACCES");
    EXPECT_EQ(seen(policy, {"net_probe", "socket", std::to_string(AF_INET)}), "EPROTONOSUPPORT") << "UDP";
    const std::string both = "network { connect tcp " + named.port() + "; connect tcp " + other.port() + " }";
    EXPECT_EQ(seen(both, {"net_probe", "connect", other.port()}), "connected");
    const std::string forbidden = both + "\nnetwork { forbid connect tcp " + other.port() + " }";
    EXPECT_EQ(seen(forbidden, {"net_probe", "connect", other.port()}), "EACCES");
}

TEST_P(Network, OnlyTheNamedPortsAreListenedAt) {
    const std::string policy = "network { listen tcp 47000..47010 }";
    EXPECT_EQ(seen(policy, {"net_probe", "listen", "47005"}), "listens");
    EXPECT_EQ(seen(policy, {"net_probe", "listen", "47011"}), "EACCES");
    EXPECT_EQ(seen(policy, {"net_probe", "listen", "0"}), "EACCES") << "any port";
    const Server server;
    EXPECT_EQ(seen(policy, {"net_probe", "connect", server.port()}), "EACCES");
}

// A server on ::1 with a port of its own.
TEST_P(Network, PortsHoldForBothVersionsOfTheProtocol) {
    const int server = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    socklen_t size = sizeof address;
    auto* const name = reinterpret_cast<sockaddr*>(&address);
    if (server < 0 || bind(server, name, size) != 0) GTEST_SKIP() << "this host has no IPv6";
    ASSERT_EQ(listen(server, 8), 0);
    ASSERT_EQ(getsockname(server, name, &size), 0);
    const std::string port = std::to_string(ntohs(address.sin6_port));
    EXPECT_EQ(seen("", {"net_probe", "connect6", port}), "ECONNREFUSED") << "a loopback of its own";
    EXPECT_EQ(seen("network { host }", {"net_probe", "connect6", port}), "connected");
    EXPECT_EQ(seen("network { connect tcp " + port + " }", {"net_probe", "connect6", port}), "connected");
    EXPECT_EQ(seen("network { connect tcp 9 }", {"net_probe", "connect6", port}), "EACCES");
    EXPECT_EQ(seen("network { listen tcp 47000..47010 }", {"net_probe", "listen6", "47006"}), "listens");
    EXPECT_EQ(seen("network { listen tcp 47000..47010 }", {"net_probe", "listen6", "47011"}), "EACCES");
    close(server);
}

TEST_P(Network, ResolvingAsksByTcpAlone) {
    const Server server;
    EXPECT_EQ(seen("network { resolve }", {"net_probe", "connect", server.port()}), "EACCES");
    EXPECT_EQ(seen("network { resolve }", {"net_probe", "connect", "53"}), "ECONNREFUSED") << "nothing listens there";
    EXPECT_NE(seen("network { resolve }", {"file_probe", "read", "/etc/resolv.conf"}).find("options use-vc"),
              std::string::npos);
    EXPECT_EQ(seen("network { resolve }", {"file_probe", "read", "/etc/passwd"}), "ENOENT");
}

TEST_P(Network, ASocketByItsPath) {
    const UnixServer server(scene().work() + "/socket");
    const std::vector<std::string> meet = {"net_probe", "unix", "$work/socket"};
    EXPECT_EQ(seen("network { unix $work/socket }", meet), "connected");
    EXPECT_EQ(seen("network { unix }", meet), "ENOENT");
    EXPECT_EQ(seen("files { read $work/socket }", meet), "EAFNOSUPPORT");
}

}  // namespace ward::test
