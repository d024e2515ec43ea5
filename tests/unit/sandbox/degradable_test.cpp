#include "sandbox/degradable.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "sandbox/doctor.hpp"

namespace ward::sandbox {
namespace {

TEST(Degradable, WhatAJailIsMadeOfCannotBeGivenUp) {
    for (const char* name : {"user-namespace", "mounts", "pid-namespace", "proc", "network-namespace", "filter", "time",
                             "open-files", "", "Memory", "memory "})
        EXPECT_FALSE(is_degradable(name)) << name;
}

TEST(Degradable, EachIsAFeatureThatTheDoctorNamesAndThatNoJailNeeds) {
    const auto rows = judge(Probe()).rows;
    EXPECT_TRUE(std::ranges::is_sorted(degradable_features(), {}, &DegradableFeature::name));
    for (const DegradableFeature& feature : degradable_features()) {
        const auto row = std::ranges::find(rows, feature.name, &Finding::feature);
        ASSERT_NE(row, rows.end()) << feature.name;
        EXPECT_FALSE(row->required) << feature.name;
        EXPECT_FALSE(feature.without.empty());
    }
}

TEST(Degradable, TheNoteNamesTheOption) {
    EXPECT_EQ(degrading_note("memory"),
              "`--allow-degraded memory` runs the program without it: each of its processes is bounded alone");
}

}  // namespace
}  // namespace ward::sandbox
