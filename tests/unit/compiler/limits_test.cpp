#include "compiler/limits.hpp"

#include <gtest/gtest.h>

#include "compiler/cpu_set.hpp"
#include "lowering_fixture.hpp"

namespace ward::compiler {
namespace {

namespace slug = policy::slug;

TEST(Limits, TheTableIsInTheOrderOfTheEnum) {
    for (std::size_t i = 0; i < limit_count; ++i) EXPECT_EQ(static_cast<std::size_t>(limit_table[i].id), i);
}

TEST(Limits, EveryLimitHasItsUnit) {
    const Compiled compiled = compile_text(
        "limits { memory 1G; swap 0; tasks 64; cpu 1.5; time 60s; cpu-time 30s; open-files 256; file-size 10M; stack "
        "8M; core 0; io 20M; priority 10 }");
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    const std::uint64_t expected[limit_count] = {1U << 30, 0,   64,        1500,     20U << 20, 60'000,
                                                 30'000,   256, 10U << 20, 8U << 20, 0,         10};
    for (std::size_t i = 0; i < limit_count; ++i) {
        ASSERT_TRUE(compiled.jail->limits[i]) << limit_table[i].name;
        EXPECT_EQ(compiled.jail->limits[i]->value, expected[i]) << limit_table[i].name;
        EXPECT_FALSE(compiled.jail->limits[i]->optional);
    }
}

TEST(Limits, NothingIsLimitedThatNobodyLimits) {
    const Compiled compiled = compile_text("limits { core 0 }");
    for (const LimitRow& row : limit_table) {
        EXPECT_EQ(compiled.jail->limit(row.id).has_value(), row.id == LimitName::core) << row.name;
    }
}

TEST(Limits, TheNearestWins) {
    const Compiled compiled =
        compile_texts({{"limits { memory? 1G }"}, {"limits { memory 2G; tasks 3 }", 1}, {"limits { tasks 4 }", 2}});
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_EQ(compiled.jail->limit(LimitName::memory)->value, 1U << 30);
    EXPECT_TRUE(compiled.jail->limit(LimitName::memory)->optional);
    EXPECT_EQ(compiled.jail->limit(LimitName::tasks)->value, 3U);
}

TEST(Limits, TwoValuesAtTheSameDistanceAreAnError) {
    const Compiled compiled =
        compile_texts({{"limits { core 0 }"}, {"limits { tasks 3 }", 1}, {"limits { tasks 4 }", 1}});
    EXPECT_EQ(compiled.count(slug::conflicting_values), 1U);
    EXPECT_TRUE(compile_text("limits { tasks 3; tasks 4 }").reports(slug::conflicting_values));
    EXPECT_TRUE(compile_text("limits { tasks 3; tasks 3 }").reports(slug::duplicate_statement));
    const Compiled same = compile_texts({{"limits { core 0 }"}, {"limits { tasks 3 }", 1}, {"limits { tasks? 3 }", 1}});
    ASSERT_TRUE(same.jail) << same.messages();
    EXPECT_FALSE(same.jail->limit(LimitName::tasks)->optional);
}

TEST(Limits, OutOfRangeAndBadValuesAreErrors) {
    for (const char* text : {"memory 512K", "tasks 0", "cpu 0.009", "cpu 2000", "time 0", "open-files 3", "stack 64K",
                             "cpu-time 500ms", "cpu-time 1500ms", "memory 2000T", "open-files 2000000"}) {
        EXPECT_TRUE(compile_text(std::string("limits { ") + text + " }").reports(slug::value_out_of_range)) << text;
    }
    for (const char* text :
         {"memory 1000", "memory 1g", "tasks 1K", "tasks many", "cpu 50%", "time 60", "core unlimited"}) {
        EXPECT_TRUE(compile_text(std::string("limits { ") + text + " }").reports(slug::bad_value)) << text;
    }
}

TEST(Limits, AnUnknownNameHasASuggestion) {
    const Compiled compiled = compile_text("limits { memroy 1G }");
    EXPECT_TRUE(compiled.reports(slug::unknown_limit));
    EXPECT_NE(compiled.messages().find("a limit with a similar name exists: `memory`"), std::string::npos)
        << compiled.messages();
}

// ---- cpu-set

std::string cpu_set_of(const std::string& text) {
    const Compiled compiled = compile_text("limits { cpu-set " + text + " }");
    return compiled.jail && compiled.jail->cpu_set ? format_cpu_set(*compiled.jail->cpu_set) : compiled.messages();
}

TEST(CpuSets, AreSortedAndJoined) {
    EXPECT_EQ(cpu_set_of("0..3, 6"), "0..3, 6");
    EXPECT_EQ(cpu_set_of("6, 2..3, 0, 1"), "0..3, 6");
    EXPECT_EQ(cpu_set_of("5"), "5");
    EXPECT_EQ(cpu_set_of("8191"), "8191");
    EXPECT_FALSE(compile_text("limits { core 0 }").jail->cpu_set);
    EXPECT_EQ(size_of(*compile_text("limits { cpu-set 0..3, 6 }").jail->cpu_set), 5U);
}

TEST(CpuSets, TheNearestWins) {
    const Compiled compiled = compile_texts({{"limits { cpu-set? 1 }"}, {"limits { cpu-set 2 }", 1}});
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_EQ(format_cpu_set(*compiled.jail->cpu_set), "1");
    EXPECT_TRUE(compiled.jail->cpu_set->optional);
    EXPECT_TRUE(compile_text("limits { cpu-set 1; cpu-set 2 }").reports(slug::conflicting_values));
    EXPECT_TRUE(compile_text("limits { cpu-set 0..1; cpu-set 0, 1 }").reports(slug::duplicate_statement));
}

TEST(CpuSets, WithMistakesAreErrors) {
    EXPECT_TRUE(compile_text("limits { cpu-set 3..0 }").reports(slug::reversed_range));
    EXPECT_TRUE(compile_text("limits { cpu-set 1, 0..2 }").reports(slug::overlapping_ranges));
    EXPECT_TRUE(compile_text("limits { cpu-set 8192 }").reports(slug::value_out_of_range));
    for (const char* text : {"all", "0-3", "1..", "..1", "1.5"}) {
        EXPECT_TRUE(compile_text(std::string("limits { cpu-set ") + text + " }").reports(slug::bad_value)) << text;
    }
}

TEST(Limits, OneValueIsOneValue) {
    EXPECT_TRUE(compile_text("limits { memory 1G, 2G }").reports(slug::too_many_values));
}

}  // namespace
}  // namespace ward::compiler
