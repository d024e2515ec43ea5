#include "compiler/diff_calls.hpp"

#include <linux/seccomp.h>

#include <algorithm>
#include <bit>
#include <cstdio>

#include "compiler/errno_names.hpp"
#include "compiler/groups.hpp"
#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

std::string number_in_words(std::uint64_t value) {
    constexpr std::uint64_t most_decimal = 999;
    if (value <= most_decimal) return std::to_string(value);
    char text[24];
    std::snprintf(text, sizeof text, "%#llx", static_cast<unsigned long long>(value));
    return text;
}

std::string octal(std::uint64_t value) {
    char text[32];
    std::snprintf(text, sizeof text, "%#llo", static_cast<unsigned long long>(value));
    return text;
}

std::uint64_t low_bits(std::uint64_t value, unsigned bits) {
    return bits >= 64 ? value : value & ((std::uint64_t{1} << bits) - 1);
}

// Names that say less than another name of the same value, or than the number.
constexpr std::string_view second_names[] = {"AF_FILE", "AF_LOCAL", "AF_ROUTE", "IPPROTO_HOPOPTS", "PF_LOCAL"};

struct Named {
    std::string_view name;
    std::uint64_t value, mask;
};

// The constants that hold for a value, those of most bits first.
std::vector<Named> constants_for(Abi abi, const Argument& argument, std::uint64_t value) {
    std::vector<Named> found;
    const unsigned bits = argument_bits(argument, abi);
    for (const Constant& constant : constants()) {
        const Membership* member = constant.abis.contains(abi) ? membership(constant, argument.family) : nullptr;
        if (member == nullptr || member->mask == 0 ||
            std::ranges::find(second_names, constant.name) != std::end(second_names))
            continue;
        const std::uint64_t own = low_bits(static_cast<std::uint64_t>(constant.value), bits);
        const std::uint64_t mask = low_bits(member->mask, bits);
        if ((value & mask) == own) found.push_back({constant.name, own, mask});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Named& a, const Named& b) { return std::popcount(a.mask) > std::popcount(b.mask); });
    return found;
}

std::string flags_in_words(const std::vector<Named>& known, std::uint64_t value) {
    std::string words;
    std::uint64_t rest = value;
    for (const Named& flag : known) {
        if ((flag.value & rest) == 0) continue;
        words.append(words.empty() ? "" : "|").append(flag.name);
        rest &= ~flag.value;
    }
    if (words.empty() && value == 0) {
        const auto zero = std::find_if(known.begin(), known.end(), [](const Named& flag) { return flag.value == 0; });
        if (zero != known.end()) return std::string(zero->name);
    }
    if (rest != 0 || words.empty()) words += (words.empty() ? "" : "|") + number_in_words(rest);
    return words;
}

// Whole groups, the greatest first, so that small groups inside of great ones are not named again.
std::vector<const CallGroup*> whole_groups(const CallSet& calls, CallSet& covered) {
    constexpr std::size_t least_new = 3;  // a group for fewer says no more than the names
    std::vector<std::pair<const CallGroup*, CallSet>> inside;
    for (const CallGroup& group : call_groups())
        if (const CallSet members = calls_of(group); (members & ~calls).none()) inside.emplace_back(&group, members);
    std::stable_sort(inside.begin(), inside.end(),
                     [](const auto& a, const auto& b) { return a.second.count() > b.second.count(); });
    std::vector<const CallGroup*> chosen;
    for (const auto& [group, members] : inside) {
        if ((members & ~covered).count() < least_new) continue;
        covered |= members;
        chosen.push_back(group);
    }
    return chosen;
}

struct OutcomeRow {
    std::uint32_t action;
    std::string_view words;
};

constexpr OutcomeRow outcomes[] = {
    {SECCOMP_RET_ALLOW, "allowed"},
    {SECCOMP_RET_LOG, "allowed and logged"},
    {SECCOMP_RET_USER_NOTIF, "left to a supervisor"},
    {SECCOMP_RET_TRACE, "left to a tracer"},
    {SECCOMP_RET_TRAP, "`trap`"},
    {SECCOMP_RET_KILL_THREAD, "`kill` of the thread"},
    {SECCOMP_RET_KILL_PROCESS, "`kill`"},
};

}  // namespace

