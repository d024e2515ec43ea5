#include "compiler/groups.hpp"

#include <algorithm>
#include <array>

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

CallSet calls_of(const CallGroup& group) {
    CallSet result;
    for (const std::string_view member : group.members) {
        if (member.front() == '@')
            result |= calls_of(*find_group(member));
        else if (const auto number = syscall_number(member))
            result.set(*number);
    }
    return result;
}

CallSet calls_granted_by(const CallGroup& group) {
    CallSet result = calls_of(group);
    for (const std::string_view name : {"io_uring_enter", "io_uring_register", "io_uring_setup"})
        result.reset(syscall_number(name).value());
    return result;
}

}  // namespace ward::compiler
