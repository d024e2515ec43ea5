// The prototypes: complete for every ABI, and those of the running kernel.
#include "compiler/prototypes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

std::vector<std::string_view> calls_of(Abi abi) {
    std::vector<std::string_view> result;
    if (abi == Abi::x86_64) {
        const auto names = syscall_names();
        result.assign(names.begin(), names.end());
    }
    for (const CallNumber& call : foreign_calls(abi)) result.push_back(call.name);
    return result;
}

const Prototype& prototype(std::string_view name, Abi abi = Abi::x86_64) {
    const Prototype* found = find_prototype(abi, name);
    if (found == nullptr) throw std::runtime_error("no prototype of " + std::string(name));
    return *found;
}

const Argument& argument(std::string_view call, std::string_view name, Abi abi = Abi::x86_64) {
    const Argument* found = find_argument(prototype(call, abi), name);
    if (found == nullptr) throw std::runtime_error(std::string(call) + " has no argument " + std::string(name));
    return *found;
}

TEST(Prototypes, EveryCallOfEveryAbiHasOne) {
    for (const Abi abi : every_abi_listed) {
        const auto calls = calls_of(abi);
        EXPECT_GT(calls.size(), 320U);
        for (const std::string_view call : calls)
            EXPECT_NE(find_prototype(abi, call), nullptr) << abi_name(abi) << ' ' << call;
    }
}

TEST(Prototypes, AreOfCallsThatExist) {
    for (const Prototype& row : prototypes())
        for (const Abi abi : every_abi_listed)
            if (row.abis.contains(abi)) {
                EXPECT_TRUE(call_number(abi, row.name)) << abi_name(abi) << ' ' << row.name;
                EXPECT_EQ(find_prototype(abi, row.name), &row) << abi_name(abi) << ' ' << row.name;
            }
}

TEST(Prototypes, NothingElseIsFound) {
    for (const char* name : {"", "a", "zzz", "Open", "mmap2"}) EXPECT_EQ(find_prototype(Abi::x86_64, name), nullptr);
    EXPECT_EQ(find_prototype(Abi::aarch64, "open"), nullptr);
}

// One after another in the six registers, two for 64 bits on i386.
TEST(Prototypes, ArgumentsFillTheRegisters) {
    for (const Prototype& row : prototypes())
        for (const Abi abi : every_abi_listed) {
            if (!row.abis.contains(abi)) continue;
            unsigned next = 0;
            for (const Argument& argument : row.arguments) {
                EXPECT_EQ(argument.position, next) << row.name << '.' << argument.name;
                next += is_split(argument, abi) ? 2U : 1U;
            }
            EXPECT_LE(next, 6U) << row.name;
        }
}

TEST(Prototypes, ArgumentsHaveDistinctNames) {
    for (const Prototype& row : prototypes()) {
        std::set<std::string_view> names;
        for (const Argument& argument : row.arguments) {
            EXPECT_FALSE(argument.name.empty()) << row.name;
            EXPECT_TRUE(names.insert(argument.name).second) << row.name << '.' << argument.name;
            if (!argument.alias.empty()) {
                EXPECT_TRUE(names.insert(argument.alias).second) << row.name << '.' << argument.alias;
            }
        }
    }
}

TEST(Prototypes, FlagsAndEnumerationsNameTheirFamily) {
    std::set<Family> used;
    for (const Prototype& row : prototypes())
        for (const Argument& argument : row.arguments) {
            const bool flags = argument.kind == Kind::flags;
            if (flags || argument.kind == Kind::enumeration) {
                ASSERT_NE(argument.family, Family::none) << row.name << '.' << argument.name;
                EXPECT_EQ(family_row(argument.family).is_flags, flags) << row.name << '.' << argument.name;
            }
            if (argument.family != Family::none) used.insert(argument.family);
        }
    EXPECT_EQ(used.size(), families().size());
}

// A pointer has no width to compare with, no constants and no sign.
TEST(Prototypes, PointersAreNothingElse) {
    for (const Prototype& row : prototypes())
        for (const Argument& argument : row.arguments)
            if (argument.kind == Kind::pointer) {
                EXPECT_EQ(argument.width, Width::word) << row.name << '.' << argument.name;
                EXPECT_EQ(argument.family, Family::none) << row.name << '.' << argument.name;
                EXPECT_FALSE(argument.is_signed) << row.name << '.' << argument.name;
            }
}

struct WidthCase {
    const char* call;
    const char* argument;
    Abi abi;
    unsigned bits;
    bool is_signed;
};

