// Servers of the host that a jailed program tries to reach. The backlog answers, so that none needs a thread.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <string>

namespace ward::test {

// On the host's loopback, at a port of its own.
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

// At a path, or under a name that has no file: then it begins with @, as ss(8) and unix(7) show it.
class UnixServer {
public:
    explicit UnixServer(const std::string& name) : socket_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const bool is_abstract = name.starts_with('@');
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        EXPECT_LT(name.size(), sizeof address.sun_path);
        name.copy(address.sun_path, name.size());
        if (is_abstract) address.sun_path[0] = 0;
        const std::size_t size = is_abstract ? offsetof(sockaddr_un, sun_path) + name.size() : sizeof address;
        EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), static_cast<socklen_t>(size)), 0);
        EXPECT_EQ(listen(socket_, 8), 0);
        if (is_abstract) return;
        EXPECT_EQ(chmod(name.c_str(), 0777), 0);
    }
    UnixServer(const UnixServer&) = delete;
    UnixServer& operator=(const UnixServer&) = delete;
    ~UnixServer() { close(socket_); }

private:
    int socket_;
};

}  // namespace ward::test
