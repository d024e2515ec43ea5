#include "compiler/groups.hpp"

#include <algorithm>
#include <array>

#include "compiler/call_index.hpp"
#include "compiler/syscall_numbers.hpp"
#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

constexpr std::string_view known_members[] = {
#define WARD_SYSCALL(number, name) #name,
#include "compiler/syscall_table.inc"
#undef WARD_SYSCALL
};

#define WARD_GROUP(variable, name, description, ...) constexpr std::string_view variable[] = {__VA_ARGS__};
#include "compiler/groups.inc"
#undef WARD_GROUP

constexpr auto groups = [] {
    std::array result = {
        CallGroup{"@known", "Every call of the table.", known_members},
#define WARD_GROUP(variable, name, description, ...) CallGroup{name, description, variable},
#include "compiler/groups.inc"
#undef WARD_GROUP
    };
    std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return result;
}();

// ---- the groups on x86_64, looked up while ward is compiled: they are most of what is asked for

using Bits = std::array<unsigned long, call_capacity / 64>;
static_assert(sizeof(Bits) == sizeof(CallSet));

constexpr const CallGroup* group_named(std::string_view name) {
    for (const CallGroup& group : groups)
        if (group.name == name) return &group;
    return nullptr;
}

constexpr void add_calls(Bits& bits, const CallGroup& group) {
    for (const std::string_view member : group.members) {
        if (member.front() == '@')
            add_calls(bits, *group_named(member));
        else if (const auto number = number_of_call(member))
            bits[*number / 64] |= 1UL << *number % 64;
    }
}

constexpr auto x86_64_calls = [] {
    std::array<Bits, groups.size()> result{};
    for (std::size_t i = 0; i < groups.size(); ++i) add_calls(result[i], groups[i]);
    return result;
}();

CallSet set_of(const Bits& bits) {
    CallSet result;
    for (std::size_t i = bits.size(); i-- > 0;) (result <<= 64) |= CallSet(bits[i]);
    return result;
}

CallSet look_up(const CallGroup& group, Abi abi) {
    CallSet result;
    if (group.members.data() == known_members) {
        for (const CallNumber& call : foreign_calls(abi)) result.set(call.number & ~x32_bit);
        for (std::uint32_t index = numbered_count(abi); index < index_count(abi); ++index) result.set(index);
        return result;
    }
    for (const std::string_view member : group.members) {
        if (member.front() == '@')
            result |= look_up(*group_named(member), abi);
        else if (const auto index = call_index(abi, member))
            result.set(*index);
    }
    return result;
}

}  // namespace

std::span<const CallGroup> call_groups() {
    return groups;
}

const CallGroup* find_group(std::string_view name) {
    const auto* group =
        std::lower_bound(groups.begin(), groups.end(), name,
                         [](const CallGroup& row, std::string_view wanted) { return row.name < wanted; });
    return group != groups.end() && group->name == name ? group : nullptr;
}

CallSet calls_of(const CallGroup& group, Abi abi) {
    if (abi != Abi::x86_64) return look_up(group, abi);
    return set_of(x86_64_calls.at(static_cast<std::size_t>(&group - groups.data())));
}

CallSet known_calls(Abi abi) {
    return calls_of(*find_group("@known"), abi);
}

CallSet granted_of(CallSet calls, Abi abi) {
    for (const std::string_view name : {"io_uring_enter", "io_uring_register", "io_uring_setup"})
        calls.reset(call_number(abi, name).value() & ~x32_bit);
    return calls;
}

CallSet calls_granted_by(const CallGroup& group, Abi abi) {
    return granted_of(calls_of(group, abi), abi);
}

}  // namespace ward::compiler
