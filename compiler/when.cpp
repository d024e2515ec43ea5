#include "compiler/when.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "compiler/paths.hpp"

namespace ward::compiler {
namespace {

using policy::Expression;
using policy::Word;
namespace slug = policy::slug;

constexpr std::array machines{Abi::x86_64, Abi::aarch64};  // whose native programs ward runs

using policy::quoted;

// `6.8`, nothing before, between or after.
std::optional<unsigned> parse_version(std::string_view text) {
    unsigned major = 0;
    unsigned minor = 0;
    const char* const end = text.data() + text.size();
    const auto dot = std::from_chars(text.data(), end, major);
    if (dot.ec != std::errc() || dot.ptr == end || *dot.ptr != '.') return std::nullopt;
    const auto last = std::from_chars(dot.ptr + 1, end, minor);
    if (last.ec != std::errc() || last.ptr != end || major > 0xFFFF || minor > 0xFFFF) return std::nullopt;
    return major << 16 | minor;
}

HostCondition of(HostTest test) {
    return {HostCondition::Kind::test, {}, std::move(test)};
}

HostCondition negated(HostCondition condition) {
    HostCondition result{HostCondition::Kind::negation, {}, {}};
    result.parts.push_back(std::move(condition));
    return result;
}

HostCondition either(HostCondition a, HostCondition b) {
    HostCondition result{HostCondition::Kind::any, {}, {}};
    result.parts.push_back(std::move(a));
    result.parts.push_back(std::move(b));
    return result;
}

class Resolver {
public:
    Resolver(Lowering& lowering, Scope& scope) : lowering_(lowering), scope_(scope) {}

    std::optional<HostCondition> run(const Expression& expression) {
        if (expression.kind == Expression::Kind::comparison) return comparison(expression);
        HostCondition result;
        result.kind = expression.kind == Expression::Kind::all   ? HostCondition::Kind::all
                      : expression.kind == Expression::Kind::any ? HostCondition::Kind::any
                                                                 : HostCondition::Kind::negation;
        bool complete = true;
        for (const Expression& part : expression.parts) {
            auto resolved = run(part);
            complete = complete && resolved.has_value();
            if (resolved) result.parts.push_back(*std::move(resolved));
        }
        return complete ? std::optional(std::move(result)) : std::nullopt;
    }

private:
    std::optional<HostCondition> comparison(const Expression& expression) {
        const std::string_view subject = expression.subject.text;
        if (!expression.mask.empty()) {
            add(slug::wrong_comparison, expression.mask.front().span, "`&` has no meaning for " + quoted(subject))
                .help("write `kernel >= 6.8` or `arch == x86_64`");
            return std::nullopt;
        }
        if (subject == "kernel") return kernel(expression);
        if (subject == "arch") return architecture(expression);
        if (subject == "exists") return exists(expression);
        if (subject.starts_with('$')) return flag(expression);
        static constexpr std::array<std::string_view, 3> known{"kernel", "arch", "exists"};
        suggest(add(slug::unknown_condition, expression.subject.span, "`when` knows no " + quoted(subject))
                    .note("a condition asks for `kernel`, `arch`, `exists PATH` or a parameter of type `flag`"),
                "condition", subject, known);
        return std::nullopt;
    }

    std::optional<HostCondition> kernel(const Expression& expression) {
        if (expression.values.size() != 1 || is_set_relation(expression.relation.text)) {
            return wrong_relation(expression, "compare with one version: `kernel >= 6.8`");
        }
        const Word& value = expression.values.front();
        const auto text = scope_.text(value);
        if (!text) return std::nullopt;
        const auto version = parse_version(*text);
        if (!version) {
            add(slug::bad_kernel_version, value.span, quoted(*text) + " is no kernel version")
                .note("a version has two numbers; fixes that a distribution takes over change no further one")
                .help("write for example `kernel >= 6.8`");
            return std::nullopt;
        }
        return by_version(expression, *version);
    }

    static std::optional<HostCondition> by_version(const Expression& expression, unsigned version) {
        const auto test = [version](HostTest::Relation relation) {
            HostTest result{};
            result.kind = HostTest::Kind::kernel;
            result.relation = relation;
            result.version = version;
            return of(result);
        };
        const HostCondition less = test(HostTest::Relation::less);
        const HostCondition equal = test(HostTest::Relation::equal);
        const std::string_view relation = expression.relation.text;
        if (relation == "<") return less;
        if (relation == ">=") return negated(less);
        if (relation == "==") return equal;
        if (relation == "!=") return negated(equal);
        if (relation == "<=") return either(less, equal);
        return negated(either(less, equal));
    }

    std::optional<HostCondition> architecture(const Expression& expression) {
        const std::string_view relation = expression.relation.text;
        if (relation != "==" && relation != "!=" && relation != "in") {
            return wrong_relation(expression, "write `arch == x86_64`");
        }
        if (relation != "in" && expression.values.size() != 1) {
            return wrong_relation(expression, "write `arch in (x86_64, aarch64)` for more than one");
        }
        HostCondition any{HostCondition::Kind::any, {}, {}};
        for (const Word& value : expression.values) {
            if (auto machine = one_architecture(value)) any.parts.push_back(*std::move(machine));
        }
        if (any.parts.size() != expression.values.size()) return std::nullopt;
        return relation == "!=" ? negated(std::move(any)) : any;
    }

