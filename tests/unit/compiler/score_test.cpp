// The score: every row counts, and a jail that only lost power never scores worse.
#include "compiler/score.hpp"

#include <algorithm>
#include <set>

#include "compiler/diff.hpp"
#include "compiler/raw_filter.hpp"
#include "compiler/score_parts.hpp"
#include "compiler/syscall_table.hpp"
#include "lowering_fixture.hpp"
#include "policy_generator.hpp"

namespace ward::compiler {
namespace {

Compiled compile_main(const std::string& text) {
    Facts facts = some_facts();
    facts.kernel_major = 6;
    facts.exists = [](const std::string& path) { return path == "/there"; };
    return compile_texts({{text}}, facts);
}

double share_of(const Score& score, std::string_view name) {
    for (const Exposure& exposure : score.exposures)
        if (exposure.name == name) return exposure.share;
    ADD_FAILURE() << name;
    return 0;
}

std::string what_of(const Score& score, std::string_view name) {
    for (const Exposure& exposure : score.exposures)
        if (exposure.name == name) return exposure.what;
    return {};
}

struct Open {
    std::string_view row, policy;

    friend void PrintTo(const Open& open, std::ostream* stream) { *stream << open.row; }
};

class Rows : public testing::TestWithParam<Open> {};

TEST_P(Rows, CountWhatIsOpen) {
    // Without these calls no file can be reached, whatever is granted.
    const std::string calls = "syscalls { allow @file-system, @basic-io, mmap, execve }\n";
    const Compiled compiled = compile_main(calls + std::string(GetParam().policy));
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    EXPECT_GT(share_of(score(*compiled.jail, some_facts()), GetParam().row), 0);
}

const Open rows[] = {
    {"files that it changes", "files { write /srv }"},
    {"files that it reads", "files { read /srv }"},
    {"secrets", "files { read /etc }"},
    {"secrets", "files { read ~/.ssh/id_rsa }"},
    {"secrets", "files { read ~/.ssh/* }"},
    {"secrets", "files { read /srv/key from ~/.ssh/id_rsa }"},
    {"what runs later", "files { write $home }"},
    {"code that it writes", "files { write /srv/bin; execute /srv/bin }"},
    {"setuid bits", "files { setuid allow }"},
    {"devices", "files { device kvm }"},
    {"connections", "network { connect tcp 443 }"},
    {"services", "network { listen tcp 443 }"},
    {"Unix sockets", "network { unix }"},
    {"programs that it starts", "syscalls { allow execve }"},
    {"dangerous calls", "syscalls { allow ptrace }"},
    {"calls at all", "syscalls { allow read }"},
    {"further ABIs", "syscalls { abi native, i386; allow read }"},
    {"capabilities", "capabilities { keep chown }"},
    {"namespaces of its own", "process { nested allow }"},
    {"shared namespaces", "process { share ipc }"},
    {"the caller's terminal", "process { terminal inherit }"},
    {"memory", "limits { tasks 5 }"},
    {"processes", "limits { memory 1G }"},
    {"time", "limits { memory 1G }"},
    {"size of its files", "files { write /srv }"},
};

INSTANTIATE_TEST_SUITE_P(Score, Rows, testing::ValuesIn(rows));

TEST(Score, AFolderOfTheJailsOwnIsNotTheHosts) {
    Facts facts = some_facts();
    facts.home = "/tmp/ada";
    const std::string text = "syscalls { allow @file-system }\nfiles { private /tmp; read /tmp/ada/.aws }\n";
    const Compiled compiled = compile_texts({{text}}, facts);
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    const Score found = score(*compiled.jail, facts);
    EXPECT_EQ(share_of(found, "what runs later"), 0);
    EXPECT_GT(share_of(found, "secrets"), 0);
    EXPECT_LT(share_of(found, "secrets"), 0.5);
}

TEST(Score, HasATestForEveryRow) {
    const Compiled compiled = compile_main("files { read /srv }");
    std::set<std::string_view> tested;
    for (const Open& each : rows) tested.insert(each.row);
    for (const Exposure& exposure : score(*compiled.jail, some_facts()).exposures)
        EXPECT_TRUE(tested.contains(exposure.name)) << exposure.name;
}

TEST(Score, NamesOnlyCallsAndPlacesThatAre) {
    for (const DangerousCall& call : calls_that_are_dangerous()) EXPECT_TRUE(syscall_number(call.name)) << call.name;
    for (const std::string_view place : places_that_run())
        EXPECT_TRUE(place.starts_with("~/") || place.starts_with('/')) << place;
}

FilterMeaning meaning_of(const Jail& jail, Diagram& diagram) {
    std::string refusal;
    const auto program = emit(for_other_launchers(jail.filter), {.exec_key = 0, .supervised = false});
    return meaning_by_abi(program.value(), diagram, refusal).value();
}

bool has_gained(const Jail& a, const Jail& b) {
    Diagram diagram;
    const Compared first{&a, meaning_of(a, diagram)};
    const Compared second{&b, meaning_of(b, diagram)};
    for (const Difference& each : differences(first, second, diagram))
        if (each.change == Difference::Change::gained) return true;
    return false;
}

// What says less in `second` than in `first`, or the same in other words.
struct Pair {
    std::string_view first, second;
    bool is_same = false;

