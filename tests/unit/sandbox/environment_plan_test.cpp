#include "sandbox/environment_plan.hpp"

#include <gtest/gtest.h>

namespace ward::sandbox {
namespace {

using Variables = std::vector<std::string>;

compiler::Environment keeping(const Variables& patterns) {
    compiler::Environment environment;
    for (const std::string& pattern : patterns) environment.kept.push_back({pattern, {}});
    return environment;
}

TEST(EnvironmentPlan, KeepsOnlyWhatIsNamed) {
    EXPECT_EQ(plan_environment(keeping({"PATH", "LC_*"}), {"PATH=/bin", "LC_ALL=C", "LC=x", "SECRET=1", "PATHS=2"}),
              (Variables{"LC_ALL=C", "PATH=/bin"}));
}

TEST(EnvironmentPlan, StarsStandAnywhere) {
    EXPECT_EQ(plan_environment(keeping({"A*_C*E"}), {"AB_CDE=1", "A_CE=2", "A_C=3"}),
              (Variables{"AB_CDE=1", "A_CE=2"}));
}

TEST(EnvironmentPlan, WhatIsSetWins) {
    auto environment = keeping({"HOME"});
    environment.set["HOME"] = {"/nowhere", {}};
    environment.set["EMPTY"] = {"", {}};
    EXPECT_EQ(plan_environment(environment, {"HOME=/root"}), (Variables{"EMPTY=", "HOME=/nowhere"}));
}

TEST(EnvironmentPlan, TheFirstOfTwoCountsAndNamelessOnesAreDropped) {
    EXPECT_EQ(plan_environment(keeping({"A", "*"}), {"A=1", "A=2", "=3", "B"}), Variables{"A=1"});
}

}  // namespace
}  // namespace ward::sandbox
