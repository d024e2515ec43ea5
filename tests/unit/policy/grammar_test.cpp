// The grammar as such: no rule loops without progress, none is there without a use.
#include "policy/grammar.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include <tao/pegtl/contrib/analyze.hpp>
#include <tao/pegtl/contrib/coverage.hpp>

namespace ward::policy {
namespace {

namespace p = tao::pegtl;

TEST(Grammar, HasNoRuleThatLoopsWithoutProgress) {
    EXPECT_EQ(p::analyze<grammar::file>(-1), 0U);
}

// Each rule of ours succeeds somewhere in these texts; one that never does is dead, or the texts are too few.
constexpr const char* texts[] = {
    "policy web \"x\"\n use a.b # c\n let a = b\n param a: path\n param b: size = 1\n"
    "files { read? /a,\n /b from /c; write \"\\x41\\n\"; execute /a; hide /a; protect /a; private /a size 1 mode 7\n"
    " device null, \xc3\xa9; link /a -> /b; file /a \"b\"; setuid allow }\n"
    "network { host }\n syscalls { allow a except b; forbid a, b; refuse a with b; refuse with kill }\n"
    "capabilities { keep a, b }\n limits { a? 1 }\n environment { keep a; set a b }\n process { a b }\n",
    "policy web\n when { a { \"b\" # c\n } }\n files { frob \"a\", b\n } }",
    "policy web\n limits { files { a } }",
    "policy web\n files { read /a",
};

// These succeed only where there is an error, and coverage stops at the first.
const std::set<std::string> only_in_errors = {"quote_char", "skip"};

TEST(Grammar, HasNoRuleWithoutAUse) {
    constexpr std::string_view prefix = "ward::policy::grammar::";
    std::set<std::string> never;
    std::set<std::string> once;
    for (const char* text : texts) {
        p::memory_input<> in(text, "");
        p::coverage_result result;
        EXPECT_TRUE(p::coverage<grammar::file>(in, result));
        for (const auto& [name, row] : result) {
            if (!name.starts_with(prefix)) continue;
            (row.success != 0 ? once : never).emplace(name.substr(prefix.size()));
        }
    }
    for (const std::string& rule : once) never.erase(rule);
    EXPECT_EQ(never, only_in_errors);
}

}  // namespace
}  // namespace ward::policy
