// The table against two independent sources: libseccomp and the C library's header.
#include "compiler/syscall_table.hpp"

#include <gtest/gtest.h>
#include <seccomp.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace ward::compiler {
namespace {

TEST(SyscallTable, EveryNumberThatLibseccompKnowsHasItsName) {
    std::size_t known = 0;
    for (std::uint32_t number = 0; number < syscall_capacity; ++number) {
        char* const name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, static_cast<int>(number));
        if (!name) continue;
        EXPECT_EQ(syscall_name(number), name);
        EXPECT_EQ(syscall_number(name), number);
        std::free(name);
        ++known;
    }
    EXPECT_GT(known, 350u);
}

TEST(SyscallTable, EveryNumberOfTheSystemHeaderHasItsName) {
    std::ifstream header("/usr/include/x86_64-linux-gnu/asm/unistd_64.h");
    ASSERT_TRUE(header) << "package linux-libc-dev";
    std::size_t known = 0;
    for (std::string line; std::getline(header, line);) {
        std::istringstream words(line);
        std::string define, name;
        std::uint32_t number = 0;
        if (!(words >> define >> name >> number) || define != "#define" || name.rfind("__NR_", 0) != 0) continue;
        EXPECT_EQ(syscall_name(number), name.substr(5));
        ++known;
    }
    EXPECT_GT(known, 350u);
}

TEST(SyscallTable, NamesAndNumbersAreOneToOne) {
    std::set<std::string_view> names;
    std::uint32_t previous = 0;
    for (const std::string_view name : syscall_names()) {
        EXPECT_TRUE(names.insert(name).second) << name;
        const auto number = syscall_number(name);
        ASSERT_TRUE(number) << name;
        EXPECT_EQ(syscall_name(*number), name);
        EXPECT_TRUE(*number > previous || name == "read") << name;
        previous = *number;
    }
    EXPECT_EQ(previous + 1, syscall_count());
}

TEST(SyscallTable, KnowsTheNewestCalls) {
    EXPECT_EQ(syscall_number("file_setattr"), 469u);
    EXPECT_EQ(syscall_count(), 470u);
    EXPECT_EQ(syscall_number("uretprobe"), 335u);
    EXPECT_EQ(syscall_name(337), "");
    EXPECT_EQ(syscall_name(470), "");
    EXPECT_EQ(syscall_name(~0u), "");
}

TEST(SyscallTable, OtherNamesOfTheSameCall) {
    EXPECT_EQ(syscall_number("fstatat"), syscall_number("newfstatat"));
    EXPECT_EQ(syscall_number("newstat"), syscall_number("stat"));
    EXPECT_EQ(syscall_number("umount"), syscall_number("umount2"));
    EXPECT_EQ(syscall_number("pread"), syscall_number("pread64"));
    EXPECT_EQ(syscall_name(*syscall_number("fstatat")), "newfstatat");
}

TEST(SyscallTable, WhatIsNoCallHasNoNumber) {
    for (const std::string_view name : {"", "send", "mmap2", "socketcall", "readd", "READ", "read ", "59", "@basic-io"})
        EXPECT_FALSE(syscall_number(name)) << name;
}

TEST(SyscallTable, TellsWhoHasAForeignCall) {
    const auto of_mmap2 = foreign_architectures("mmap2");
    EXPECT_EQ(std::set<std::string>(of_mmap2.begin(), of_mmap2.end()).count("x86"), 1u);
    EXPECT_TRUE(std::is_sorted(of_mmap2.begin(), of_mmap2.end()));
    EXPECT_EQ(foreign_architectures("spu_run"), (std::vector<std::string>{"ppc", "ppc64"}));
    EXPECT_TRUE(foreign_architectures("no_such_call").empty());
    EXPECT_TRUE(foreign_architectures("read").empty());
}

}  // namespace
}  // namespace ward::compiler
