#include <gtest/gtest.h>

#include "lowering_fixture.hpp"

namespace ward::compiler {
namespace {

namespace slug = policy::slug;

TEST(ProcessRules, HaveDefaults) {
    const Compiled compiled = compile_text("limits { core 0 }");
    EXPECT_EQ(compiled.jail->process.hostname.value, "ward");
    EXPECT_TRUE(compiled.jail->process.hostname.origins.empty());
    EXPECT_EQ(compiled.jail->process.user.value, "");
    EXPECT_EQ(compiled.jail->process.terminal.value, Terminal::private_pty);
}

TEST(ProcessRules, TheNearestWins) {
    const Compiled compiled =
        compile_texts({{"process { hostname near; user www-data }"}, {"process { hostname far; terminal none }", 1}});
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_EQ(compiled.jail->process.hostname.value, "near");
    EXPECT_EQ(compiled.jail->process.user.value, "www-data");
    EXPECT_EQ(compiled.jail->process.terminal.value, Terminal::none);
    EXPECT_TRUE(compile_text("process { user a; user b }").reports(slug::conflicting_values));
}

TEST(ProcessRules, ValuesAreChecked) {
    const std::string long_name(65, 'a');
    for (const std::string& name : {std::string("a b"), std::string("-a"), std::string("a."), std::string("a..b"),
                                    std::string("a_b"), long_name, std::string()}) {
        EXPECT_TRUE(compile_text("process { hostname \"" + name + "\" }").reports(slug::bad_value)) << name;
    }
    for (const char* name : {"-x", "a:b", "Root", "4294967295", "\"\""}) {
        EXPECT_TRUE(compile_text(std::string("process { user ") + name + " }").reports(slug::bad_value)) << name;
    }
    for (const char* name : {"root", "0", "4294967293", "_apt", "systemd-network", "$user", "$uid"}) {
        EXPECT_TRUE(compile_text(std::string("process { user ") + name + " }").jail) << name;
    }
    const Compiled terminal = compile_text("process { terminal privat }");
    EXPECT_TRUE(terminal.reports(slug::bad_value));
    EXPECT_NE(terminal.messages().find("`private`"), std::string::npos);
}

TEST(ProcessRules, PlaceAndGroup) {
    const Compiled compiled =
        compile_texts({{"process { directory ~/x/; group 100 }"}, {"process { directory /srv; group audio }", 1}});
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_EQ(compiled.jail->process.directory.value, "/home/ada/x");
    EXPECT_EQ(compiled.jail->process.group.value, "100");
    EXPECT_TRUE(compile_text("process { directory a/b }").reports(slug::path_not_absolute));
    EXPECT_TRUE(compile_text("process { directory /a/../b }").reports(slug::path_with_dotdot));
    EXPECT_TRUE(compile_text("process { directory /a* }").reports(slug::glob_not_allowed));
    EXPECT_TRUE(compile_text("process { directory /a; directory /b }").reports(slug::conflicting_values));
    EXPECT_TRUE(compile_text("process { group a:b }").reports(slug::bad_value));
}

TEST(ProcessRules, WhatIsSharedAddsUp) {
    const Compiled compiled = compile_texts({{"process { share pid, uts }"}, {"process { share ipc, uts }", 1}});
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    const Process& process = compiled.jail->process;
    EXPECT_EQ(process.share_pid.size(), 1U);
    EXPECT_EQ(process.share_ipc.size(), 1U);
    EXPECT_EQ(process.share_uts.size(), 2U);
    EXPECT_TRUE(process.share_cgroup.empty());
    EXPECT_EQ(compile_text("process { share cgroup }").jail->process.share_cgroup.size(), 1U);
    EXPECT_TRUE(compile_text("process { share pid, pid }").reports(slug::duplicate_statement));
    const Compiled unknown = compile_text("process { share pids }");
    EXPECT_TRUE(unknown.reports(slug::bad_value));
    EXPECT_NE(unknown.messages().find("`pid`"), std::string::npos);
    EXPECT_TRUE(compile_text("process { share net }").reports(slug::bad_value));
}

TEST(ProcessRules, PermissionsAreSaidInWords) {
    const Process none = compile_text("limits { core 0 }").jail->process;
    EXPECT_TRUE(none.nested.empty() && none.debug.empty());
    const Compiled compiled = compile_texts({{"process { nested allow }"}, {"process { debug allow }", 1}});
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_EQ(compiled.jail->process.nested.size(), 1U);
    EXPECT_EQ(compiled.jail->process.debug.size(), 1U);
    EXPECT_TRUE(compile_text("process { nested forbid }").reports(slug::bad_value));
    EXPECT_TRUE(compile_text("process { debug allow; debug allow }").reports(slug::duplicate_statement));
}

TEST(ProcessRules, OneValueIsOneValue) {
    for (const char* text : {"hostname a, b", "user a, b", "terminal none, none", "nested allow, allow"}) {
        EXPECT_FALSE(compile_text(std::string("process { ") + text + " }").jail) << text;
    }
}

}  // namespace
}  // namespace ward::compiler
