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
    EXPECT_EQ(p::analyze<grammar::question_text>(-1), 0U);
}

// Each rule of ours succeeds somewhere in these texts; one that never does is dead, or the texts are too few.
constexpr const char* texts[] = {
    "policy web \"x\"\n use a.b # c\n let a = b\n param a: path\n param b: size = 1\n"
    "files { read? /a,\n /b from /c; write \"\\x41\\n\"; execute /a; hide /a; protect /a; private /a size 1 mode 7\n"
    " device null, \xc3\xa9; link /a -> /b; file /a \"b\"; setuid allow }\n"
    "network { host }\n syscalls { allow a except b; forbid a, b; refuse a, c with b; refuse with kill }\n"
    "capabilities { keep a, b }\n limits { a? 1, 2 }\n environment { keep a; set a b }\n process { a b, c }\n",
    "policy web\n use a (b = c, d = \"e\")\n group @a { b except c\n except d; e }\n files { overlay /a into /b; root "
    "/a; directory /b }\n"
    "network { connect tcp 1, 2; connect a:1, b:2; listen tcp 1; unix; unix /a; forbid connect; forbid host }\n"
    "syscalls { abi a; allow a(b, _), \"c\" if b == 1 and c & A|B != 2; allow a if b == 1 or c == 2; allow a if (b == "
    "1\n and c == 2); allow a if not (b in (1, 2) or c not in (3)\n "
    "or\n d < 4)\n"
    " allow a if b has A|B and c lacks D and d within E|F and e within (G, H) }\n"
    "when exists /a { when $b { } } else when a >= 1 { } else { files { read /a } }\n"
    "test \"a\" with b = c, d = e { allow read /a; deny connect tcp 1; deny connect a:1; deny resolve; deny device a\n"
    " deny syscall a(1|2, _); deny syscall b; deny capability c; deny variable v }\n",
    "policy web\n wen { a { \"b\" # c\n } else (a) and\n }\n files { frob \"a\", b\n reads c\n } }",
    "policy web\n limits { files { a } }",
    "policy web\n files { read /a",
    "policy web\n syscalls { allow read\n }",
};

// These succeed only where there is an error, and coverage stops at the first; or they are words that are
// read by a rule of their own, and looked for where they must not stand.
const std::set<std::string> only_in_errors = {
    "skip",
    "skip_else",
    "skip_join",
    "skip_parens",
    "block_word",
    "condition_word",
    "curly_quote",  // a word never begins with one
    "keyword<tao::pegtl::ascii::string<'a', 'n', 'd'> >",
    "keyword<tao::pegtl::ascii::string<'o', 'r'> >",
    "keyword<tao::pegtl::ascii::string<'w', 'i', 't', 'h', 'i', 'n'> >",
};

TEST(Grammar, AWordHoldsAllThatIsNoSign) {
    for (int code = 0; code < 256; ++code) {
        const char text[] = {static_cast<char>(code), '\0'};
        p::memory_input<> in(text, text + 1, "");
        const bool is_sign =
            code <= ' ' || code == 0x7f || std::string_view("#()\\'\",;{}").find(text) != std::string_view::npos;
        EXPECT_EQ(p::parse<grammar::word_char>(in), !is_sign) << code;
    }
}

// How often a rule is tried is the time that a text takes, on every machine the same. After an error the
// grammar goes on at the next statement, as in the parser.
template <typename Rule>
struct Counting : p::normal<Rule> {
    template <typename Input>
    static void start(const Input& /*in*/, std::size_t& tried) {
        ++tried;
    }
    template <typename Input>
    [[noreturn]] static void raise(const Input& /*in*/, std::size_t& /*tried*/) {
        throw grammar::Resync{};
    }
};

std::size_t rules_tried(const std::string& unit, int count) {
    std::string text = "policy web\nfiles {\n";
    for (int i = 0; i < count; ++i) text += unit;
    text += "}\n";
    p::memory_input<> in(text, "");
    std::size_t tried = 0;
    try {
        static_cast<void>(p::parse<grammar::file, p::nothing, Counting>(in, tried));
    } catch (const grammar::Resync&) {
        // At the end of the file, where a block is open.
    }
    return tried;
}

TEST(Grammar, TriesRulesInProportionToTheText) {
    for (const char* unit :
         {"read /a, /b\n", "raed /a\n", "read {\n}\n", "read \"a\n", "read /a /b; ", "read /a,\n", "#\n"}) {
        EXPECT_LE(rules_tried(unit, 16'000), 17 * rules_tried(unit, 1000)) << unit;
    }
}

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
    for (const char* text : {"a(1)", "read /a"}) {
        p::memory_input<> in(text, "");
        p::coverage_result result;
        EXPECT_TRUE(p::coverage<grammar::question_text>(in, result));
        for (const auto& [name, row] : result) {
            if (name.starts_with(prefix)) (row.success != 0 ? once : never).emplace(name.substr(prefix.size()));
        }
    }
    for (const std::string& rule : once) never.erase(rule);
    EXPECT_EQ(never, only_in_errors);
}

}  // namespace
}  // namespace ward::policy
