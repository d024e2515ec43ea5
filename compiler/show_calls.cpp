#include "compiler/show_calls.hpp"

#include <algorithm>
#include <map>

#include "compiler/errno_names.hpp"
#include "compiler/groups.hpp"
#include "compiler/syscall_table.hpp"
#include "policy/render.hpp"

namespace ward::compiler {
namespace {

std::string response_words(const Response& response) {
    switch (response.kind) {
        case Response::Kind::allow:
            return "allow";
        case Response::Kind::refuse: {
            const std::string_view name = errno_name(response.error);
            return name.empty() ? "errno " + std::to_string(response.error) : std::string(name);
        }
        case Response::Kind::trap:
            return "trap (SIGSYS)";
        case Response::Kind::kill:
        case Response::Kind::kill_process:
            return "kill";
    }
    return "kill";
}

std::vector<const CallRule*> by_name(const Jail& jail) {
    std::vector<const CallRule*> rules;
    for (const CallRule& rule : jail.calls) rules.push_back(&rule);
    std::sort(rules.begin(), rules.end(),
              [](const CallRule* a, const CallRule* b) { return syscall_name(a->number) < syscall_name(b->number); });
    return rules;
}

// A statement without `if` allows it; one with `if` may take something out.
bool is_allowed_as_such(const CallRule& rule) {
    using Verdict = CallRule::Verdict;
    return rule.verdict == Verdict::allowed || (rule.verdict == Verdict::conditional && !rule.origins.empty());
}

CallSet allowed_calls(const Jail& jail) {
    CallSet allowed;
    for (const CallRule& rule : jail.calls) {
        if (is_allowed_as_such(rule)) allowed.set(rule.number);
    }
    return allowed;
}

// A group that is allowed, but for a few of its calls.
struct AllowedGroup {
    const CallGroup* group;
    CallSet calls;
    CallSet missing;
};

bool is_nearly_whole(const AllowedGroup& allowed) {
    constexpr std::size_t most_missing = 4;
    return allowed.missing.count() <= most_missing && allowed.missing.count() * 4 <= allowed.calls.count();
}

// Greatest first, so that small groups inside of great ones are not named again; at last by name.
std::vector<AllowedGroup> allowed_groups(const CallSet& allowed, CallSet& covered) {
    std::vector<AllowedGroup> groups;
    for (const CallGroup& group : call_groups()) {
        const CallSet calls = calls_of(group);
        groups.push_back({&group, calls & allowed, calls & ~allowed});
    }
    std::stable_sort(groups.begin(), groups.end(),
                     [](const auto& a, const auto& b) { return a.calls.count() > b.calls.count(); });
    std::vector<AllowedGroup> chosen;
    for (const AllowedGroup& group : groups) {
        if (!is_nearly_whole(group) || (group.calls & ~covered).count() < 2) continue;
        covered |= group.calls;
        chosen.push_back(group);
    }
    std::sort(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) { return a.group->name < b.group->name; });
    return chosen;
}

std::string group_words(const AllowedGroup& allowed) {
    std::string words(allowed.group->name);
    if (allowed.missing.none()) return words;
    std::vector<std::string_view> missing;
    for (std::uint32_t number = 0; number < syscall_capacity; ++number) {
        if (allowed.missing.test(number)) missing.push_back(syscall_name(number));
    }
    std::sort(missing.begin(), missing.end());
    for (const std::string_view name : missing) words.append(name == missing[0] ? " (without " : ", ").append(name);
    return words + ")";
}

// Where a group was allowed: the nearest place of its calls if they all have the same.
std::string group_place(const Jail& jail, const CallSet& calls, const policy::Sources& sources) {
    std::string place;
    for (const CallRule& rule : jail.calls) {
        if (!calls.test(rule.number)) continue;
        std::string own = place_of(jail.origins_of(rule), sources);
        if (!place.empty() && own != place) return {};
        place = std::move(own);
    }
    return place;
}

void add_allowed(const Jail& jail, const policy::Sources& sources, Rows& rows) {
    CallSet covered;
    Listing names;
    for (const AllowedGroup& group : allowed_groups(allowed_calls(jail), covered)) {
        names.add(group_words(group), group_place(jail, group.calls, sources));
    }
    for (const CallRule* rule : by_name(jail)) {
        if (!is_allowed_as_such(*rule) || covered.test(rule->number)) continue;
        names.add(std::string(syscall_name(rule->number)), place_of(jail.origins_of(*rule), sources));
    }
    names.append_to(rows, "allow");
}

// The text of a condition on one line.
std::string condition_words(policy::Span written, const policy::Sources& sources) {
    std::string words;
    for (const char c : sources.text(written)) {
        const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (!blank) words += c;
        if (blank && !words.empty() && words.back() != ' ') words += ' ';
    }
    return policy::escaped(words);
}

void add_conditional(const Jail& jail, const policy::Sources& sources, Rows& rows) {
    for (const CallRule* rule : by_name(jail)) {
        if (rule->verdict != CallRule::Verdict::conditional) continue;
        for (const CallRule::Clause& clause : jail.clauses_of(*rule)) {
            rows.push_back(
                {clause.allows ? "allow" : "forbid",
                 std::string(syscall_name(rule->number)) + "  if " + condition_words(clause.written, sources),
                 place_of({clause.origin}, sources)});
        }
    }
}

void add_guarded(const Jail& jail, Rows& rows) {
    std::map<std::string_view, Listing> guards;
    for (const CallRule* rule : by_name(jail)) {
        if (rule->verdict == CallRule::Verdict::denied || rule->guard.empty()) continue;
        guards[rule->guard].add(std::string(syscall_name(rule->number)), {});
    }
    for (const auto& [guard, names] : guards) names.append_to(rows, "limited", ": " + std::string(guard));
}

void add_refused(const Jail& jail, const policy::Sources& sources, Rows& rows) {
    std::map<std::string, Listing> refused;
    for (const CallRule* rule : by_name(jail)) {
        if (rule->verdict != CallRule::Verdict::denied ||
            (rule->origins.empty() && rule->refusal == jail.default_refusal.value))
            continue;
        refused[response_words(rule->refusal)].add(std::string(syscall_name(rule->number)),
                                                   place_of(jail.origins_of(*rule), sources));
    }
    for (const auto& [response, names] : refused) names.append_to(rows, "refuse", "  with " + response);
}

std::string joined(const std::vector<std::string_view>& names, std::string_view last) {
    std::string words;
    for (std::size_t index = 0; index < names.size(); ++index) {
        if (index != 0) words += index + 1 == names.size() ? last : ", ";
        words += names[index];
    }
    return words;
}

// What the machine's kernel can be called through besides the native ABI.
void add_abis(const Jail& jail, Rows& rows) {
    const auto has = [&](Abi abi) {
        return std::any_of(jail.filter.abis.begin(), jail.filter.abis.end(),
                           [&](const AbiModel& model) { return model.abi == abi; });
    };
    std::vector<std::string_view> listed;
    std::vector<std::string_view> killed;
    for (const Abi abi : every_abi_listed) {
        if (has(abi)) {
            listed.push_back(abi_name(abi));
        } else if (abi == Abi::i386 || abi == Abi::x32) {
            killed.push_back(abi_name(abi));
        }
    }
    if (listed.size() > 1) rows.push_back({"abi", joined(listed, ", "), {}});
    if (!killed.empty() && !has(Abi::aarch64)) rows.push_back({"kill", "calls of " + joined(killed, " and "), {}});
}

}  // namespace

Rows call_rows(const Jail& jail, const policy::Sources& sources) {
    Rows rows;
    add_allowed(jail, sources, rows);
    add_conditional(jail, sources, rows);
    add_guarded(jail, rows);
    add_refused(jail, sources, rows);
    rows.push_back({"refuse", "every other call  with " + response_words(jail.default_refusal.value),
                    place_of(jail.default_refusal.origins, sources)});
    rows.push_back({"refuse", "calls newer than " + std::string(syscall_table_version) + "  with ENOSYS", {}});
    add_abis(jail, rows);
    return rows;
}

}  // namespace ward::compiler
