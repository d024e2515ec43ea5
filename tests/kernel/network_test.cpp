// The network of a jail: its own with a loopback interface, or the host's.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/kernel/jail_test.hpp"

namespace ward::test {

namespace {

// A server on the host's loopback; its backlog answers without a thread.
class Server {
public:
    Server() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const name = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(bind(socket_, name, size), 0);
        EXPECT_EQ(listen(socket_, 8), 0);
        EXPECT_EQ(getsockname(socket_, name, &size), 0);
        port_ = ntohs(address.sin_port);
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() { close(socket_); }

    [[nodiscard]] std::string port() const { return std::to_string(port_); }

private:
    int socket_;
    unsigned port_ = 0;
};

}  // namespace

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

}  // namespace ward::test
