// The four rules of meaning, for the shipped policies and for random ones. A failure names its seed.
#include <algorithm>
#include <cstdlib>

#include "compiler/syscall_table.hpp"
#include "jail_text.hpp"
#include "lowering_fixture.hpp"
#include "pieces.hpp"
#include "policy_generator.hpp"
#include "tests/support/linked_set.hpp"

namespace ward::compiler {
namespace {

constexpr std::uint64_t first_seed = 20240229;

Facts host() {
    Facts facts = some_facts();
    facts.arguments = {"/home/ada/in.pdf"};
    facts.kernel_major = 6;
    facts.kernel_minor = 1;
    facts.exists = [](const std::string& path) { return path == "/there" || path == "/home/ada/work"; };
    return facts;
}

using Library = std::map<std::string, std::string, std::less<>>;

Compiled compile_linked(const std::string& name, const std::string& text, const test::Texts& texts) {
    Compiled result;
    const auto set = test::link(name, text, texts, result.sources, result.diagnostics);
    if (set) result.jail = compile(*set, with_parameters(host(), *set), result.diagnostics);
    return result;
}

Compiled compile_generated(const GeneratedPolicies& policies) {
    return compile_linked("main", policies.text, [&](std::string_view name) {
        const auto found = policies.used.find(name);
        return found == policies.used.end() ? std::nullopt : std::optional(found->second);
    });
}

// The jail, or the kinds of errors.
std::string meaning(const Compiled& compiled) {
    if (compiled.jail) return jail_text(*compiled.jail, compiled.sources);
    return "no jail";
}

// The first line in which two texts differ; empty if they are equal.
std::string difference(const std::string& a, const std::string& b) {
    if (a == b) return {};
    std::size_t line = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()) && a[i] == b[i]; ++i) {
        if (a[i] == '\n') line = i + 1;
    }
    return a.substr(line, a.find('\n', line) - line) + "\n" + b.substr(line, b.find('\n', line) - line);
}

std::string reordered(const std::string& text, Random& random) {
    policy::Sources sources;
    policy::Diagnostics diagnostics;
    const auto file = sources.add("x.ward", text);
    const auto policy = policy::parse(sources, file, diagnostics);
    EXPECT_TRUE(policy) << policy::render(diagnostics, sources) << text;
    return policy ? shuffled(*policy, sources, random) : text;
}

GeneratedPolicies reordered(GeneratedPolicies policies, Random& random) {
    policies.text = reordered(policies.text, random);
    for (auto& [name, text] : policies.used) text = reordered(text, random);
    return policies;
}

// ---- rule 1

TEST(Order, NeverMattersInShippedPolicies) {
    Random random(first_seed);
    for (const policy::BuiltIn& each : policy::built_in_policies()) {
        const std::string name(each.name);
        const Compiled straight = compile_linked(name, std::string(each.text), test::built_in_text);
        ASSERT_TRUE(straight.jail) << name << '\n' << straight.messages();
        for (int round = 0; round < 8; ++round) {
            const auto texts = [&](std::string_view used) -> std::optional<std::string> {
                const auto text = test::built_in_text(used);
                return text ? std::optional(reordered(*text, random)) : std::nullopt;
            };
            const Compiled other = compile_linked(name, reordered(std::string(each.text), random), texts);
            ASSERT_EQ(difference(meaning(other), meaning(straight)), "") << name << " in round " << round << '\n'
                                                                         << other.messages();
        }
    }
}

TEST(Order, NeverMattersInRandomPolicies) {
    int compiled = 0;
    constexpr int rounds = 400;
    for (int i = 0; i < rounds; ++i) {
        const std::uint64_t seed = first_seed + static_cast<std::uint64_t>(i);
        Random random(seed);
        const GeneratedPolicies policies = generate_policies(random);
        const Compiled straight = compile_generated(policies);
        compiled += straight.jail.has_value();
        const GeneratedPolicies turned = reordered(policies, random);
        const Compiled other = compile_generated(turned);
        ASSERT_EQ(difference(meaning(other), meaning(straight)), "")
            << "seed " << seed << '\n'
            << policies.text << "\n---- in another order\n"
            << turned.text << straight.messages() << other.messages();
    }
    EXPECT_GT(compiled, rounds / 2) << "the generator makes too many policies with errors";
}

// ---- rules 2 and 3

bool decide(const Condition& condition, const std::array<std::uint64_t, 6>& arguments) {
    const auto part = [&](const Condition& each) { return decide(each, arguments); };
    switch (condition.kind) {
        case Condition::Kind::all:
            return std::all_of(condition.parts.begin(), condition.parts.end(), part);
        case Condition::Kind::any:
            return std::any_of(condition.parts.begin(), condition.parts.end(), part);
        case Condition::Kind::negation:
            return !part(condition.parts.front());
        case Condition::Kind::comparison:
            break;
    }
    const Comparison& c = condition.comparison;
    const unsigned unused = 64U - c.bits;
    const std::uint64_t value = (arguments[c.argument] & c.mask) << unused;
    const std::uint64_t wanted = c.value << unused;
    if (c.relation == Comparison::Relation::equal) return value == wanted;
    if (c.is_signed) return static_cast<std::int64_t>(value) < static_cast<std::int64_t>(wanted);
    return value < wanted;
}

