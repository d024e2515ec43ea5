// The numbers of every ABI, against libseccomp's tables and, for the newest calls, against the kernel.
#include "compiler/abi.hpp"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

struct Case {
    Abi abi;
    std::uint32_t token;  // SCMP_ARCH_*
    std::uint32_t mark;   // in every number
};

class EveryAbi : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(Abis, EveryAbi,
                         testing::Values(Case{Abi::x86_64, SCMP_ARCH_X86_64, 0}, Case{Abi::i386, SCMP_ARCH_X86, 0},
                                         Case{Abi::x32, SCMP_ARCH_X32, x32_bit},
                                         Case{Abi::aarch64, SCMP_ARCH_AARCH64, 0}),
                         [](const auto& instance) { return std::string(abi_name(instance.param.abi)); });

// Greater than every number that an ABI has without its mark.
constexpr std::uint32_t beyond = 1024;

std::map<std::uint32_t, std::string> calls_of(const Case& abi) {
    std::map<std::uint32_t, std::string> result;
    for (std::uint32_t number = abi.mark; number < abi.mark + beyond; ++number)
        if (const std::string_view name = call_name(abi.abi, number); !name.empty()) result[number] = name;
    return result;
}

std::string libseccomp_name(const Case& abi, std::uint32_t number) {
    const std::unique_ptr<char, decltype(&std::free)> name(
        seccomp_syscall_resolve_num_arch(abi.token, static_cast<int>(number)), &std::free);
    return name ? name.get() : "";
}

TEST_P(EveryAbi, KnowsEachCallOfLibseccomp) {
    int known = 0;
    for (std::uint32_t number = GetParam().mark; number < GetParam().mark + beyond; ++number) {
        const std::string name = libseccomp_name(GetParam(), number);
        if (name.empty()) continue;
        ++known;
        EXPECT_EQ(call_name(GetParam().abi, number), name) << number;
    }
    EXPECT_GT(known, 300);
}

// What libseccomp does not know is newer than it, or a number whose call is gone.
TEST_P(EveryAbi, HasNothingElseButNewerCalls) {
    const std::set<std::string> newer{"uretprobe", "uprobe"};
    for (const auto& [number, name] : calls_of(GetParam()))
        if (libseccomp_name(GetParam(), number).empty()) {
            EXPECT_TRUE(number - GetParam().mark > 445 || newer.contains(name)) << number << ' ' << name;
        }
}

TEST_P(EveryAbi, FindsEachNameAgain) {
    const auto calls = calls_of(GetParam());
    EXPECT_GT(calls.size(), 320U);
    for (const auto& [number, name] : calls) EXPECT_EQ(call_number(GetParam().abi, name), number) << name;
}

TEST_P(EveryAbi, FindsNothingElse) {
    for (const char* name : {"", "a", "zzz", "Read", "read ", "__NR_read"})
        EXPECT_EQ(call_number(GetParam().abi, name), std::nullopt) << name;
    EXPECT_EQ(call_name(GetParam().abi, GetParam().mark + beyond), "");
    EXPECT_EQ(call_name(GetParam().abi, ~0U), "");
}

TEST_P(EveryAbi, ListsAllButThoseOfX86_64) {
    const auto listed = foreign_calls(GetParam().abi);
    EXPECT_EQ(listed.size(), GetParam().abi == Abi::x86_64 ? 0 : calls_of(GetParam()).size());
    for (const CallNumber& call : listed) EXPECT_EQ(call_name(GetParam().abi, call.number), call.name);
}

TEST_P(EveryAbi, IsFoundByItsName) {
    EXPECT_EQ(find_abi(abi_name(GetParam().abi)), GetParam().abi);
    EXPECT_EQ(audit_architecture(GetParam().abi), GetParam().abi == Abi::x32 ? SCMP_ARCH_X86_64 : GetParam().token);
}

// The calls since 5.17 have the same number everywhere: one that is new to a table is new to all.
TEST(Abi, NewCallsHaveOneNumber) {
    int compared = 0;
    for (std::uint32_t number = 424; number < syscall_count(); ++number) {
        const std::string_view name = syscall_name(number);
        if (name.empty()) continue;
        ++compared;
        EXPECT_EQ(call_number(Abi::i386, name), number) << name;
        EXPECT_EQ(call_number(Abi::x32, name), number | x32_bit) << name;
        EXPECT_EQ(call_number(Abi::aarch64, name), number) << name;
    }
    EXPECT_GE(compared, 46);
}

TEST(Abi, UnknownNames) {
    for (const char* name : {"", "x86", "arm64", "X86_64", "native"}) EXPECT_EQ(find_abi(name), std::nullopt) << name;
}

TEST(Abi, Words) {
    EXPECT_EQ(word_bits(Abi::i386), 32U);
    for (const Abi abi : {Abi::x86_64, Abi::x32, Abi::aarch64}) EXPECT_EQ(word_bits(abi), 64U);
}

TEST(AbiSet, ContainsWhatItWasMadeOf) {
    constexpr AbiSet set(Abi::i386, Abi::aarch64);
    EXPECT_TRUE(set.contains(Abi::i386) && set.contains(Abi::aarch64));
    EXPECT_FALSE(set.contains(Abi::x86_64) || set.contains(Abi::x32));
    for (const Abi abi : every_abi_listed) {
        EXPECT_TRUE(every_abi.contains(abi));
        EXPECT_FALSE(AbiSet().contains(abi));
    }
}

struct NewCall {
    const char* name;
    int minor;  // of Linux 6
};

// With arguments that are all ~0 these do nothing: no such descriptor, address or flag.
constexpr NewCall new_calls[] = {
    {"cachestat", 5},      {"fchmodat2", 6},       {"futex_wake", 7},    {"futex_requeue", 7}, {"statmount", 8},
    {"listmount", 8},      {"mseal", 10},          {"setxattrat", 13},   {"getxattrat", 13},   {"listxattrat", 13},
    {"removexattrat", 13}, {"open_tree_attr", 15}, {"file_getattr", 17}, {"file_setattr", 17},
};

TEST(Abi, TheRunningKernelHasTheNewCalls) {
    utsname system{};
    ASSERT_EQ(uname(&system), 0);
    int major = 0;
    int minor = 0;
    ASSERT_EQ(std::sscanf(system.release, "%d.%d", &major, &minor), 2);
    for (const NewCall& call : new_calls) {
        const auto number = call_number(Abi::x86_64, call.name);
        ASSERT_TRUE(number) << call.name;
        errno = 0;
        ASSERT_EQ(syscall(static_cast<long>(*number), -1L, -1L, -1L, -1L, -1L, -1L), -1) << call.name;
        if (major > 6 || (major == 6 && minor >= call.minor)) {
            EXPECT_NE(errno, ENOSYS) << call.name;
        }
    }
}

}  // namespace
}  // namespace ward::compiler