    std::optional<HostCondition> one_architecture(const Word& value) {
        const auto text = scope_.text(value);
        if (!text) return std::nullopt;
        for (const Abi machine : machines) {
            if (abi_name(machine) != *text) continue;
            HostTest test{};
            test.kind = HostTest::Kind::architecture;
            test.machine = machine;
            return of(test);
        }
        std::vector<std::string_view> known;
        known.reserve(std::size(machines));
        for (const Abi machine : machines) known.push_back(abi_name(machine));
        suggest(add(slug::unknown_architecture, value.span, "ward knows no machine " + quoted(*text)), "machine", *text,
                known);
        return std::nullopt;
    }

    // A path with a variable that has no value does not exist.
    std::optional<HostCondition> exists(const Expression& expression) {
        const std::size_t errors = lowering_.diagnostics.errors();
        const auto path = lower_path(lowering_, expression.values.front(), scope_, {true, false});
        if (lowering_.diagnostics.errors() != errors) return std::nullopt;
        HostTest test{};
        test.kind = HostTest::Kind::exists;
        test.name = path ? path->text : std::string();
        test.value = path && lowering_.facts.exists && lowering_.facts.exists(path->text);
        return of(std::move(test));
    }

    std::optional<HostCondition> flag(const Expression& expression) {
        const Word& subject = expression.subject;
        const auto value = scope_.flag(subject);
        if (!value) return std::nullopt;
        HostTest test{};
        test.kind = HostTest::Kind::flag;
        test.name = subject.text;
        test.value = *value;
        return of(std::move(test));
    }

    // ---- errors

    policy::Diagnostic& add(const policy::Slug& kind, policy::Span place, std::string message) {
        return lowering_.diagnostics.add(kind, place, std::move(message));
    }

    static bool is_set_relation(std::string_view relation) {
        return relation == "in" || relation == "has" || relation == "lacks" || relation == "within";
    }

    std::nullopt_t wrong_relation(const Expression& expression, const std::string& help) {
        add(slug::wrong_comparison, expression.relation.span,
            quoted(expression.relation.text) + " has no meaning here for " + quoted(expression.subject.text))
            .help(help);
        return std::nullopt;
    }

    Lowering& lowering_;
    Scope& scope_;
};

bool answer(const HostTest& test, const HostWorld& world) {
    switch (test.kind) {
        case HostTest::Kind::kernel:
            return test.relation == HostTest::Relation::equal ? world.version == test.version
                                                              : world.version < test.version;
        case HostTest::Kind::architecture:
            return world.machine == test.machine;
        case HostTest::Kind::exists:
        case HostTest::Kind::flag:
            break;
    }
    const auto found = std::find_if(world.answers.begin(), world.answers.end(),
                                    [&](const auto& each) { return each.first == test.name; });
    return found == world.answers.end() ? test.value : found->second;
}

// ---- every machine that conditions can tell apart

struct Distinctions {
    std::vector<unsigned> versions{0};  // one of each range of versions
    std::vector<std::string_view> names;
    std::size_t nodes = 0;
};

void collect(const HostCondition& condition, Distinctions& found) {
    ++found.nodes;
    for (const HostCondition& part : condition.parts) collect(part, found);
    if (condition.kind != HostCondition::Kind::test) return;
    const HostTest& test = condition.test;
    if (test.kind == HostTest::Kind::kernel) {
        found.versions.push_back(test.version);
        found.versions.push_back(test.version + 1);
    } else if (test.kind != HostTest::Kind::architecture) {
        found.names.push_back(test.name);
    }
}

template <typename T>
void make_unique(std::vector<T>& values) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

std::optional<HostCondition> resolve_condition(Lowering& lowering, const Expression& expression, Scope& scope) {
    return Resolver(lowering, scope).run(expression);
}

HostWorld stated_world(const Facts& facts) {
    return {facts.kernel_major << 16 | facts.kernel_minor, facts.machine, {}};
}

bool holds(const HostCondition& condition, const HostWorld& world) {
    const auto part_holds = [&](const HostCondition& part) { return holds(part, world); };
    switch (condition.kind) {
        case HostCondition::Kind::test:
            return answer(condition.test, world);
        case HostCondition::Kind::all:
            return std::all_of(condition.parts.begin(), condition.parts.end(), part_holds);
        case HostCondition::Kind::any:
            return std::any_of(condition.parts.begin(), condition.parts.end(), part_holds);
        case HostCondition::Kind::negation:
            break;
    }
    return !part_holds(condition.parts.front());
}

Possible possibilities(const HostCondition& condition, const std::vector<HostCondition>& given) {
    constexpr std::size_t most_names = 8;
    constexpr std::size_t most_work = 100'000;
    Distinctions found;
    collect(condition, found);
    for (const HostCondition& each : given) collect(each, found);
    make_unique(found.versions);
    make_unique(found.names);
    if (found.names.size() > most_names) return {};
    const std::size_t answers = std::size_t{1} << found.names.size();
    if (answers * machines.size() * found.versions.size() * found.nodes > most_work) return {};
    Possible result{false, false};
    for (const unsigned version : found.versions) {
        for (const Abi machine : machines) {
            for (std::size_t bits = 0; bits < answers; ++bits) {
                HostWorld world{version, machine, {}};
                for (std::size_t i = 0; i < found.names.size(); ++i) {
                    world.answers.emplace_back(found.names[i], (bits >> i & 1) != 0);
                }
                const auto is_given = [&](const HostCondition& each) { return holds(each, world); };
                if (!std::all_of(given.begin(), given.end(), is_given)) continue;
                (holds(condition, world) ? result.holds : result.fails) = true;
            }
        }
    }
    return result;
}

}  // namespace ward::compiler
