#include "policy/format.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <ctime>
#include <random>

#include "policy/format_items.hpp"
#include "policy/library.hpp"
#include "policy/parser.hpp"
#include "policy/render.hpp"
#include "tests/unit/policy/dump.hpp"

namespace ward::policy {

namespace {

std::optional<Policy> parsed(const std::string& text) {
    Sources sources;
    Diagnostics diagnostics;
    const FileId file = sources.add("test.ward", text);
    if (!check_text(sources, file, diagnostics)) return std::nullopt;
    return parse(sources, file, diagnostics);
}

// What each comment says, in order: found without the formatter's own scanner.
std::vector<std::string> comments(const std::string& text) {
    std::vector<std::string> result;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (quoted && text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            quoted = !quoted;
        } else if (text[at] == '#' && !quoted) {
            std::string comment = text.substr(at, text.find('\n', at) - at);
            at += comment.size();
            comment.resize(comment.find_last_not_of(" \t\r") + 1);
            result.push_back(comment);
        }
    }
    return result;
}

// A policy as a text in which quotes do not show, but for a pattern's.
std::string meaning(const std::string& text) {
    std::string dumped = dump(*parsed(text));
    std::string result;
    for (std::size_t at = 0; at < dumped.size(); ++at) {
        const std::size_t end = dumped.compare(at, 2, " \"") == 0 ? dumped.find('"', at + 2) : std::string::npos;
        const std::string word = end == std::string::npos ? "" : dumped.substr(at + 2, end - at - 2);
        if (end == std::string::npos || word.find_first_of("*?[]") != std::string::npos) {
            result += dumped[at];
        } else {
            result += " [" + word + "]";
            at = end;
        }
    }
    return result;
}

// False if the text is no policy.
bool is_formatted_well(const std::string& text) {
    if (!parsed(text)) return false;
    Sources sources;
    Diagnostics diagnostics;
    const auto formatted = format(sources, sources.add("test.ward", text), diagnostics);
    EXPECT_TRUE(formatted) << text << render(diagnostics, sources);
    if (!formatted) return true;
    EXPECT_EQ(canonical_form(*formatted), *formatted) << text;
    EXPECT_EQ(comments(*formatted), comments(text)) << text << *formatted;
    EXPECT_TRUE(parsed(*formatted)) << text << *formatted;
    if (parsed(*formatted)) {
        EXPECT_EQ(meaning(*formatted), meaning(text)) << text << *formatted;
    }
    for (const Token& token : tokens_of(*formatted)) EXPECT_NE(token.text, ";");
    EXPECT_EQ(formatted->find('\r'), std::string::npos) << *formatted;
    EXPECT_EQ(formatted->find(" \n"), std::string::npos) << *formatted;
    EXPECT_EQ(formatted->find("\n\n\n"), std::string::npos) << *formatted;
    return true;
}

// ---- every shipped policy

TEST(Format, ShippedPoliciesAreCanonical) {
    ASSERT_GE(built_in_policies().size(), 9u);
    for (const BuiltIn& policy : built_in_policies()) {
        EXPECT_TRUE(is_formatted_well(std::string(policy.text))) << policy.name;
        EXPECT_EQ(canonical_form(policy.text), policy.text) << policy.name;
    }
}

// A policy with every statement, and with what the shipped ones have no need of.
const std::string full = R"(# head
policy full "a \"full\" policy"  # remark
use base.program
let a=/srv
let b = "x = y"
param c:path
param d: size = 2G
files # one
# two
{ read "/a b", "/plain", "/pat*tern", /glob*, # three
  # four
  /last
  write? $cwd from "/b"; private "/tmp", "size" size 64M mode 0700 # five
  link /bin -> "usr/bin"; file /e "x\n\x21"; setuid allow; device "null" }
network { host; unix }
syscalls { allow @basic-io, read except write; refuse a, b with trap; refuse with EPERM } # six
environment { keep LC_*; set A "b"; set B ""; set C "from" }
process { hostname "web"; user me }
limits { memory? 1G; open-files 10 }
# tail)";

// One with blocks and conditions.
const std::string nested = R"(policy nested
when (exists "/srv" # one
  or $b # two
  ) # three
{ files{read /a} # four
} # five
# six
else # seven
when not(kernel>=6.8)and arch==x86_64 { }
else{ # eight
 limits { tasks 1 }
 # nine
}
group @a # ten
{ "if", b, # eleven
 c except d # twelve
 except e; f }
syscalls { allow socket( domain,# x
   _ ),b if(domain==A|
   B or
   domain  not in( C , D )) # y
}
use a(b=c=d,e = "f")
test "plain" with a="b" { deny syscall b( 1|2,_ ) # z
}
network { forbid connect tcp 25,26; unix "/run/a" }
files { overlay /a into "into"; root "/b"; directory /c }
syscalls { allow a if x==1 and y has A|B; forbid d if not x lacks A }
)";

