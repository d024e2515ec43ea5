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

TEST(NetworkRules, AddUp) {
    EXPECT_FALSE(compile_text("limits { core 0 }").jail->network.host);
    const Compiled compiled = compile_texts({{"network { unix }"}, {"network { host }", 1}});
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_TRUE(compiled.jail->network.host);
    EXPECT_TRUE(compiled.jail->network.unix_sockets);
    EXPECT_TRUE(compile_text("network { host; host }").reports(slug::duplicate_statement));
}

}  // namespace
}  // namespace ward::compiler
