#include "compiler/groups.hpp"

#include <gtest/gtest.h>
#include <seccomp.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

// Calls of other machines that are newer than the libseccomp of the test machine.
const std::set<std::string_view> newer_than_libseccomp = {"riscv_hwprobe"};

bool is_foreign(std::string_view name) {
    return !foreign_architectures(name).empty() || newer_than_libseccomp.contains(name) ||
           // A name that libseccomp knows although no machine has the call any more.
           seccomp_syscall_resolve_name(std::string(name).c_str()) != __NR_SCMP_ERROR;
}

TEST(Groups, EveryMemberIsACallOfSomeMachineOrAGroup) {
    for (const CallGroup& group : call_groups())
        for (const std::string_view member : group.members) {
            const bool is_known = member.front() == '@' ? find_group(member) != nullptr
                                                        : syscall_number(member).has_value() || is_foreign(member);
            EXPECT_TRUE(is_known) << group.name << ": " << member;
        }
}

bool reaches(const CallGroup& from, std::string_view wanted, std::set<std::string_view>& seen) {
    for (const std::string_view member : from.members) {
        if (member == wanted) return true;
        if (member.front() == '@' && seen.insert(member).second && reaches(*find_group(member), wanted, seen))
            return true;
    }
    return false;
}

TEST(Groups, NoGroupHoldsItself) {
    for (const CallGroup& group : call_groups()) {
        std::set<std::string_view> seen;
        EXPECT_FALSE(reaches(group, group.name, seen)) << group.name;
    }
}

TEST(Groups, AreSortedAndFound) {
    const auto groups = call_groups();
    EXPECT_TRUE(std::is_sorted(groups.begin(), groups.end(), [](auto& a, auto& b) { return a.name < b.name; }));
    EXPECT_EQ(groups.size(), 30u);
    for (const CallGroup& group : groups) EXPECT_EQ(find_group(group.name), &group);
    for (const std::string_view name : {"", "@", "basic-io", "@basic-i", "@basic-io2", "@zzz", "@AIO"})
        EXPECT_EQ(find_group(name), nullptr) << name;
}

TEST(Groups, MembersAreNamedOnce) {
    for (const CallGroup& group : call_groups()) {
        std::set<std::string_view> seen;
        for (const std::string_view member : group.members)
            EXPECT_TRUE(seen.insert(member).second) << group.name << ": " << member;
        EXPECT_TRUE(calls_of(group).any()) << group.name;
        EXPECT_FALSE(group.description.empty());
    }
}

// As the table is asked while ward runs.
CallSet looked_up(const CallGroup& group) {
    CallSet result;
    for (const std::string_view member : group.members) {
        if (member.front() == '@') result |= looked_up(*find_group(member));
        if (const auto number = syscall_number(member)) result.set(*number);
    }
    return result;
}

TEST(Groups, KnownIsTheWholeTable) {
    EXPECT_EQ(calls_of(*find_group("@known")).count(), syscall_names().size());
    for (const CallGroup& group : call_groups()) EXPECT_EQ(calls_of(group), looked_up(group)) << group.name;
}

std::vector<std::string_view> names_in(std::string_view group) {
    std::vector<std::string_view> names;
    const CallSet calls = calls_of(*find_group(group));
    for (std::uint32_t number = 0; number < syscall_capacity; ++number)
        if (calls.test(number)) names.push_back(syscall_name(number));
    return names;
}

TEST(Groups, MembersAsOnX86_64) {
    EXPECT_EQ(names_in("@basic-io"),
              (std::vector<std::string_view>{"read", "write", "close", "lseek", "pread64", "pwrite64", "readv",
                                             "writev", "dup", "dup2", "dup3", "preadv", "pwritev", "preadv2",
                                             "pwritev2", "close_range"}));
    EXPECT_EQ(names_in("@swap"), (std::vector<std::string_view>{"swapon", "swapoff"}));
    EXPECT_EQ(names_in("@sandbox"), (std::vector<std::string_view>{"seccomp", "landlock_create_ruleset",
                                                                   "landlock_add_rule", "landlock_restrict_self"}));
}

TEST(Groups, AGroupHoldsItsGroups) {
    const CallSet service = calls_of(*find_group("@system-service"));
    for (const std::string_view part : {"@basic-io", "@file-system", "@network-io", "@process", "@default", "@timer"})
        EXPECT_TRUE((calls_of(*find_group(part)) & ~service).none()) << part;
    for (const std::string_view other : {"ptrace", "mount", "bpf", "kexec_load", "init_module", "open_by_handle_at"})
        EXPECT_FALSE(service.test(*syscall_number(other))) << other;
}

TEST(Groups, NoneGrantsIoUring) {
    const CallSet aio = calls_of(*find_group("@aio"));
    EXPECT_TRUE(aio.test(*syscall_number("io_uring_setup")));
    EXPECT_EQ((aio & ~calls_granted_by(*find_group("@aio"))).count(), 3u);
}

}  // namespace
}  // namespace ward::compiler
