#include "sandbox/processors.hpp"

#include <gtest/gtest.h>

namespace ward::sandbox {
namespace {

compiler::CpuSet set_of(std::vector<std::pair<unsigned, unsigned>> ranges) {
    return {std::move(ranges), false, {}};
}

TEST(Processors, AreThoseThatTheHostHas) {
    EXPECT_EQ(processors_of(set_of({{0, 1}, {9, 12}}), "0-3,8-10\n"), (ProcessorList{0, 1, 9, 10}));
    EXPECT_EQ(processors_of(set_of({{4, 7}}), "0-3,8\n"), ProcessorList{});
    EXPECT_EQ(processors_of(set_of({{0, 7}}), "5"), ProcessorList{5});
    EXPECT_EQ(processors_of(set_of({{0, 7}}), ""), ProcessorList{}) << "a list that could not be read";
}

TEST(Processors, AsTheKernelWritesThem) {
    EXPECT_EQ(text_of({0, 2, 11}), "0,2,11");
    EXPECT_EQ(mask_of({0, 9}), std::string("\x01\x02\0\0\0\0\0\0", 8));
    EXPECT_EQ(mask_of({64}), std::string(8, '\0') + std::string("\x01\0\0\0\0\0\0\0", 8));
    EXPECT_EQ(mask_of({}), "");
}

}  // namespace
}  // namespace ward::sandbox
