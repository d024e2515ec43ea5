#include "sandbox/pressure.hpp"

#include <gtest/gtest.h>

namespace ward::sandbox {
namespace {

TEST(Pressure, TheTotalsOfBothLines) {
    const auto pressure = parse_pressure(
        "some avg10=1.50 avg60=0.20 avg300=0.00 total=123456\n"
        "full avg10=0.00 avg60=0.00 avg300=0.00 total=789\n");
    ASSERT_TRUE(pressure);
    EXPECT_EQ(pressure->some_microseconds, 123456U);
    EXPECT_EQ(pressure->full_microseconds, 789U);
}

TEST(Pressure, ProcessorsMayHaveOneLine) {
    const auto pressure = parse_pressure("some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n");
    ASSERT_TRUE(pressure);
    EXPECT_EQ(pressure->some_microseconds, 7U);
    EXPECT_FALSE(pressure->full_microseconds);
}

TEST(Pressure, NothingIsNotZero) {
    EXPECT_FALSE(parse_pressure(""));
    EXPECT_FALSE(parse_pressure("some avg10=0.00 avg60=0.00 avg300=0.00\n"));
    EXPECT_FALSE(parse_pressure("full avg10=0.00 avg60=0.00 avg300=0.00 total=789\n"));
    EXPECT_FALSE(parse_pressure("some avg10=0.00 total=x\n"));
}

}  // namespace
}  // namespace ward::sandbox
