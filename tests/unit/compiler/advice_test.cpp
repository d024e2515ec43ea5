#include "compiler/advice.hpp"

#include <gtest/gtest.h>

#include "compiler/secrets.hpp"
#include "lowering_fixture.hpp"
#include "policy/library.hpp"

namespace ward::compiler {
namespace {

namespace slug = policy::slug;

std::size_t warnings(const std::string& text) {
    const Compiled compiled = compile_text(text);
    EXPECT_TRUE(compiled.jail) << compiled.messages();
    return compiled.diagnostics.warnings();
}

// ---- what should never be warned about

TEST(Advice, IsSilentAboutEveryShippedPolicy) {
    const policy::Library library{policy::SearchPath{}};
    std::size_t looked_at = 0;
    for (const policy::BuiltIn& shipped : policy::built_in_policies()) {
        Compiled compiled;
        const auto set = library.load(shipped.name, compiled.sources, compiled.diagnostics);
        ASSERT_TRUE(set) << compiled.messages();
        compiled.jail = compile(*set, with_parameters(some_facts(), *set), compiled.diagnostics);
        EXPECT_TRUE(compiled.jail);
        EXPECT_EQ(compiled.messages(), "") << shipped.name;
        ++looked_at;
    }
    EXPECT_GE(looked_at, 9U);
}

TEST(Advice, IsAboutThePolicyItselfOnly) {
    EXPECT_EQ(compile_texts({{"limits { core 0 }"},
                             {"files { read ~; private /tmp size 2M }\nlimits { memory 1M }\n"
                              "capabilities { keep sys_admin }",
                              1}})
                  .diagnostics.warnings(),
              0U);
}

// ---- secrets

TEST(Secrets, AreHiddenByTheBasePolicy) {
    Compiled compiled;
    const auto set = policy::Library{policy::SearchPath{}}.load("base.secrets", compiled.sources, compiled.diagnostics);
    ASSERT_TRUE(set);
    compiled.jail = compile(*set, with_parameters(some_facts(), *set), compiled.diagnostics);
    for (const Secret& secret : secrets) {
        const std::string path(secret.path);
        EXPECT_TRUE(
            rule_for(compiled, path.starts_with('~') ? "/home/ada" + path.substr(1) : path, FileRule::Kind::hide))
            << path;
    }
}

TEST(Secrets, ThatAGrantReachesAreNamed) {
    const Compiled compiled = compile_text("files { read ~ }");
    EXPECT_EQ(compiled.count(slug::secret_in_reach), 1U);
    EXPECT_NE(compiled.messages().find("`read /home/ada` reaches `/home/ada/.ssh`: SSH keys, and "), std::string::npos)
        << compiled.messages();
    EXPECT_NE(compiled.messages().find("use base.secrets"), std::string::npos);
    for (const char* text : {"read /home", "read ~/.config", "execute /etc", "read /data from ~", "read ~/.*",
                             "read /hom*", "overlay ~/.local/share", "read? /"}) {
        EXPECT_EQ(compile_text(std::string("files { ") + text + " }").count(slug::secret_in_reach), 1U) << text;
    }
}

TEST(Secrets, ThatAreNamedOrHiddenOrElsewhereAreNoWarning) {
    for (const char* text :
         {"read ~/.ssh", "read ~/.ssh/known_hosts", "read ~/.netrc", "read ~/work", "read ~/*", "read /usr, /var",
          "read ~/.config; hide ~/.config", "read /data from ~/work",
          "read ~/.config/git; hide ~/.config/git/credentials", "root /srv/x; read /etc", "hide ~"}) {
        EXPECT_EQ(compile_text(std::string("files { ") + text + " }").count(slug::secret_in_reach), 0U) << text;
    }
    Facts facts = some_facts();
    facts.arguments = {"/home/ada"};
    EXPECT_EQ(compile_text("files { read $arguments }", facts).count(slug::secret_in_reach), 0U);
}

TEST(Secrets, TheMostSpecificRuleDecides) {
    const Compiled compiled = compile_text("files { read ~; hide ~/.config; read ~/.config/gh }");
    EXPECT_EQ(compiled.messages().find("/home/ada/.config"), std::string::npos) << compiled.messages();
    // A `hide` inside of what is granted from elsewhere is about the host's path.
    EXPECT_EQ(compile_text("files { read /data from ~/.config; hide ~/.config }").count(slug::secret_in_reach), 0U);
}

// ---- files

TEST(ProtectedGrants, BelowAProtectedFolderAreTold) {
    EXPECT_EQ(
        compile_text("files { write ~/.config/fish/conf.d; protect ~/.config/fish }").count(slug::protected_grant), 1U);
    EXPECT_EQ(compile_text("files { write /mnt from /a/b; protect /a }").count(slug::protected_grant), 1U);
    EXPECT_EQ(compile_text("files { write /a/b; protect /* }").count(slug::protected_grant), 1U);
    EXPECT_EQ(compile_text("files { write /a; protect /a/b }").count(slug::protected_grant), 0U);
    EXPECT_EQ(compile_text("files { read /a/b; protect /a }").count(slug::protected_grant), 0U);
    EXPECT_EQ(compile_text("files { write /a; protect /a }").count(slug::protected_grant), 1U);
}

TEST(PrivateFolders, FitIntoTheMemory) {
    EXPECT_EQ(compile_text("files { private /tmp size 2G }\nlimits { memory 1G }").count(slug::private_exceeds_memory),
              1U);
    EXPECT_EQ(warnings("files { private /tmp size 1G }\nlimits { memory 1G }"), 0U);
    EXPECT_EQ(warnings("files { private /tmp }\nlimits { memory 1M }"), 0U);
    EXPECT_EQ(warnings("files { private /tmp size 2G }"), 0U);
}

// ---- limits and settings

TEST(LimitAdvice, OneThatIsNeverReached) {
    for (const char* text : {"cpu 2.5; cpu-set 0, 1", "tasks 1; time 1m; cpu-time 1m", "memory 1M; swap 0; stack 2M"}) {
        EXPECT_EQ(compile_text(std::string("limits { ") + text + " }").count(slug::limit_never_reached), 1U) << text;
    }
    for (const char* text : {"cpu 2; cpu-set 0, 1", "tasks 2; time 1m; cpu-time 1m", "tasks 1; time 1m; cpu-time 59s",
                             "memory 1M; stack 2M", "memory 1M; swap 1M; stack 2M"}) {
        EXPECT_EQ(warnings(std::string("limits { ") + text + " }"), 0U) << text;
    }
}

TEST(SettingAdvice, OneThatAnotherTakesTheEffectOf) {
    EXPECT_EQ(compile_text("environment {\n keep A\n set A \"x\"\n}").count(slug::shadowed_setting), 1U);
    EXPECT_EQ(compile_text("environment {\n keep A*\n set A \"x\"\n}").count(slug::shadowed_setting), 0U);
    EXPECT_EQ(compile_texts({{"environment { set A \"x\" }"}, {"environment { keep A }", 1}}).diagnostics.warnings(),
              0U);
    EXPECT_EQ(compile_text("process { hostname a; share uts }").count(slug::shadowed_setting), 1U);
    EXPECT_EQ(warnings("process { share uts }"), 0U);
}

// ---- capabilities and calls

TEST(CapabilityAdvice, DangerousOnes) {
    EXPECT_EQ(compile_text("capabilities { keep sys_admin, net_admin }").count(slug::dangerous_capability), 2U);
    EXPECT_EQ(warnings("capabilities { keep chown }"), 0U);
}

TEST(CapabilityAdvice, WithoutACallThatAsksForThem) {
    EXPECT_EQ(compile_text("capabilities { keep chown }\nsyscalls { allow read }").count(slug::useless_capability), 1U);
    EXPECT_EQ(warnings("capabilities { keep chown }\nsyscalls { allow read, fchownat }"), 0U);
    EXPECT_EQ(warnings("capabilities { keep chown }"), 0U) << "a policy that is not finished";
}

TEST(CapabilityAdvice, OfTheHostsNetwork) {
    const Compiled listens = compile_text(
        "capabilities { keep net_bind_service }\nnetwork { listen tcp 80 }\nsyscalls { allow @network-io }");
    ASSERT_TRUE(listens.jail) << listens.messages();
    EXPECT_EQ(listens.count(slug::useless_capability), 1U);
    EXPECT_EQ(warnings("capabilities { keep net_bind_service }\nnetwork { unix }"), 0U);
    EXPECT_TRUE(compile_text("capabilities { keep net_raw }\nnetwork { connect tcp 80 }")
                    .reports(slug::capability_not_namespaced));
}

TEST(CallAdvice, ThatFailWithoutACapability) {
    EXPECT_EQ(compile_text("syscalls { allow mount, umount }").count(slug::missing_capability), 2U);
    EXPECT_EQ(
        compile_text("syscalls { allow swapon }\ncapabilities { keep sys_admin }").count(slug::missing_capability), 1U);
    EXPECT_EQ(compile_text("syscalls { allow mount }\ncapabilities { keep sys_admin }").count(slug::missing_capability),
              0U);
    EXPECT_EQ(compile_text("syscalls { allow mount }\nprocess { nested allow }").count(slug::missing_capability), 0U);
    EXPECT_EQ(warnings("syscalls { allow @mount }"), 0U) << "a group is taken as a whole";
    EXPECT_EQ(compile_texts({{"syscalls { allow read }"}, {"syscalls { allow mount }", 1}}).diagnostics.warnings(), 0U);
}

TEST(CallAdvice, ThatASectionNeeds) {
    for (const char* network : {"host", "unix", "resolve", "connect tcp 80", "listen tcp 8080"}) {
        const std::string section = "network { " + std::string(network) + " }\n";
        EXPECT_EQ(compile_text(section + "syscalls { allow read }").count(slug::missing_call), 1U) << network;
        EXPECT_EQ(warnings(section + "syscalls { allow @network-io }"), 0U) << network;
        EXPECT_EQ(warnings(section), 0U) << network;
        EXPECT_EQ(compile_texts({{"syscalls { allow read; forbid socket }"}, {section, 1}}).count(slug::missing_call),
                  0U)
            << network;
    }
    EXPECT_EQ(
        compile_text("network { unix }\nsyscalls { allow io_uring_setup, io_uring_enter }").count(slug::missing_call),
        0U);
    EXPECT_EQ(compile_text("process { debug allow }\nsyscalls { allow read }").count(slug::missing_call), 1U);
    EXPECT_EQ(compile_text("process { nested allow }\nsyscalls { allow read }").count(slug::missing_call), 1U);
    EXPECT_EQ(compile_text("network { listen tcp 8080 }\nsyscalls { allow socket, bind, listen, accept4 }")
                  .count(slug::missing_call),
              0U);
}

}  // namespace
}  // namespace ward::compiler