std::vector<std::string> starting_points() {
    std::vector<std::string> texts{full, nested};
    for (const BuiltIn& policy : built_in_policies()) texts.emplace_back(policy.text);
    return texts;
}

class Mutator {
public:
    explicit Mutator(unsigned seed) : random_(seed) {}

    std::string without_a_token(const std::string& text) {
        const auto tokens = tokens_of(text);
        const Token& token = tokens[below(tokens.size())];
        return std::string(text).erase(offset(text, token), token.text.size());
    }
    std::string with_more_blanks(std::string text) {
        static const std::vector<std::string> blanks = {" ",           "\t",      "\n",        "\n\n\n",       ";",
                                                        " ; ",         "\r\n",    " # c\n",    "#c \n",        "\n#c\n",
                                                        "\n\n# c\n\n", ";#c\r\n", "\n;\n#c\n", "   \n\n \t#\n"};
        const auto tokens = tokens_of(text);
        const Token& token = tokens[below(tokens.size())];
        const std::size_t end = below(2) * token.text.size();
        return text.insert(offset(text, token) + end, blanks[below(blanks.size())]);
    }
    std::string with_less_blanks(std::string text) {
        const std::size_t at = text.find_first_of(" \n", below(text.size()));
        return at == std::string::npos ? text : text.replace(at, 1, text[at] == '\n' && below(2) == 0 ? " " : "");
    }
    std::string with_quotes(std::string text) {
        const auto tokens = tokens_of(text);
        const Token& token = tokens[below(tokens.size())];
        const std::size_t at = offset(text, token);
        if (token.kind != Token::Kind::word) return text;
        return text.replace(at, token.text.size(), '"' + std::string(token.text) + '"');
    }
    std::string any(const std::string& text) {
        switch (below(5)) {
            case 0:
                return without_a_token(text);
            case 1:
                return with_less_blanks(text);
            case 2:
                return with_quotes(text);
            default:
                return with_more_blanks(text);
        }
    }

private:
    static std::size_t offset(const std::string& text, const Token& token) {
        return static_cast<std::size_t>(token.text.data() - text.data());
    }
    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }

    std::mt19937 random_;
};

// Each text is changed again and again, as long as it stays a policy.
TEST(Format, MutatedPoliciesAreFormattedWell) {
    for (const std::string& start : starting_points()) {
        ASSERT_TRUE(is_formatted_well(start)) << start;
        Mutator mutator(1);
        std::string text = start;
        std::size_t policies = 0;
        for (int i = 0; i < 1000 && !HasFailure(); ++i) {
            if (i % 100 == 0) text = start;
            const std::string mutated = mutator.any(text);
            if (!is_formatted_well(mutated)) continue;
            text = mutated;
            ++policies;
        }
        EXPECT_GE(policies, 300u) << start;
    }
}

TEST(Format, EachTokenDeleted) {
    for (const std::string& start : starting_points()) {
        std::size_t policies = 0;
        for (const Token& token : tokens_of(start)) {
            const auto at = static_cast<std::size_t>(token.text.data() - start.data());
            policies += is_formatted_well(std::string(start).erase(at, token.text.size())) ? 1U : 0U;
        }
        EXPECT_GE(policies, 1u) << start;
    }
}

// ---- errors

TEST(Format, ATextWithAnErrorHasNoCanonicalForm) {
    Sources sources;
    Diagnostics diagnostics;
    EXPECT_FALSE(format(sources, sources.add("test.ward", "policy a\nfiles { read }\n"), diagnostics));
    EXPECT_EQ(diagnostics.errors(), 1u);
}

