#include "compiler/advice.hpp"

#include "compiler/advice_checks.hpp"
#include "compiler/capabilities.hpp"
#include "compiler/cpu_set.hpp"
#include "compiler/limits.hpp"
#include "compiler/syscall_table.hpp"

namespace ward::compiler {

std::optional<policy::Span> Advice::own(const Origins& origins) const {
    const auto found =
        std::find_if(origins.begin(), origins.end(), [&](policy::Span span) { return span.file == jail.origin.file; });
    return found == origins.end() ? std::nullopt : std::optional(*found);
}

bool Advice::is_allowed(std::string_view call) const {
    const auto number = syscall_number(call);
    if (!number) return false;
    const auto rule =
        std::lower_bound(jail.calls.begin(), jail.calls.end(), *number,
                         [](const CallRule& known, std::uint32_t wanted) { return known.number < wanted; });
    return rule != jail.calls.end() && rule->number == *number && rule->verdict != CallRule::Verdict::denied;
}

bool Advice::keeps(std::string_view capability) const {
    if (jail.capabilities.kept == 0) return false;
    const auto number = capability_number(capability);
    return number && (jail.capabilities.kept >> *number & 1U) != 0;
}

namespace {

// ---- capabilities that are more than they seem

struct Danger {
    std::string_view capability;
    std::string_view power;
};
constexpr std::array dangers{
    Danger{"net_admin", "the packet filters and tunnels of its network"},
    Danger{"sys_admin", "mounts, and more of the kernel than all other capabilities together"},
};

void warn_dangerous_capabilities(const Advice& advice) {
    if (advice.jail.capabilities.kept == 0) return;
    for (const Danger& danger : dangers) {
        const auto number = capability_number(danger.capability);
        const auto kept = advice.jail.capabilities.origins.find(number.value_or(-1));
        if (kept == advice.jail.capabilities.origins.end()) continue;
        const auto span = advice.own(kept->second);
        if (!span) continue;
        const std::string name(danger.capability);
        advice.diagnostics()
            .add(policy::slug::dangerous_capability, *span,
                 "`" + name + "` gives the program " + std::string(danger.power))
            .note("it counts in the jail's own namespaces only, and most holes of the kernel were found behind it")
            .help("remove `" + name + "`");
    }
}

// ---- limits

struct Bound {
    LimitName name;
    const Limit* limit;
    std::string words;  // `cpu-time 1m`
};

std::optional<Bound> bound(const Jail& jail, LimitName name) {
    const auto& limit = jail.limit(name);
    if (!limit) return std::nullopt;
    const LimitRow& row = limit_table[static_cast<std::size_t>(name)];
    return Bound{name, &*limit, std::string(row.name) + " " + format_value(row.unit, limit->value)};
}

void report_unreached(const Advice& advice, const Bound& useless, const Origins& by, const std::string& why) {
    const auto span = advice.own(useless.limit->origins);
    if (!span) return;
    advice.diagnostics()
        .add(policy::slug::limit_never_reached, *span, "`" + useless.words + "` is never reached")
        .also(by.front(), why)
        .help("remove `" + useless.words + "`");
}

void warn_limits(const Advice& advice) {
    const Jail& jail = advice.jail;
    const auto cpu = bound(jail, LimitName::cpu);
    const auto tasks = bound(jail, LimitName::tasks);
    const auto time = bound(jail, LimitName::time);
    const auto cpu_time = bound(jail, LimitName::cpu_time);
    if (cpu && jail.cpu_set && cpu->limit->value > 1000 * size_of(*jail.cpu_set)) {
        report_unreached(advice, *cpu, jail.cpu_set->origins, "fewer processors");
    }
    // One task has at most one second of processor time in a second.
    if (cpu_time && time && tasks && tasks->limit->value == 1 && cpu_time->limit->value >= time->limit->value) {
        report_unreached(advice, *cpu_time, time->limit->origins, "one task ends before it");
    }
    const auto memory = bound(jail, LimitName::memory);
    const auto swap = bound(jail, LimitName::swap);
    const auto stack = bound(jail, LimitName::stack);
    if (stack && memory && swap && stack->limit->value > memory->limit->value + swap->limit->value) {
        report_unreached(advice, *stack, memory->limit->origins, "less memory");
    }
}

// ---- settings that take each other's effect

void warn_shadowed_variables(const Advice& advice) {
    const Environment& environment = advice.jail.environment;
    for (const Environment::Kept& kept : environment.kept) {
        const auto set = environment.set.find(kept.pattern);
        if (set == environment.set.end()) continue;
        const auto keeps = advice.own(kept.origins);
        const auto sets = advice.own(set->second.origins);
        if (!keeps || !sets) continue;
        advice.diagnostics()
            .add(policy::slug::shadowed_setting, *keeps, "the caller's `" + kept.pattern + "` is not kept")
            .also(*sets, "another value")
            .note("`set` gives a variable its value whatever the caller has")
            .help("remove one of the two");
    }
}

void warn_shared_hostname(const Advice& advice) {
    const Process& process = advice.jail.process;
    if (process.share_uts.empty()) return;
    const auto span = advice.own(process.hostname.origins);
    if (!span) return;
    advice.diagnostics()
        .add(policy::slug::shadowed_setting, *span, "`hostname` has no effect: the host's name is shared")
        .also(process.share_uts.front(), "shares the host's name")
        .note("a jail that shares the name of the host must not change it")
        .help("remove one of the two");
}

void warn_shadowed(const Advice& advice) {
    warn_shadowed_variables(advice);
    warn_shared_hostname(advice);
}

// ---- the table

struct Check {
    const policy::Slug* kind;  // what it may report
    void (*run)(const Advice&);
};

constexpr std::array checks{
    Check{&policy::slug::dangerous_capability, warn_dangerous_capabilities},
    Check{&policy::slug::limit_never_reached, warn_limits},
    Check{&policy::slug::missing_call, warn_missing_calls},
    Check{&policy::slug::missing_capability, warn_missing_capabilities},
    Check{&policy::slug::private_exceeds_memory, warn_private_size},
    Check{&policy::slug::protected_grant, warn_protected},
    Check{&policy::slug::secret_in_reach, warn_secrets},
    Check{&policy::slug::shadowed_setting, warn_shadowed},
    Check{&policy::slug::useless_capability, warn_useless_capabilities},
};

}  // namespace

void advise(Lowering& lowering, const Jail& jail) {
    const Advice advice{lowering, jail};
    for (const Check& check : checks) check.run(advice);
}

}  // namespace ward::compiler
