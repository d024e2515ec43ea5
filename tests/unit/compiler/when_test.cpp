// `when`: conditions about the machine, and the branches that do not hold on it.
#include "compiler/when.hpp"

#include "compiler/branches.hpp"
#include "lowering_fixture.hpp"

namespace ward::compiler {
namespace {

namespace slug = policy::slug;

Facts machine(unsigned major = 6, unsigned minor = 1) {
    Facts facts = some_facts();
    facts.kernel_major = major;
    facts.kernel_minor = minor;
    facts.machine = Abi::x86_64;
    facts.exists = [](const std::string& path) { return path == "/there" || path == "/home/ada/there"; };
    return facts;
}

// True if the first branch is taken; the policy must be right.
bool taken(const std::string& condition, const Facts& facts = machine()) {
    const Compiled compiled = compile_text(
        "param on: flag = true\nparam off: flag = false\nlet place = /there\nlet six = 6.1\n"
        "when " +
            condition +
            " { files { read /yes } } else { files { read /no } }\n"
            "when $on and $off and exists $place and kernel == $six { files { read /x } }",
        facts);
    EXPECT_TRUE(compiled.jail) << condition << '\n' << compiled.messages();
    EXPECT_TRUE(compiled.diagnostics.all().empty()) << compiled.messages();
    EXPECT_NE(rule_for(compiled, "/yes") != nullptr, rule_for(compiled, "/no") != nullptr) << condition;
    return rule_for(compiled, "/yes") != nullptr;
}

TEST(When, ComparesTheKernelByNumbersNotByLetters) {
    EXPECT_TRUE(taken("kernel >= 5.14"));
    EXPECT_TRUE(taken("kernel == 6.1"));
    EXPECT_FALSE(taken("kernel >= 6.10"));
    EXPECT_TRUE(taken("kernel < 6.10"));
    EXPECT_TRUE(taken("kernel <= 6.1"));
    EXPECT_FALSE(taken("kernel != 6.1"));
    EXPECT_FALSE(taken("kernel > 6.1"));
    EXPECT_TRUE(taken("kernel > 6.9", machine(6, 10)));
    EXPECT_TRUE(taken("kernel >= $six"));
}

TEST(When, AsksForTheMachine) {
    EXPECT_TRUE(taken("arch == x86_64"));
    EXPECT_FALSE(taken("arch == aarch64"));
    EXPECT_FALSE(taken("arch != x86_64"));
    Facts other = machine();
    other.machine = Abi::aarch64;
    EXPECT_TRUE(taken("arch == aarch64", other));
}

TEST(When, AsksForPaths) {
    EXPECT_TRUE(taken("exists /there"));
    EXPECT_TRUE(taken("exists /there/"));
    EXPECT_TRUE(taken("exists ~/there"));
    EXPECT_TRUE(taken("exists $home/there"));
    EXPECT_FALSE(taken("exists /missing"));
    EXPECT_FALSE(taken("exists $runtime/bus"));  // no value, so no path
    Facts nothing = machine();
    nothing.exists = {};
    EXPECT_FALSE(taken("exists /there", nothing));
}

TEST(When, AsksForFlags) {
    EXPECT_TRUE(taken("$on"));
    EXPECT_FALSE(taken("$off"));
}

TEST(When, Joins) {
    EXPECT_TRUE(taken("$on and not $off"));
    EXPECT_FALSE(taken("$on and $off"));
    EXPECT_TRUE(taken("$off or $on"));
    EXPECT_TRUE(taken("not ($off or kernel < 6.0) and exists /there"));
}

std::string branch_of(unsigned major) {
    const Compiled compiled = compile_text(
        "when kernel >= 6.0 {\n when kernel >= 7.0 { files { read /seven } } else { files { read /six } }\n"
        " files { read /new }\n} else when kernel >= 5.0 { files { read /five } } else { files { read /old } }",
        machine(major, 0));
    EXPECT_TRUE(compiled.jail) << compiled.messages();
    std::string paths;
    for (const FileRule& rule : compiled.jail->files) paths += rule.path;
    return paths;
}

TEST(When, Nests) {
    EXPECT_EQ(branch_of(7), "/new/seven");
    EXPECT_EQ(branch_of(6), "/new/six");
    EXPECT_EQ(branch_of(5), "/five");
    EXPECT_EQ(branch_of(4), "/old");
}

// The one error of a condition.
std::string error_of(const std::string& condition) {
    const Compiled compiled = compile_text("param size: size = 1M\nparam on: flag = true\nwhen " + condition +
                                               " { files { private /a size $size } }\nwhen $on { files { read /b } }",
                                           machine());
    EXPECT_FALSE(compiled.jail) << condition;
    if (compiled.diagnostics.all().size() != 1) return compiled.messages();
    return std::string(compiled.diagnostics.all().front().kind().name);
}

TEST(When, MistakesInConditions) {
    EXPECT_EQ(error_of("kernal >= 6.1"), "unknown-condition");
    EXPECT_EQ(error_of("kernel >= 6"), "bad-kernel-version");
    EXPECT_EQ(error_of("kernel >= 6.1.2"), "bad-kernel-version");
    EXPECT_EQ(error_of("kernel >= new"), "bad-kernel-version");
    EXPECT_EQ(error_of("kernel == $nothing"), "unknown-variable");
    EXPECT_EQ(error_of("kernel has 6.1"), "wrong-comparison");
    EXPECT_EQ(error_of("kernel in (6.1, 6.2)"), "wrong-comparison");
    EXPECT_EQ(error_of("arch == amd64"), "unknown-architecture");
    EXPECT_EQ(error_of("arch < aarch64"), "wrong-comparison");
    EXPECT_EQ(error_of("exists /a/../b"), "path-with-dotdot");
    EXPECT_EQ(error_of("exists /a*"), "glob-not-allowed");
    EXPECT_EQ(error_of("exists a"), "path-not-absolute");
    EXPECT_EQ(error_of("$nothing"), "unknown-variable");
    EXPECT_EQ(error_of("$size"), "not-a-flag");
    EXPECT_EQ(error_of("$home"), "not-a-flag");
    EXPECT_EQ(error_of("kernel >= 6.1 and not arch == i386"), "unknown-architecture");
}

TEST(When, WhatNeverOrAlwaysHoldsIsAMistake) {
    EXPECT_EQ(error_of("kernel >= 6.1 and kernel < 6.1"), "constant-condition");
    EXPECT_EQ(error_of("kernel >= 6.1 or kernel < 6.1"), "constant-condition");
    EXPECT_EQ(error_of("arch in (x86_64, aarch64)"), "constant-condition");
    EXPECT_EQ(error_of("arch == x86_64 and arch == aarch64"), "constant-condition");
    EXPECT_EQ(error_of("$on and not $on"), "constant-condition");
    EXPECT_EQ(error_of("kernel > 6.1 and kernel < 6.2"), "constant-condition");
    const Compiled nested = compile_text(
        "when kernel >= 6.0 { when kernel < 5.0 { files { read /a } } } else { files { read /b } }", machine());
    EXPECT_EQ(nested.count(slug::constant_condition), 1U) << nested.messages();
    const Compiled chain = compile_text(
        "when kernel >= 6.0 { files { read /a } } else when kernel < 6.0 { files { read /b } }", machine());
    EXPECT_EQ(chain.count(slug::constant_condition), 1U) << chain.messages();
}

// ---- branches that do not hold

TEST(Branches, AMistakeIsFoundWhereverItHolds) {
    for (const char* condition : {"kernel >= 6.0", "kernel < 6.0"}) {
        const Compiled name = compile_text(
            std::string("when ") + condition + " { syscalls { allow opennat } limits { memroy 1G; tasks 0 } }",
            machine());
        EXPECT_EQ(name.diagnostics.errors(), 3U) << name.messages();
        const Compiled nested = compile_text(std::string("files { read /a }\nwhen ") + condition +
                                                 " { when arch == aarch64 { files { read $nothing } } }",
                                             machine());
        EXPECT_EQ(nested.diagnostics.errors(), 1U) << nested.messages();
    }
}

TEST(Branches, AContradictionInsideOfOneIsFound) {
    const Compiled compiled = compile_text("when kernel < 6.0 { limits { memory 1G; memory 2G } }", machine());
    EXPECT_EQ(compiled.count(slug::conflicting_values), 1U) << compiled.messages();
    const Compiled around = compile_text("limits { memory 1G }\nwhen kernel < 6.0 { limits { memory 2G } }", machine());
    EXPECT_EQ(around.count(slug::conflicting_values), 1U) << around.messages();
}

TEST(Branches, ThoseThatExcludeEachOtherDoNotContradict) {
    const Compiled compiled = compile_text(
        "when kernel >= 6.0 { limits { memory 1G } files { link /l -> a } syscalls { allow read } }\n"
        "else { limits { memory 2G } files { link /l -> b } syscalls { forbid read; refuse read with ENOSYS } }\n"
        "when arch == x86_64 { limits { tasks 1 } } else { limits { tasks 2 } }",
        machine());
    EXPECT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_TRUE(compiled.diagnostics.all().empty()) << compiled.messages();
}

// By `io_uring` a program sets setuid bits, unless that is allowed anyway: here it is, around the branch.
TEST(Branches, WhatStandsAroundOneCounts) {
    const std::string ring = "when kernel < 6.0 { syscalls { allow io_uring_setup } }\n";
    EXPECT_TRUE(compile_text("files { setuid allow }\nnetwork { unix }\n" + ring, machine()).jail);
    EXPECT_FALSE(compile_text("files { read /a }\n" + ring, machine()).jail);
}

TEST(Branches, EachMistakeIsSaidOnce) {
    const Compiled compiled = compile_text(
        "let a = $nothing\nfiles { read $a; read x }\nwhen kernel < 6.0 { files { read $a; read y } }\n"
        "when kernel >= 6.0 { files { read z } }",
        machine());
    EXPECT_EQ(compiled.diagnostics.errors(), 4U) << compiled.messages();
}

TEST(Branches, WarningsToo) {
    const Compiled compiled = compile_text("when kernel < 6.0 { files { read /a; read /a } }", machine());
    EXPECT_TRUE(compiled.jail);
    EXPECT_EQ(compiled.count(slug::duplicate_statement), 1U) << compiled.messages();
}

TEST(Branches, AVariableThatOnlyOneNeedsIsUsed) {
    const Compiled compiled =
        compile_text("let a = /a\nfiles { read /b }\nwhen kernel < 6.0 { files { read $a } }", machine());
    EXPECT_TRUE(compiled.diagnostics.all().empty()) << compiled.messages();
}

// Mistakes do not hide behind many contradictions that are none.
TEST(Branches, ManyThatExcludeEachOther) {
    std::string text;
    for (int i = 0; i < 200; ++i) {
        text += "when kernel == 3." + std::to_string(i) + " { limits { memory " + std::to_string(i + 1) + "M } }\n";
    }
    EXPECT_TRUE(compile_text(text, machine()).jail);
    EXPECT_EQ(compile_text(text + "when kernel == 2.6 { limits { tasks 0 } }", machine()).diagnostics.errors(), 1U);
}

// Every `write` is one of what is protected. To look at each alone would take minutes.
TEST(Branches, TooManyThatLookWrongAreAnError) {
    std::string text;
    for (int i = 0; i < 5'000; ++i) {
        const std::string path = "/a" + std::to_string(i);
        const std::string version = "." + std::to_string(i);
        text += "files { protect " + path + " }\nwhen kernel == 3" + version + " { files { read " + path +
                " } }\nwhen kernel == 4" + version + " { files { write " + path + " } }\n";
    }
    const Compiled compiled = compile_text(text, machine());
    EXPECT_FALSE(compiled.jail) << "a mistake may be in what was not looked at";
    EXPECT_EQ(compiled.count(policy::slug::protected_grant), 19U) << "those that were looked at";
    const std::string messages = compiled.messages();
    EXPECT_EQ(messages.substr(messages.find("error[")),
              "error[too-many-branches]: too many branches that do not hold here look wrong for all of them to be "
              "checked\n"
              "  --> main.ward:61:31\n"
              "  61 | when kernel == 4.19 { files { write /a19 } }\n"
              "     |                               ^^^^^^^^^^\n"
              "  note: a mistake in a branch is an error on every host, so each one that looks wrong is compiled by "
              "itself\n"
              "  help: put what contradicts each other into policies of its own\n\n1 error, 19 warnings\n");
}

}  // namespace
}  // namespace ward::compiler
