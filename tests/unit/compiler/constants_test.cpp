// The constants: what they are, against what the installed headers say, and how they are found.
#include "compiler/constants.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "tests/unit/compiler/header_constants.hpp"

namespace ward::compiler {
namespace {

const Constant& constant(std::string_view name, Abi abi = Abi::x86_64) {
    const Constant* found = find_constant(abi, name);
    if (found == nullptr) throw std::runtime_error("no constant " + std::string(name));
    return *found;
}

std::uint64_t mask(std::string_view name, Family family) {
    const Membership* found = membership(constant(name), family);
    if (found == nullptr) throw std::runtime_error(std::string(name) + " is not of the family");
    return found->mask;
}

TEST(Constants, AreMany) {
    std::set<std::string_view> names;
    for (const Constant& row : constants()) names.insert(row.name);
    EXPECT_GE(names.size(), 2500U);
}

TEST(Constants, EachIsFoundWhereItIs) {
    for (const Constant& row : constants()) {
        int abis = 0;
        for (const Abi abi : every_abi_listed) {
            const Constant* found = find_constant(abi, row.name);
            if (row.abis.contains(abi)) {
                EXPECT_EQ(found, &row) << row.name;
            }
            abis += row.abis.contains(abi);
        }
        EXPECT_GT(abis, 0) << row.name;
        EXPECT_FALSE(row.families.empty()) << row.name;
    }
}

TEST(Constants, NothingElseIsFound) {
    for (const char* name : {"", "A", "zzz", "o_rdonly", "O_RDONLY ", "open"})
        EXPECT_EQ(find_constant(Abi::x86_64, name), nullptr) << name;
}

// A value outside its own mask could never be found in an argument.
TEST(Constants, ValuesAreInTheirMasks) {
    for (const Constant& row : constants())
        for (const Membership& place : row.families)
            EXPECT_EQ(static_cast<std::uint64_t>(row.value) & ~place.mask, 0U) << row.name;
}

TEST(Constants, DifferWhereTheAbisDo) {
    EXPECT_EQ(constant("O_DIRECTORY").value, 0200000);
    EXPECT_EQ(constant("O_DIRECTORY", Abi::aarch64).value, 040000);
    EXPECT_EQ(constant("FS_IOC_GETFLAGS").value, 0x80086601);
    EXPECT_EQ(constant("FS_IOC_GETFLAGS", Abi::i386).value, 0x80046601);
    EXPECT_EQ(find_constant(Abi::aarch64, "MAP_32BIT"), nullptr);
    EXPECT_EQ(find_constant(Abi::x86_64, "PROT_BTI"), nullptr);
}

TEST(Constants, SignsAreThoseOfTheArguments) {
    EXPECT_EQ(constant("AT_FDCWD").value, -100);
    EXPECT_EQ(constant("KEY_SPEC_SESSION_KEYRING").value, -3);
    EXPECT_EQ(constant("MS_NOUSER").value, 0x80000000);
    EXPECT_EQ(constant("CLONE_IO").value, 0x80000000);
    EXPECT_EQ(constant("LINUX_REBOOT_MAGIC1").value, 0xfee1dead);
}

TEST(Constants, FieldsOfSeveralBits) {
    EXPECT_EQ(mask("SOCK_STREAM", Family::socket_type), 0xfU);
    EXPECT_EQ(mask("SOCK_CLOEXEC", Family::socket_type), 02000000U);
    EXPECT_EQ(mask("O_RDONLY", Family::open_flags), 3U);
    EXPECT_EQ(mask("O_RDWR", Family::open_flags), 3U);
    EXPECT_EQ(mask("S_IFDIR", Family::file_mode), 0170000U);
    EXPECT_EQ(mask("MAP_PRIVATE", Family::map_flags), 0xfU);
    EXPECT_EQ(mask("SIGCHLD", Family::clone_flags), 0xffU);
    EXPECT_EQ(mask("AF_UNIX", Family::address_family), ~std::uint64_t{0});
    EXPECT_EQ(mask("FUTEX_WAIT", Family::futex_operation) & 0x180, 0U);
    EXPECT_EQ(mask("PROT_NONE", Family::protection), 0U);
}

TEST(Constants, MayBeOfSeveralFamilies) {
    for (const Family family : {Family::stat_flags, Family::chown_flags, Family::access_flags})
        EXPECT_NE(membership(constant("AT_SYMLINK_NOFOLLOW"), family), nullptr);
    EXPECT_EQ(membership(constant("AT_EACCESS"), Family::unlink_flags), nullptr);
    EXPECT_EQ(membership(constant("SOCK_STREAM"), Family::address_family), nullptr);
}

TEST(Families, AreListedInTheirOrder) {
    std::set<std::string_view> words;
    for (const FamilyRow& row : families()) {
        EXPECT_EQ(&family_row(row.family), &row);
        EXPECT_TRUE(words.insert(row.words).second) << row.words;
    }
    EXPECT_FALSE(family_row(Family::address_family).is_flags);
    EXPECT_TRUE(family_row(Family::open_flags).is_flags);
}

TEST(Families, EachHasConstants) {
    std::set<Family> seen;
    for (const Constant& row : constants())
        for (const Membership& place : row.families) seen.insert(place.family);
    EXPECT_EQ(seen.size(), families().size());
    EXPECT_FALSE(seen.contains(Family::none));
}

// An `int` of a header may be a flag in its top bit: the same 32 bits.
bool same(std::int64_t value, std::int64_t header) {
    return value == header || (header < 0 && value == static_cast<std::uint32_t>(header));
}

void expect_as_headers(std::span<const HeaderConstant> seen, std::size_t at_least) {
    EXPECT_GE(seen.size(), at_least);
    for (const auto& [name, value] : seen) {
        // glibc says 0 where every file is large; the bit is the kernel's all the same.
        if (value == 0 && std::string_view(name) == "O_LARGEFILE") continue;
        const Constant* found = find_constant(Abi::x86_64, name);
        ASSERT_NE(found, nullptr) << name;
        // The command of quotactl is shifted: QCMD(Q_SYNC, USRQUOTA).
        const Membership* quota = membership(*found, Family::quota_command);
        const int shift = quota != nullptr && quota->mask > 0xff ? 8 : 0;
        EXPECT_TRUE(same(found->value, value << shift)) << name << ": " << found->value << ", header: " << value;
    }
}

TEST(Constants, AreAsTheKernelsHeadersSay) {
    expect_as_headers(kernel_header_constants(), 2000);
}

TEST(Constants, AreAsTheCLibrarysHeadersSay) {
    expect_as_headers(c_library_constants(), 700);
}

}  // namespace
}  // namespace ward::compiler
