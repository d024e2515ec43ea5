// What a failed proof looks like to a person. `filter-not-proved` cannot be reached by a policy: the
// disproofs are made here.
#include "compiler/proved_filter.hpp"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>

#include <string>

#include "policy/render.hpp"

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

TEST(ProvedFilter, WhatCannotBeFollowedIsRefusedWithoutACall) {
    const std::string text = shown({"instruction 3: an arithmetic operation that is not bitwise", std::nullopt});
    EXPECT_NE(text.find("instruction 3"), std::string::npos);
    EXPECT_EQ(text.find("note"), std::string::npos);
}

}  // namespace
}  // namespace ward::compiler
