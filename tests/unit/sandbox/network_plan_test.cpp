#include "sandbox/network_plan.hpp"

#include <gtest/gtest.h>

#include "policy/render.hpp"

namespace ward::sandbox {
namespace {

class NetworkPlan : public testing::Test {
protected:
    std::string errors() {
        policy::Diagnostics diagnostics;
        check_network(jail, host, diagnostics);
        std::string text;
        for (const auto* each : diagnostics.sorted()) text += policy::render(*each, {});
        return text;
    }

    compiler::Jail jail;
    Host host;
};

TEST_F(NetworkPlan, PortsNeedLandlock) {
    EXPECT_EQ(errors(), "");
    jail.network.connect = {{443, 443, {}}};
    host.landlock_abi = 4;
    EXPECT_EQ(errors(), "");
    host.landlock_abi = 3;
    EXPECT_EQ(errors(),
              "error[landlock-missing]: this kernel cannot limit TCP to single ports\n"
              "  note: that takes Landlock's interface 4, of Linux 6.7; this kernel has 3\n"
              "  note: `--allow-degraded ports` runs the program without it: it may use every TCP port of the host's "
              "network\n"
              "  help: write `network { host }` if the program may use all of the host's network\n");
    host.landlock_abi = 0;
    EXPECT_NE(errors().find("this kernel has none"), std::string::npos);
}

TEST_F(NetworkPlan, UnixSocketsOnASharedNetworkNeedAScope) {
    jail.network.resolve = true;
    jail.network.unix_sockets = true;
    host.landlock_abi = 6;
    EXPECT_EQ(errors(), "");
    host.landlock_abi = 5;
    EXPECT_EQ(
        errors(),
        "error[landlock-missing]: this kernel cannot keep abstract Unix sockets of the host out\n"
        "  note: that takes Landlock's interface 6, of Linux 6.12; this kernel has 5\n"
        "  note: `--allow-degraded scopes` runs the program without it: it may reach abstract Unix sockets of the "
        "host\n"
        "  help: remove `unix`, or run a newer kernel\n");
}

TEST_F(NetworkPlan, SingleSocketsOnTheHostsNetworkNeedAScope) {
    jail.network.host = true;
    host.landlock_abi = 5;
    EXPECT_EQ(errors(), "");
    jail.network.unix_sockets = true;  // any, abstract ones too
    EXPECT_EQ(errors(), "");
    jail.network.unix_paths.push_back({"/run/one.socket", {}});
    EXPECT_NE(errors().find("this kernel cannot keep abstract Unix sockets of the host out"), std::string::npos);
    host.landlock_abi = 6;
    EXPECT_EQ(errors(), "");
}

TEST_F(NetworkPlan, WhatTheCommandLineGivesUpIsNoError) {
    jail.network.connect = {{443, 443, {}}};
    jail.network.unix_sockets = true;
    const auto missing = [this] {
        std::string names;
        for (const Degraded& each : missing_in_landlock(jail.network, host)) names += each.feature + ' ';
        return names;
    };
    host.landlock_abi = 6;
    EXPECT_EQ(missing(), "");
    host.landlock_abi = 4;
    EXPECT_EQ(missing(), "scopes ");
    host.landlock_abi = 0;
    EXPECT_EQ(missing(), "scopes ports ");
    const auto errors_with = [this](const AllowedDegraded& allowed) {
        policy::Diagnostics diagnostics;
        check_network(jail, host, diagnostics, allowed);
        return diagnostics.errors();
    };
    EXPECT_EQ(errors_with({"scopes", "ports"}), 0U);
    EXPECT_EQ(errors_with({"scopes"}), 1U);
    EXPECT_EQ(errors_with({"ports"}), 1U);
    EXPECT_EQ(errors_with({"memory"}), 1U);
}

TEST_F(NetworkPlan, AllOfTheNetworkNeedsNothing) {
    jail.network.host = true;
    jail.network.unix_sockets = true;
    jail.network.connect = {{443, 443, {}}};
    EXPECT_EQ(errors(), "");
    EXPECT_FALSE(limits_ports(jail.network));
}

TEST_F(NetworkPlan, ResolvingTakesTheHostsServersByTcp) {
    jail.network.resolve = true;
    host.read_text = [](const std::string& path) {
        return path == "/etc/resolv.conf" ? std::string("# made by hand\nnameserver 127.0.0.53\nsortlist x\nsearch a b")
                                          : std::string();
    };
    const auto rules = files_for_resolving(jail.network, host);
    ASSERT_EQ(rules.size(), 5U);
    EXPECT_EQ(rules.back().path, "/etc/resolv.conf");
    EXPECT_EQ(rules.back().text, "nameserver 127.0.0.53\nsearch a b\noptions use-vc\n");
    for (const auto& rule : rules)
        if (rule.kind == compiler::FileRule::Kind::grant) {
            EXPECT_TRUE(rule.optional) << rule.path;
        }
    jail.network.host = true;
    EXPECT_TRUE(files_for_resolving(jail.network, host).empty()) << "the policy says what it reads";
}

}  // namespace
}  // namespace ward::sandbox
