#include "compiler/groups.hpp"

#include <algorithm>
#include <array>

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
    CallSet result;
    if (abi != Abi::x86_64 && group.members.data() == known_members) {
        for (const CallNumber& call : foreign_calls(abi)) result.set(call.number & ~x32_bit);
        return result;
    }
    for (const std::string_view member : group.members) {
        if (member.front() == '@')
            result |= calls_of(*find_group(member), abi);
        else if (const auto number = call_number(abi, member))
            result.set(*number & ~x32_bit);
    }
    return result;
}

CallSet calls_granted_by(const CallGroup& group, Abi abi) {
    CallSet result = calls_of(group, abi);
    for (const std::string_view name : {"io_uring_enter", "io_uring_register", "io_uring_setup"})
        result.reset(call_number(abi, name).value() & ~x32_bit);
    return result;
}

}  // namespace ward::compiler
