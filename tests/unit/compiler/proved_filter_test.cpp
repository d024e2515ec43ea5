// What is loaded was proved, and what a failed proof looks like to a person. No policy reaches one that shows a wrong
// call: it is made here, or the bytes are.
#include "compiler/proved_filter.hpp"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <bit>
#include <random>
#include <string>
#include <utility>

#include "policy/render.hpp"
#include "tests/unit/compiler/lowering_fixture.hpp"

namespace ward::compiler {
namespace {

std::string shown(const Disproof& disproof) {
    policy::Sources sources;
    const policy::FileId file = sources.add("p.ward", "policy p\n");
    policy::Diagnostics diagnostics;
    report_disproof(disproof, {file, 7, 8}, diagnostics);
    return policy::render(diagnostics.all().front(), sources);
}

TEST(ProvedFilter, ACounterexampleIsShownAsACall) {
    const Counterexample call{
        AUDIT_ARCH_X86_64, 257, {~0ull, 0, 0x40, 04755, 0, 0}, SECCOMP_RET_ERRNO | 1, SECCOMP_RET_ALLOW};
    EXPECT_EQ(
        shown({"a call is treated otherwise than the policy says", call}),
        "error[filter-not-proved]: the system-call filter is not what this policy says: a call is treated "
        "otherwise than the policy says\n"
        "  --> p.ward:1:8\n"
        "  1 | policy p\n"
        "    |        ^\n"
        "  note: `openat(0xffffffffffffffff, 0, 0x40, 0x9ed, 0, 0)` would be answered with 0x7fff0000 in place of "
        "0x50001\n"
        "  help: this is a mistake of ward, not of the policy: please report it with the policy\n");
}

TEST(ProvedFilter, ACallOfAnotherAbiIsShownByItsNumber) {
    const Counterexample call{AUDIT_ARCH_I386, 5, {}, SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_ALLOW};
    EXPECT_NE(shown({"x", call})
                  .find("`call 5(0, 0, 0, 0, 0, 0) of ABI 0x40000003` would be answered with 0x7fff0000 in "
                        "place of 0x80000000"),
              std::string::npos);
}

// A line for each of so many single values that no range and no mask joins.
std::string single_values(const std::string& call, unsigned count) {
    std::string lines;
    for (unsigned i = 1; i <= count; ++i)
        lines += "allow " + call + " if offset == " + std::to_string(i * i * 7 + i % 3) + "\n";
    return lines;
}

std::string too_long(const std::string& calls) {
    Compiled compiled = compile_text("syscalls {\nallow @basic-io except lseek, pread64\n" + calls + "}");
    EXPECT_TRUE(compiled.jail) << compiled.messages();
    policy::Diagnostics diagnostics;
    if (compiled.jail) {
        EXPECT_FALSE(proved_filter(*compiled.jail, {}, diagnostics));
    }
    return policy::render(diagnostics, compiled.sources);
}

TEST(ProvedFilter, ThatItIsTooLongNamesTheCallsThatMakeItSo) {
    EXPECT_EQ(too_long(single_values("readahead(_, offset)", 20) + single_values("lseek(_, offset)", 3000) +
                       single_values("pread64(_, _, _, offset)", 1500)),
              "error[filter-too-long]: the system-call filter is too long\n"
              "  --> main.ward:24:7\n"
              "    24 | allow lseek(_, offset) if offset == 8\n"
              "       |       ^^^^^ its conditions take more than 4096 instructions\n"
              "  3024 | allow pread64(_, _, _, offset) if offset == 8\n"
              "       |       ------- these take 1609 instructions\n"
              "  note: the kernel takes filters of at most 4096 instructions\n"
              "  help: compare with a range (`<`, `>`) or a mask (`&`) in place of many single values\n"
              "\n1 error\n");
}

TEST(ProvedFilter, OneCallCanBeTooLongByItself) {
    EXPECT_EQ(too_long(single_values("lseek(_, offset)", 5000)),
              "error[filter-too-long]: the system-call filter is too long\n"
              "  --> main.ward:4:7\n"
              "  4 | allow lseek(_, offset) if offset == 8\n"
              "    |       ^^^^^ its conditions take more than 4096 instructions\n"
              "  note: the kernel takes filters of at most 4096 instructions\n"
              "  help: compare with a range (`<`, `>`) or a mask (`&`) in place of many single values\n"
              "\n1 error\n");
}

// Every single instruction counts: one that is another, and nothing is to be loaded.
TEST(ProvedFilter, OtherBytesAreNoFilter) {
    Compiled compiled = compile_text("syscalls {\nallow @basic-io\nallow ioctl if request == FIONREAD\n}");
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    policy::Diagnostics diagnostics;
    auto filter = proved_filter(*compiled.jail, {}, diagnostics);
    ASSERT_TRUE(filter);
    EXPECT_TRUE(prove(*filter, *compiled.jail, {}, diagnostics));
    EXPECT_EQ(diagnostics.errors(), 0U);
    for (sock_filter& instruction : *filter) {
        const bool has_constant = BPF_CLASS(instruction.code) != BPF_MISC && BPF_SRC(instruction.code) != BPF_X;
        if (!has_constant) continue;
        const bool answers = instruction.code == (BPF_RET | BPF_K);
        const std::uint32_t was = std::exchange(instruction.k, answers ? SECCOMP_RET_LOG : instruction.k ^ 1);
        policy::Diagnostics found;
        EXPECT_FALSE(prove(*filter, *compiled.jail, {}, found)) << "of " << was;
        EXPECT_EQ(found.errors(), 1U);
        instruction.k = was;
    }
}

// Masks of one argument, each with other bits: the diagram of what they mean together takes too much.
TEST(ProvedFilter, WhatIsTooEntangledIsNoMistakeOfWard) {
    std::mt19937 random(1);
    std::string calls;
    for (unsigned i = 0; i < 300; ++i) {
        std::uint32_t mask = 0;
        while (std::popcount(mask) < 11) mask |= 1U << random() % 32;
        const auto value = static_cast<std::uint32_t>(random()) & mask;
        calls += "allow futex(_, _, val) if val & " + std::to_string(mask) + " == " + std::to_string(value) + "\n";
    }
    Compiled compiled = compile_text("syscalls {\n" + calls + "}");
    ASSERT_TRUE(compiled.jail) << compiled.messages();
    policy::Diagnostics diagnostics;
    EXPECT_FALSE(proved_filter(*compiled.jail, {}, diagnostics));
    const std::string text = policy::render(diagnostics, compiled.sources);
    EXPECT_NE(text.find("error[filter-not-proved]: the system-call filter cannot be proved: "), std::string::npos)
        << text;
    EXPECT_NE(
        text.find("help: compare with single values or ranges (`<`, `>`) in place of many masks (`&`) of one argument"),
        std::string::npos)
        << text;
}

TEST(ProvedFilter, WhatCannotBeFollowedIsRefusedWithoutACall) {
    const std::string text = shown({"instruction 3: an arithmetic operation that is not bitwise", std::nullopt});
    EXPECT_NE(text.find("instruction 3"), std::string::npos);
    EXPECT_EQ(text.find("note"), std::string::npos);
}

}  // namespace
}  // namespace ward::compiler