bool allows(const CallModel& call, const std::array<std::uint64_t, 6>& arguments) {
    for (const auto& answer : call.answers) {
        if (decide(answer.when, arguments)) return answer.response.kind == Response::Kind::allow;
    }
    return call.otherwise.kind == Response::Kind::allow;
}

bool has_port(const std::vector<PortRange>& ranges, unsigned port) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [port](const PortRange& each) { return each.first <= port && port <= each.last; });
}

const FileRule* find_grant(const Jail& jail, const FileRule& like) {
    for (const FileRule& rule : jail.files) {
        if (rule.kind == FileRule::Kind::grant && rule.path == like.path && rule.argument == like.argument)
            return &rule;
    }
    return nullptr;
}

// What `less` permits and `more` does not; empty if there is nothing.
std::string lost(const Jail& less, const Jail& more, Random& random) {
    static constexpr std::array<std::uint64_t, 10> values{0, 1, 2, 3, 4, 10, 15, 16, 0x80001, 0x100000001};
    for (const FileRule& rule : less.files) {
        if (rule.kind != FileRule::Kind::grant) continue;
        const FileRule* other = find_grant(more, rule);
        if (other == nullptr || (rule.access & ~other->access) != 0) return "the grant of " + rule.path;
    }
    // A network of ports has no UDP, an empty one of its own has: it leads nowhere.
    const bool other_network = less.network.shares_host() != more.network.shares_host();
    for (std::size_t abi = 0; abi < less.filter.abis.size(); ++abi) {
        const auto& calls = less.filter.abis[abi].calls;
        for (std::size_t number = 0; number < calls.size(); ++number) {
            if (other_network && number == syscall_number("socket")) continue;
            for (int trial = 0; trial < 6; ++trial) {
                std::array<std::uint64_t, 6> arguments{};
                for (auto& argument : arguments) argument = values[random() % values.size()];
                if (allows(calls[number], arguments) && !allows(more.filter.abis[abi].calls[number], arguments)) {
                    return "call " + std::to_string(number);
                }
            }
        }
    }
    for (unsigned port = 1; port <= 1200; ++port) {
        const bool connects = less.network.host || has_port(less.network.connect, port);
        if (connects && !more.network.host && !has_port(more.network.connect, port))
            return "port " + std::to_string(port);
    }
    return {};
}

void add_to_one(GeneratedPolicies& policies, const std::string& statement, Random& random) {
    const std::size_t which = random() % (policies.used.size() + 1);
    if (which == 0) {
        policies.text += statement + "\n";
    } else {
        std::next(policies.used.begin(), static_cast<std::ptrdiff_t>(which - 1))->second += statement + "\n";
    }
}

// Adds a statement to one of some policies; `check` gets both jails.
template <typename Check>
void each_addition(std::string (*statement)(Random&), const Check& check) {
    int compared = 0;
    constexpr int rounds = 500;
    for (int i = 0; i < rounds; ++i) {
        const std::uint64_t seed = first_seed + 100'000 + static_cast<std::uint64_t>(i);
        Random random(seed);
        GeneratedPolicies policies = generate_policies(random);
        const Compiled before = compile_generated(policies);
        const std::string added = statement(random);
        add_to_one(policies, added, random);
        const Compiled after = compile_generated(policies);
        if (!before.jail || !after.jail) continue;
        ++compared;
        ASSERT_EQ(check(*before.jail, *after.jail, random), "") << "seed " << seed << " adds " << added << '\n'
                                                                << policies.text;
    }
    EXPECT_GT(compared, rounds / 3);
}

TEST(Permissions, AddUp) {
    each_addition(generate_permission,
                  [](const Jail& before, const Jail& after, Random& random) { return lost(before, after, random); });
}

TEST(Prohibitions, Win) {
    each_addition(generate_prohibition,
                  [](const Jail& before, const Jail& after, Random& random) { return lost(after, before, random); });
}

// ---- rule 4

TEST(Nearest, Wins) {
    for (int i = 0; i < 300; ++i) {
        const std::uint64_t seed = first_seed + 200'000 + static_cast<std::uint64_t>(i);
        Random random(seed);
        // main -> a -> b -> c; each says the limit or not.
        const std::array<std::string, 4> names{"main", "a", "b", "c"};
        Library texts;
        std::uint64_t expected = 0;
        for (std::size_t n = names.size(); n-- > 0;) {
            std::string text = "policy " + names[n] + "\nfiles { read /a }\n";
            if (n + 1 < names.size()) text += "use " + names[n + 1] + "\n";
            if (random() % 2 == 0) {
                expected = 1 + random() % 100;
                text += "limits { tasks " + std::to_string(expected) + " }\n";
            }
            texts[names[n]] = text;
        }
        const Compiled compiled = compile_linked(
            "main", texts["main"], [&](std::string_view name) { return std::optional(texts.find(name)->second); });
        ASSERT_TRUE(compiled.jail) << "seed " << seed << '\n' << compiled.messages();
        const auto& tasks = compiled.jail->limit(LimitName::tasks);
        ASSERT_EQ(tasks ? tasks->value : 0, expected) << "seed " << seed;
    }
}

}  // namespace
}  // namespace ward::compiler