std::vector<CallNumber> calls_of_abi(Abi abi) {
    const auto foreign = abi == Abi::x86_64 ? std::span<const CallNumber>() : foreign_calls(abi);
    if (abi != Abi::x86_64) return {foreign.begin(), foreign.end()};
    std::vector<CallNumber> calls;
    for (std::uint32_t number = 0; number < syscall_count(); ++number)
        if (!syscall_name(number).empty()) calls.push_back({number, syscall_name(number)});
    return calls;
}

std::string_view name_of_call(Abi abi, std::uint32_t number) {
    return abi == Abi::x86_64 ? syscall_name(number) : call_name(abi, number);
}

std::vector<std::string> names_of_calls(Abi abi, const std::vector<std::uint32_t>& numbers) {
    CallSet calls;
    CallSet covered;
    std::vector<std::string> groups;
    std::vector<std::string> names;
    if (abi == Abi::x86_64) {
        for (const std::uint32_t number : numbers)
            if (number < calls.size()) calls.set(number);
        for (const CallGroup* group : whole_groups(calls, covered)) groups.emplace_back(group->name);
    }
    for (const std::uint32_t number : numbers) {
        const bool is_covered = number < covered.size() && covered.test(number);
        if (!is_covered) names.push_back(call_in_words(abi, number, {}, 0));
    }
    std::sort(groups.begin(), groups.end());
    std::sort(names.begin(), names.end());
    groups.insert(groups.end(), names.begin(), names.end());
    return groups;
}

std::string value_in_words(Abi abi, const Argument* argument, std::uint64_t value) {
    // What the kernel does not look at is shown all the same: a filter may.
    if (argument == nullptr || low_bits(value, argument_bits(*argument, abi)) != value) return number_in_words(value);
    if (argument->kind == Kind::mode) return octal(value);
    if (argument->family == Family::none) return number_in_words(value);
    const std::vector<Named> known = constants_for(abi, *argument, value);
    if (family_row(argument->family).is_flags) return flags_in_words(known, value);
    return known.empty() ? number_in_words(value) : std::string(known.front().name);
}

std::string call_in_words(Abi abi, std::uint32_t number, const std::array<std::uint64_t, 6>& arguments,
                          unsigned matters) {
    const std::string_view name = name_of_call(abi, number);
    const Prototype* prototype = find_prototype(abi, name);
    std::string words = name.empty() ? "call " + std::to_string(number) : std::string(name);
    if (matters == 0) return words;
    words += '(';
    const auto last = static_cast<unsigned>(std::bit_width(matters));
    for (unsigned position = 0; position < arguments.size(); ++position) {
        const Argument* argument = nullptr;
        if (prototype != nullptr)
            for (const Argument& each : prototype->arguments)
                if (each.position == position) argument = &each;
        if (argument == nullptr && position >= last) break;
        if (position != 0) words += ", ";
        words += ((matters >> position) & 1) != 0 ? value_in_words(abi, argument, arguments[position]) : "_";
    }
    return words + ')';
}

unsigned reach(std::uint32_t outcome) {
    switch (outcome & SECCOMP_RET_ACTION_FULL) {
        case SECCOMP_RET_ALLOW:
        case SECCOMP_RET_LOG:
            return always_reached;
        case SECCOMP_RET_USER_NOTIF:
        case SECCOMP_RET_TRACE:
            return 1;
        default:
            return 0;
    }
}

std::string outcome_in_words(std::uint32_t outcome) {
    const std::uint32_t action = outcome & SECCOMP_RET_ACTION_FULL;
    if (action == SECCOMP_RET_ERRNO) {
        const auto error = static_cast<std::uint16_t>(outcome & SECCOMP_RET_DATA);
        const std::string_view name = errno_name(error);
        return name.empty() ? "errno " + std::to_string(error) : '`' + std::string(name) + '`';
    }
    for (const auto& [known, words] : outcomes)
        if (known == action) return std::string(words);
    return "`kill`";  // seccomp(2): an unknown action kills the process
}

}  // namespace ward::compiler
