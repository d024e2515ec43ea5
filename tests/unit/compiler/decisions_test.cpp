// Conditions as graphs of words: what is equal is the same node, and nothing is asked in vain.
#include "compiler/decisions.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace ward::compiler {
namespace {

constexpr Response allow{Response::Kind::allow};
constexpr Response eperm{Response::Kind::refuse, EPERM};

Condition equals(std::uint8_t argument, std::uint64_t value, std::uint8_t bits = 32, std::uint64_t mask = ~0ull) {
    return holds({argument, bits, false, Comparison::Relation::equal, mask, value});
}
Condition less(std::uint8_t argument, std::uint64_t value, std::uint8_t bits = 32, bool is_signed = false) {
    return holds({argument, bits, is_signed, Comparison::Relation::less, ~0ull, value});
}
CallModel allow_if(Condition when) {
    return {{{std::move(when), allow}}, eperm};
}

TEST(Decisions, EqualMeaningsAreTheSameNode) {
    Decisions decisions;
    const Condition a = equals(0, 1), b = equals(1, 2);
    const NodeId id = decisions.decide(allow_if(both(a, b)));
    EXPECT_EQ(decisions.decide(allow_if(both(b, a))), id);
    EXPECT_EQ(decisions.decide(allow_if(negated(either(negated(a), negated(b))))), id);
    const CallModel refuse_first{{{negated(both(a, b)), eperm}}, allow};
    EXPECT_EQ(decisions.decide(refuse_first), id);
    EXPECT_NE(decisions.decide(allow_if(either(a, b))), id);
}

TEST(Decisions, OnlyARefusalHasAnErrno) {
    Decisions decisions;
    EXPECT_EQ(decisions.respond({Response::Kind::allow, 7}), decisions.respond(allow));
    EXPECT_NE(decisions.respond({Response::Kind::refuse, 7}), decisions.respond(eperm));
}

TEST(Decisions, WhatDoesNotMatterIsNotAsked) {
    Decisions decisions;
    const NodeId yes = decisions.respond(allow), no = decisions.respond(eperm);
    EXPECT_EQ(decisions.decide(allow_if(either(equals(0, 1), negated(equals(0, 1))))), yes);
    EXPECT_EQ(decisions.decide(allow_if(both(equals(0, 1), equals(0, 2)))), no);
    EXPECT_EQ(decisions.decide(allow_if(both(less(0, 5), negated(less(0, 5))))), no);
    EXPECT_EQ(decisions.decide(allow_if(equals(0, 1, 32, 6))), no) << "the mask clears the bit";
    EXPECT_EQ(decisions.decide(allow_if(equals(0, 0, 32, 0))), yes);
    EXPECT_EQ(decisions.decide(allow_if(negated(less(0, 0)))), yes);
    const CallModel key{{}, eperm, true}, key_and_nothing{{{never(), allow}}, eperm, true};
    EXPECT_EQ(decisions.decide(key), decisions.decide(key_and_nothing));
}

TEST(Decisions, AListOfValuesIsOneNodeOfRanges) {
    Decisions decisions;
    Condition list = never();
    for (const std::uint64_t value : {3u, 0u, 2u, 1u, 7u}) list = either(list, equals(0, value));
    const Decisions::Node& node = decisions[decisions.decide(allow_if(list))];
    const NodeId yes = decisions.respond(allow), no = decisions.respond(eperm);
    EXPECT_EQ(node.branches, (std::vector<Decisions::Branch>{{3, yes}, {6, no}, {7, yes}, {~0u, no}}));
}

TEST(Decisions, ASignedBoundIsTwoRanges) {
    Decisions decisions;
    const NodeId yes = decisions.respond(allow), no = decisions.respond(eperm);
    const auto branches = [&](std::uint64_t bound) {
        return decisions[decisions.decide(allow_if(less(0, bound, 32, true)))].branches;
    };
    EXPECT_EQ(branches(5), (std::vector<Decisions::Branch>{{4, yes}, {0x7fffffff, no}, {~0u, yes}}));
    EXPECT_EQ(branches(0xfffffffe), (std::vector<Decisions::Branch>{{0x7fffffff, no}, {0xfffffffd, yes}, {~0u, no}}));
}

// By the second argument first, the first one would have to be asked in two places.
TEST(Decisions, TheOrderOfFieldsIsTheCheapest) {
    Decisions decisions;
    const Condition netlink = both(equals(2, 0), equals(0, 16));
    for (const Condition& when : {either(netlink, equals(0, 2)), either(equals(0, 2), netlink)})
        EXPECT_EQ(decisions[decisions.decide(allow_if(when))].field.argument, 0);
}

TEST(Decisions, TheNextValueOfAMask) {
    EXPECT_EQ(next_value(~0u, 17), 17u);
    EXPECT_EQ(next_value(6, 0), 0u);
    EXPECT_EQ(next_value(6, 1), 2u);
    EXPECT_EQ(next_value(6, 3), 4u);
    EXPECT_EQ(next_value(6, 5), 6u);
    EXPECT_GT(next_value(6, 7), 6u) << "there is none";
    EXPECT_EQ(next_value(0x80000000, 1), 0x80000000u);
    EXPECT_GT(next_value(0x80000000, 0x80000001), 0x80000000u);
    EXPECT_EQ(next_value(0xff00, 0x1ff), 0x200u);
    for (std::uint32_t mask = 0; mask < 64; ++mask) {
        for (std::uint32_t least = 0; least < 64; ++least) {
            std::uint64_t wanted = least;
            while ((wanted & ~std::uint64_t{mask}) != 0 && wanted <= mask) ++wanted;
            if (wanted <= mask)
                EXPECT_EQ(next_value(mask, least), wanted) << mask << " " << least;
            else
                EXPECT_GT(next_value(mask, least), mask) << mask << " " << least;
        }
    }
}

}  // namespace
}  // namespace ward::compiler
