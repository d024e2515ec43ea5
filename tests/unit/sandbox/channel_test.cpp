// Packets to an init that may have ended.
#include "sandbox/channel.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "sandbox/setup_failure.hpp"

namespace ward::sandbox {
namespace {

TEST(Channel, APacketArrivesInOnePiece) {
    const Channel channel = open_channel();
    const std::uint64_t sent = 0x1122334455667788;
    send_packet(channel.own.number(), &sent, sizeof sent, "say it");
    std::uint64_t received = 0;
    iovec part{&received, sizeof received};
    msghdr packet{};
    packet.msg_iov = &part;
    packet.msg_iovlen = 1;
    EXPECT_EQ(receive(channel.far.number(), packet), static_cast<ssize_t>(sizeof received));
    EXPECT_EQ(received, sent);
    EXPECT_EQ(receive(channel.far.number(), packet), -1);
    EXPECT_EQ(errno, EAGAIN);
}

// unix(7): the first call after that is ECONNRESET, those that follow are EPIPE.
TEST(Channel, AnInitThatEndsWithAPacketUnreadIsNoError) {
    Channel channel = open_channel();
    const char word = 1;
    send_packet(channel.own.number(), &word, 1, "say it");
    channel.far.reset();
    EXPECT_NO_THROW(send_packet(channel.own.number(), &word, 1, "say it"));
    EXPECT_NO_THROW(send_packet(channel.own.number(), &word, 1, "say it"));
    EXPECT_NO_THROW(send_go(channel.own.number()));
}

TEST(Channel, WhatDoesNotFitIsAnError) {
    const Channel channel = open_channel();
    const std::vector<char> large(std::size_t{64} << 20);
    try {
        send_packet(channel.own.number(), large.data(), large.size(), "say it");
        FAIL();
    } catch (const SetupFailure& failure) {
        EXPECT_STREQ(failure.what(), "cannot say it: message too long (EMSGSIZE)");
    }
}

}  // namespace
}  // namespace ward::sandbox