TEST(Prototypes, WidthsAreTheKernels) {
    const WidthCase cases[] = {
        {"ioctl", "cmd", Abi::x86_64, 32, false},     {"openat", "dfd", Abi::x86_64, 32, true},
        {"openat", "mode", Abi::x86_64, 16, false},   {"mprotect", "prot", Abi::x86_64, 64, false},
        {"mmap", "fd", Abi::x86_64, 32, false},       {"clone", "clone_flags", Abi::x86_64, 32, false},
        {"unshare", "flags", Abi::x86_64, 64, false}, {"socket", "family", Abi::x86_64, 32, true},
        {"prctl", "option", Abi::x86_64, 32, true},   {"prctl", "arg2", Abi::x86_64, 64, false},
        {"prctl", "arg2", Abi::i386, 32, false},      {"ptrace", "request", Abi::x86_64, 64, true},
        {"ptrace", "request", Abi::x32, 32, true},    {"futex", "op", Abi::aarch64, 32, true},
        {"kill", "pid", Abi::x86_64, 32, true},       {"personality", "personality", Abi::x86_64, 32, false},
        {"lseek", "offset", Abi::x86_64, 64, true},   {"lseek", "offset", Abi::i386, 32, true},
        {"setuid", "uid", Abi::i386, 16, false},      {"setuid32", "uid", Abi::i386, 32, false},
        {"pread64", "pos", Abi::i386, 64, true},      {"ioctl", "arg", Abi::x32, 32, false},
        {"mprotect", "prot", Abi::x32, 64, false},    {"fanotify_mark", "mask", Abi::x86_64, 64, false},
    };
    for (const auto& [call, name, abi, bits, is_signed] : cases) {
        const Argument& found = argument(call, name, abi);
        EXPECT_EQ(argument_bits(found, abi), bits) << abi_name(abi) << ' ' << call << '.' << name;
        EXPECT_EQ(found.is_signed, is_signed) << abi_name(abi) << ' ' << call << '.' << name;
    }
}

TEST(Prototypes, SplitArgumentsOfI386) {
    const Argument& position = argument("pread64", "offset", Abi::i386);
    EXPECT_TRUE(is_split(position, Abi::i386));
    EXPECT_FALSE(is_split(argument("pread64", "offset"), Abi::x86_64));
    EXPECT_EQ(position.position, 3);
    EXPECT_EQ(argument("fallocate", "len", Abi::i386).position, 4);
    EXPECT_EQ(argument("fallocate", "len").position, 3);
    EXPECT_EQ(argument("fadvise64", "advice", Abi::i386).position, 4);
}

TEST(Prototypes, AbisThatDiffer) {
    EXPECT_EQ(argument("clone", "tls", Abi::x86_64).position, 4);
    EXPECT_EQ(argument("clone", "tls", Abi::i386).position, 3);
    EXPECT_EQ(argument("clone", "tls", Abi::aarch64).position, 3);
    EXPECT_EQ(prototype("mmap", Abi::i386).arguments.size(), 1U);
    EXPECT_EQ(prototype("mmap2", Abi::i386).arguments.size(), 6U);
    EXPECT_TRUE(prototype("afs_syscall").arguments.empty());
}

TEST(Prototypes, NamesOfTheManualPagesAreAccepted) {
    EXPECT_EQ(&argument("socket", "domain"), &argument("socket", "family"));
    EXPECT_EQ(&argument("openat", "dirfd"), &argument("openat", "dfd"));
    EXPECT_EQ(&argument("openat", "pathname"), &argument("openat", "filename"));
    EXPECT_EQ(&argument("ioctl", "request"), &argument("ioctl", "cmd"));
    EXPECT_EQ(&argument("clone", "flags"), &argument("clone", "clone_flags"));
    EXPECT_EQ(find_argument(prototype("openat"), ""), nullptr);
    EXPECT_EQ(find_argument(prototype("openat"), "fd"), nullptr);
}

TEST(Prototypes, Signatures) {
    EXPECT_EQ(signature(prototype("openat")),
              "openat(dfd: descriptor, filename: pointer, flags: open flags, mode: file mode)");
    EXPECT_EQ(signature(prototype("socket")),
              "socket(family: address family, type: socket type, protocol: socket protocol)");
    EXPECT_EQ(signature(prototype("ioctl")),
              "ioctl(fd: descriptor, cmd: ioctl request, arg: depends on another argument)");
    EXPECT_EQ(signature(prototype("getpid")), "getpid()");
}

}  // namespace
}  // namespace ward::compiler