TEST(Format, WhatWouldChangeAPolicyIsNotFaithful) {
    const std::string text = "policy a\nfiles {\n    read /a, \"/b*\"  # c\n}\n";
    Sources sources;
    Diagnostics diagnostics;
    const FileId file = sources.add("a.ward", text);
    const auto policy = parse(sources, file, diagnostics);
    ASSERT_TRUE(policy);
    EXPECT_TRUE(is_faithful(text, *policy, sources, diagnostics));
    for (const char* other :
         {"policy a\nfiles {\n    read /a, \"/b*\"\n}\n", "policy a\nfiles {\n    read? /a, \"/b*\"  # c\n}\n",
          "policy a\nfiles {\n    read /a, /b*  # c\n}\n", "policy a\nfiles {\n    read /a  # c\n}\n",
          "policy a\nfiles {\n    hide /a, \"/b*\"  # c\n}\n", "policy b\nfiles {\n    read /a, \"/b*\"  # c\n}\n",
          "policy a\nfiles {\n    read /a, \"/b*\" from /x  # c\n}\n", "policy a\nfiles {\n    read  # c\n}\n"}) {
        Diagnostics found;
        EXPECT_FALSE(is_faithful(other, *policy, sources, found)) << other;
        EXPECT_EQ(render(found, sources),
                  "error[format-not-faithful]: the canonical form of `a.ward` would not say the same\n"
                  "  note: this is a mistake in ward; the text is left as it is\n"
                  "  help: report it, with the text\n"
                  "\n1 error\n")
            << other;
    }
}

// ---- large texts

std::string repeated(const std::string& text, std::size_t count) {
    std::string result;
    result.reserve(text.size() * count);
    for (std::size_t i = 0; i < count; ++i) result += text;
    return result;
}

struct Shape {
    const char* name;
    std::string before, each, after;

    [[nodiscard]] std::string text(std::size_t count) const {
        return "policy a\nuse b\n" + before + repeated(each, count) + after;
    }
};

void PrintTo(const Shape& shape, std::ostream* out) {
    *out << shape.name;
}

class Shapes : public testing::TestWithParam<Shape> {};

double seconds_for(const std::string& text) {
    double best = 1e9;
    for (int i = 0; i < 3; ++i) {
        const std::clock_t begin = std::clock();
        EXPECT_FALSE(canonical_form(text).empty());
        best = std::min(best, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    }
    return best;
}

// Sixteen times the text: quadratic work would take 256 times as long.
TEST_P(Shapes, TakeLinearTime) {
    // Memory is kept from one run for the next: to be given it by the kernel takes a time of its own, for each page.
    ::mallopt(M_MMAP_MAX, 0);
    ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
    constexpr std::size_t count = 4000;
    ASSERT_TRUE(is_formatted_well(GetParam().text(count)));
    // A machine that is busy with something else may be so for one measurement, and not for all of them.
    double ratio = 0;
    for (int attempt = 0; attempt < 5; ++attempt) {
        ratio = seconds_for(GetParam().text(16 * count)) / (seconds_for(GetParam().text(count)) + 1e-4);
        if (ratio < 64) return;
    }
    ADD_FAILURE() << "16 times as much text took " << ratio << " times as long";
}

INSTANTIATE_TEST_SUITE_P(
    Format, Shapes,
    testing::Values(Shape{"Statements", "files {\n", "read /a, /b\n", "}\n"},
                    Shape{"StatementsWithComments", "files {", "read /a, /b # c\n", "}\n"},
                    Shape{"Sections", "", "limits { tasks 1 } # c\n", ""}, Shape{"Comments", "files {", "# c\n", "}\n"},
                    Shape{"BlankLines", "files {", "\n", "}\n"}, Shape{"Separators", "files {", ";", "}\n"},
                    Shape{"List", "files { read /a", ", /b", "}\n"},
                    Shape{"CommentsInAList", "files { read /a", ", # c\n # d\n /b", "}\n"},
                    Shape{"CommentsAfterAComma", "files { read /a,", "# c\n", "/b }\n"},
                    Shape{"CommentsBeforeABrace", "files\n", "# c\n", "{}\n"},
                    Shape{"LongWord", "files { read /a", "b", "}\n"}, Shape{"Lets", "", "let a=b=c:d\n", ""}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace

}  // namespace ward::policy