    friend void PrintTo(const Pair& pair, std::ostream* stream) { *stream << pair.second; }
};

class Pairs : public testing::TestWithParam<Pair> {};

double figure_of(std::string_view policy) {
    const Compiled compiled =
        compile_main("syscalls { allow @file-system, @basic-io, mmap, execve }\n" + std::string(policy));
    EXPECT_TRUE(compiled.jail) << compiled.messages();
    return compiled.jail ? score(*compiled.jail, some_facts()).figure : 0;
}

TEST_P(Pairs, NeverScoreWorse) {
    const double first = figure_of(GetParam().first), second = figure_of(GetParam().second);
    EXPECT_LE(second, first + 1e-9);
    if (GetParam().is_same) {
        EXPECT_NEAR(second, first, 1e-9);
    }
}

const Pair pairs[] = {
    {"files { read? ~/.s*/id_rsa }", "files { read? ~/.ssh/id_rsa }"},
    {"files { write? /srv/a*; execute? /srv/*b }", "files { write? /srv/ab; execute? /srv/ab }"},
    {"files { read? /srv/a, /srv/b }", "files { read? /srv/[ab] }", true},
    {"syscalls { allow ptrace, getpid }", "syscalls { allow getpid }", true},
    {"files { read /data from /home/ada }", "files { read /data from /home/ada/.ssh }"},
};

INSTANTIATE_TEST_SUITE_P(Score, Pairs, testing::ValuesIn(pairs));

// A row, what is to be done about it, and whether that has been tried.
struct Advised {
    std::string_view policy, row, advice;
    bool saves = true;

