#include "compiler/call_index.hpp"

#include <gtest/gtest.h>

#include "compiler/call_multiplexers.hpp"

namespace ward::compiler {
namespace {

TEST(CallIndex, LeadsBackToTheName) {
    int seen = 0;
    for (const Abi abi : every_abi_listed) {
        for (std::uint32_t index = 0; index < index_count(abi); ++index) {
            const std::string_view name = name_at(abi, index);
            if (name.empty()) continue;
            ++seen;
            EXPECT_EQ(call_index(abi, name), index) << abi_name(abi) << ' ' << name;
        }
        EXPECT_EQ(name_at(abi, index_count(abi)), "");
    }
    EXPECT_GT(seen, 1500);
}

TEST(CallIndex, WhatHasNoNumberStandsBehindAllThatHave) {
    EXPECT_EQ(index_count(Abi::i386) - numbered_count(Abi::i386), 5U);
    for (std::uint32_t index = numbered_count(Abi::i386); index < index_count(Abi::i386); ++index) {
        EXPECT_EQ(call_number(Abi::i386, name_at(Abi::i386, index)), std::nullopt);
        EXPECT_NE(prototype_at(Abi::i386, index), nullptr) << name_at(Abi::i386, index);
    }
    for (const Abi abi : {Abi::x86_64, Abi::x32, Abi::aarch64}) EXPECT_EQ(index_count(abi), numbered_count(abi));
}

TEST(CallIndex, EveryOperationOfAMultiplexerHasOne) {
    for (const Operation& operation : operations())
        EXPECT_TRUE(call_index(Abi::i386, operation.call)) << operation.call;
}

}  // namespace
}  // namespace ward::compiler
