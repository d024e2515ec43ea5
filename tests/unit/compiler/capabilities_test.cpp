#include "compiler/capabilities.hpp"

#include <gtest/gtest.h>

#include "lowering_fixture.hpp"

namespace ward::compiler {
namespace {

namespace slug = policy::slug;

TEST(CapabilityNames, AreTakenInEveryForm) {
    for (const char* name : {"net_bind_service", "cap_net_bind_service", "CAP_NET_BIND_SERVICE", "NET_BIND_SERVICE"}) {
        EXPECT_EQ(capability_number(name), 10) << name;
    }
    for (const char* name : {"", "cap_", "cap_cap_chown", "net_bind", "chown "})
        EXPECT_FALSE(capability_number(name)) << name;
    EXPECT_EQ(capability_name(0), "chown");
    EXPECT_EQ(capability_name(40), "checkpoint_restore");
}

TEST(CapabilityRules, AreBits) {
    const Compiled compiled =
        compile_texts({{"capabilities { keep chown, cap_kill }"}, {"capabilities { keep kill }", 1}});
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_EQ(compiled.jail->capabilities.kept, (1ULL << 0) | (1ULL << 5));
    EXPECT_EQ(compiled.jail->capabilities.origins.at(5).size(), 2U);
    EXPECT_EQ(compile_text("limits { core 0 }").jail->capabilities.kept, 0U);
    EXPECT_TRUE(compile_text("capabilities { keep kill, cap_kill }").reports(slug::duplicate_statement));
}

TEST(CapabilityRules, OnesWithoutEffectAreErrors) {
    for (const char* name :
         {"sys_time", "sys_module", "mknod", "sys_rawio", "syslog", "wake_alarm", "audit_write", "mac_admin", "bpf"}) {
        EXPECT_TRUE(
            compile_text(std::string("capabilities { keep ") + name + " }").reports(slug::capability_not_namespaced))
            << name;
    }
    EXPECT_TRUE(compile_text("capabilities { keep net_bind_service }").jail);
    EXPECT_TRUE(compile_text("capabilities { keep net_bind_service }\nnetwork { host }")
                    .reports(slug::capability_not_namespaced));
}

TEST(CapabilityRules, UnknownOnesHaveASuggestion) {
    const Compiled compiled = compile_text("capabilities { keep sys_admn }");
    EXPECT_TRUE(compiled.reports(slug::unknown_capability));
    EXPECT_NE(compiled.messages().find("`sys_admin`"), std::string::npos) << compiled.messages();
}

}  // namespace
}  // namespace ward::compiler