    friend void PrintTo(const Advised& advised, std::ostream* stream) { *stream << advised.policy; }
};

class Advice : public testing::TestWithParam<Advised> {};

TEST_P(Advice, IsOneThingToDo) {
    const Compiled compiled = compile_main(std::string(GetParam().policy));
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    const Score found = score(*compiled.jail, some_facts());
    const auto row = std::ranges::find(found.exposures, GetParam().row, &Exposure::name);
    ASSERT_NE(row, found.exposures.end());
    EXPECT_EQ(row->advice, GetParam().advice);
    EXPECT_EQ(row->saves > 0, GetParam().saves);
}

const Advised advice[] = {
    {"syscalls { allow @system-service }", "calls at all",
     "write `forbid @resources` in `syscalls { }`, or allow less of it"},
    {"syscalls { allow @basic-io }", "calls at all", "allow fewer groups", false},
    {"network { host }", "connections", "name the ports: `connect tcp 443`"},
    {"network { host }", "services", "name the ports: `listen tcp 8080`", false},
    {"network { connect tcp 80, 1000..1999, 8000..8001 }", "connections",
     "leave out ports that it does not need: most are in 1000..1999"},
    {"network { listen tcp 8000..8001 }", "services", "leave out ports that it does not need: most are in 8000..8001"},
    {"network { connect tcp 80 }", "connections", "remove `connect` if it can do without", false},
    {"syscalls { allow mknod, mknodat }", "dangerous calls", "write `forbid mknod, mknodat` in `syscalls { }`"},
    {"syscalls { allow @system-service }", "dangerous calls", "write `forbid userfaultfd` in `syscalls { }`"},
};

INSTANTIATE_TEST_SUITE_P(Score, Advice, testing::ValuesIn(advice));

TEST(Score, CountsTheCallsOfTheMachinesOwnAbi) {
    Facts facts = some_facts();
    facts.machine = Abi::aarch64;
    const Compiled compiled = compile_text("syscalls { allow @system-service, ptrace, mknodat }", facts);
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    const Score found = score(*compiled.jail, facts);
    EXPECT_GT(share_of(found, "calls at all"), 0.5);
    EXPECT_GT(share_of(found, "dangerous calls"), 0.1);
    EXPECT_EQ(share_of(found, "further ABIs"), 0);
}

TEST(Score, ASecretCountsByEveryNameThatTheJailHasForIt) {
    const Compiled compiled = compile_main("syscalls { allow @file-system }\nfiles { read /data from /home/ada }\n");
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    const Score found = score(*compiled.jail, some_facts());
    EXPECT_GT(share_of(found, "secrets"), 0.9);
    EXPECT_EQ(what_of(found, "secrets"), "/home/ada/.ssh");
}

// A score each way; 1 if the two could be compared.
int compare_scores(const std::string& text, const std::string& change) {
    const Compiled one = compile_main(text);
    const Compiled other = compile_main(text + change + "\n");
    if (!one.jail || !other.jail) return 0;
    const double first = score(*one.jail, some_facts()).figure;
    const double second = score(*other.jail, some_facts()).figure;
    const auto words = text + "---- and\n" + change;
    if (!has_gained(*one.jail, *other.jail)) {
        EXPECT_LE(second, first + 1e-9) << words;
    }
    if (!has_gained(*other.jail, *one.jail)) {
        EXPECT_LE(first, second + 1e-9) << words;
    }
    return 1;
}

// A policy, with a further prohibition or without a permission, and the other way round.
TEST(Score, IsNeverWorseForAPolicyThatOnlyLost) {
    constexpr std::uint64_t first_seed = 7301;
    constexpr int rounds = 200;
    int compared = 0;
    for (int i = 0; i < rounds; ++i) {
        Random random(first_seed + static_cast<std::uint64_t>(i));
        std::string text;
        for (int j = 0; j < 4; ++j) text += generate_permission(random) + "\n";
        compared += compare_scores(text, i % 2 == 0 ? generate_prohibition(random) : generate_permission(random));
    }
    EXPECT_GT(compared, rounds / 2);
}

std::string random_files(Random& random) {
    constexpr std::string_view words[] = {"read?", "write?", "execute?", "write?", "hide?", "protect?"};
    constexpr std::string_view paths[] = {"~/.s*",   "~/.ssh",  "~/.ssh/id_*", "~/.s*/id_rsa", "~/.[a-n]*",   "~/*",
                                          "~/.*rc",  "~/.*",    "/usr/*",      "/usr/**/x",    "/etc/cron.?", "/srv/a*",
                                          "/srv/*b", "/srv/ab", "/srv/[ab]",   "~/.bash*",     "/usr/?in/*"};
    return "files { " + std::string(words[random() % std::size(words)]) + " " +
           std::string(paths[random() % std::size(paths)]) + " }\n";
}

TEST(Score, IsNeverWorseForPatternsThatMatchLess) {
    constexpr int rounds = 200;
    int compared = 0;
    for (int i = 0; i < rounds; ++i) {
        Random random(static_cast<std::uint64_t>(i));
        std::string text = "syscalls { allow @file-system, @basic-io, mmap, execve }\n";
        for (int j = 0; j < 4; ++j) text += random_files(random);
        compared += compare_scores(text, random_files(random));
    }
    EXPECT_GT(compared, rounds / 2);
}

}  // namespace
}  // namespace ward::compiler
