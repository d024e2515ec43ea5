#include "compiler/compile.hpp"

#include <algorithm>
#include <random>

#include "lowering_fixture.hpp"
#include "policy/library.hpp"

namespace ward::compiler {
namespace {

namespace slug = policy::slug;

struct Loaded {
    policy::Sources sources;
    policy::Diagnostics diagnostics;
    std::optional<policy::PolicySet> set;
};

Loaded load(std::string_view name) {
    Loaded loaded;
    loaded.set = policy::Library(policy::SearchPath{}).load(name, loaded.sources, loaded.diagnostics);
    EXPECT_TRUE(loaded.set) << policy::render(loaded.diagnostics, loaded.sources);
    return loaded;
}

void forget(Origins& origins) {
    origins.clear();
}

// Places are where statements stand, not what they mean.
Jail without_places(Jail jail) {
    for (FileRule& rule : jail.files) forget(rule.origins);
    for (auto& device : jail.devices) forget(device.origins);
    for (CallRule& rule : jail.calls) rule.origins = {};
    for (auto& limit : jail.limits) {
        if (limit) forget(limit->origins);
    }
    for (auto& kept : jail.environment.kept) forget(kept.origins);
    for (auto& [name, set] : jail.environment.set) forget(set.origins);
    for (auto& [number, origins] : jail.capabilities.origins) origins.assign(1, jail.origin);
    forget(jail.network.origins);
    forget(jail.default_refusal.origins);
    forget(jail.process.hostname.origins);
    forget(jail.process.user.origins);
    forget(jail.process.terminal.origins);
    return jail;
}

std::string meaning(const policy::PolicySet& set, const policy::Sources& sources) {
    policy::Diagnostics diagnostics;
    const auto jail = compile(set, some_facts(), diagnostics);
    if (!jail) return policy::render(diagnostics, sources);
    const auto program = emit(jail->filter, {});
    std::string text = show(without_places(*jail), sources);
    for (const sock_filter& step : program.value()) {
        text += std::to_string(step.code) + " " + std::to_string(step.jt) + " " + std::to_string(step.jf) + " " +
                std::to_string(step.k) + "\n";
    }
    return text;
}

TEST(Compile, OrderNeverMattersWhereRulesMeet) {
    const std::vector<Text> texts{
        {"let a = /a\nfiles { read $a, /b, /c; write /b; hide /c/d; protect /b; private /e size 1M; link /l -> b }\n"
         "environment { keep A, B*; set C \"1\" }\nlimits { memory 1G; tasks? 3 }\nprocess { hostname x }\n"
         "capabilities { keep chown }\nsyscalls { allow @basic-io, openat; forbid dup; refuse dup with ENOSYS }"},
        {"files { execute /a; hide /b; private /e size 2M mode 700; read /e; file /f \"x\" }\nlimits { tasks 3; memory "
         "2G }",
         1},
        {"files { write /a; private /e; device null }\nlimits { tasks 3; memory 2G }\nnetwork { unix }\n"
         "process { user root; terminal none }\nsyscalls { allow @file-system; refuse with EACCES }",
         1}};
    Compiled compiled = compile_texts(texts);
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    policy::PolicySet set;
    for (policy::FileId file = 0; file < texts.size(); ++file) {
        policy::Diagnostics none;
        set.members.push_back({policy::parse(compiled.sources, file, none).value(), texts[file].distance});
    }
    const std::string expected = meaning(set, compiled.sources);
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        std::swap(set.members[1], set.members[2]);
        for (auto& member : set.members) {
            std::shuffle(member.policy.body.statements.begin(), member.policy.body.statements.end(), random);
        }
        ASSERT_EQ(meaning(set, compiled.sources), expected);
    }
}

TEST(Compile, FindsEveryErrorInOneRun) {
    const Compiled compiled = compile_text(
        "let a = $b\nlet b = $a\nfiles { read x, /a/.., $nope, $a; write /home; private / ; device /dev/null }\n"
        "limits { memroy 1G; tasks 0; time 5 }\nenvironment { keep \"a b\" }\ncapabilities { keep sys_time, nothing }\n"
        "process { hostname \"a b\"; terminal some; user A }\nsyscalls { allow opennat }");
    EXPECT_FALSE(compiled.jail);
    EXPECT_EQ(compiled.diagnostics.errors(), 17U) << compiled.messages();
}

TEST(Compile, WarningsDoNotStopIt) {
    const Compiled compiled =
        compile_text("let a = 1\nfiles { write /x; execute /x }\nenvironment { keep LD_PRELOAD }");
    EXPECT_TRUE(compiled.jail);
    EXPECT_EQ(compiled.diagnostics.warnings(), 3U) << compiled.messages();
}

// Every shipped policy says exactly what it means: no error, no warning.
TEST(Compile, ShippedPoliciesAreClean) {
    for (const policy::BuiltIn& built_in : policy::built_in_policies()) {
        Loaded loaded = load(built_in.name);
        ASSERT_TRUE(loaded.set);
        const Facts facts = with_parameters(some_facts(), *loaded.set);
        EXPECT_TRUE(compile(*loaded.set, facts, loaded.diagnostics)) << built_in.name;
        EXPECT_TRUE(loaded.diagnostics.all().empty()) << policy::render(loaded.diagnostics, loaded.sources);
    }
}

TEST(Compile, ALargePolicyEnds) {
    std::string text = "files {\n";
    while (text.size() < 900'000) text += "read /a\nhide /b*\nwrite /x/$user\n";
    const Compiled compiled = compile_text(text + "}");
    ASSERT_TRUE(compiled.jail);
    EXPECT_EQ(compiled.jail->files.size(), 3U);
}

}  // namespace
}  // namespace ward::compiler
