#include "policy/parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "policy/library.hpp"
#include "policy/render.hpp"
#include "tests/unit/policy/dump.hpp"

namespace ward::policy {
namespace {

struct Parsed {
    Sources sources;
    Diagnostics diagnostics;
    std::optional<Policy> policy;

    explicit Parsed(std::string text) {
        const FileId file = sources.add("web.ward", std::move(text));
        policy = parse(sources, file, diagnostics);
    }
    [[nodiscard]] std::string messages() const { return render(diagnostics, sources); }
};

// The statements of a policy whose body is `body`, or what is wrong with it.
std::string statements(const std::string& body) {
    const Parsed parsed("policy web\n" + body);
    if (!parsed.policy) return parsed.messages();
    std::string result;
    for (const Statement& statement : parsed.policy->body.statements) result += dump(statement) + '\n';
    return result;
}

TEST(Parser, ReadsEveryStatement) {
    const Parsed parsed(R"(# a comment
policy web "serves \"pages\""   # another
use base.program
let root = /srv/jails/bookworm
let pages="a b"
param target: path
param memory: size = 2G

files {
    read        $arguments, ~/.curlrc
    write?      $cwd, /var/log from /srv/log
    execute     /bin/*, /opt/[ab]?/**
    hide?       /etc/shadow
    protect     ~/.bashrc
    private     /tmp, /run size 64M mode 0700
    device      null, urandom
    link        /bin -> usr/bin
    file        /etc/motd "hello\n\tworld\x21"
    setuid allow
}
network { host; unix }
syscalls {
    allow @basic-io, read except write, ptrace
    forbid bpf
    refuse a, b with trap
    refuse with EPERM
}
capabilities { keep net_bind_service, chown }
limits { memory? 1G; open-files 4096; cpu 1.5 }
environment { keep LANG, LC_*; set TERM "dumb" }
process { hostname "web"; user www-data; terminal none }
)");
    ASSERT_TRUE(parsed.policy) << parsed.messages();
    EXPECT_EQ(dump(*parsed.policy), R"(policy [web] is "serves "pages""
use [base.program]
let [root] = [/srv/jails/bookworm]
let [pages] = "a b"
param [target] : [path]
param [memory] : [size] = [2G]
read [$arguments] [~/.curlrc]
write? [$cwd] [/var/log] from [/srv/log]
execute [/bin/*] [/opt/[ab]?/**]
hide? [/etc/shadow]
protect [~/.bashrc]
private [/tmp] [/run] size [64M] mode [0700]
device [null] [urandom]
link [/bin] -> [usr/bin]
file [/etc/motd] "hello
	world!"
setuid allow
network [host]
network [unix]
allow [@basic-io] [read] except [write] [ptrace]
forbid [bpf]
refuse [a] [b] with [trap]
refuse with [EPERM]
capabilities [net_bind_service] [chown]
limit [memory]? [1G]
limit [open-files] [4096]
limit [cpu] [1.5]
keep [LANG] [LC_*]
set [TERM] "dumb"
process [hostname] "web"
process [user] [www-data]
process [terminal] [none]
)");
}

TEST(Parser, EndsStatementsAtLineEndsSemicolonsAndBraces) {
    const std::string expected = "read [/a]\nread [/b]\n";
    EXPECT_EQ(statements("files { read /a; read /b }"), expected);
    EXPECT_EQ(statements("files{read /a;read /b}"), expected);
    EXPECT_EQ(statements("files\n{\nread /a\nread /b\n}"), expected);
    EXPECT_EQ(statements("files { ; read /a;; # c }\n read /b # d }\n}"), expected);
    EXPECT_EQ(statements("files { read /a\r\n read /b\r\n}\r\n"), expected);
    EXPECT_EQ(statements("files { read /a } files { read /b }"), expected);
}

TEST(Parser, ContinuesListsAfterACommaOnly) {
    EXPECT_EQ(statements("files {\n read /a, # why\n\n   /b ,/c\n}"), "read [/a] [/b] [/c]\n");
    EXPECT_NE(statements("files {\n read /a\n , /b\n}").find("error["), std::string::npos);
}

TEST(Parser, TakesKeywordsOnlyAsWholeWords) {
    EXPECT_NE(statements("files { read-only /a }").find("unknown statement `read-only`"), std::string::npos);
    EXPECT_NE(statements("files { read/a }").find("unknown statement `read/a`"), std::string::npos);
    EXPECT_EQ(statements("files { read /a, fromage }"), "read [/a] [fromage]\n");
    EXPECT_EQ(statements("files { read \"from\" from /b }"), "read \"from\" from [/b]\n");
    EXPECT_EQ(statements("environment { keep from, size }"), "keep [from] [size]\n");
}

TEST(Parser, KeepsThePlaceOfEveryWordAndStatement) {
    const std::string text = "policy web\nfiles { read /etc/ssl , \"a b\"   ; write /b # c\n}";
    const Parsed parsed(text);
    ASSERT_TRUE(parsed.policy) << parsed.messages();
    const auto& grant = std::get<GrantStatement>(parsed.policy->body.statements[0]);
    EXPECT_EQ(parsed.sources.text(grant.paths[0].span), "/etc/ssl");
    EXPECT_EQ(parsed.sources.text(grant.paths[1].span), "\"a b\"");
    EXPECT_EQ(parsed.sources.text(grant.span), "read /etc/ssl , \"a b\"");
    EXPECT_EQ(parsed.sources.text(span_of(parsed.policy->body.statements[1])), "write /b");
    EXPECT_EQ(parsed.sources.text(parsed.policy->name.span), "web");
}

TEST(Parser, LeavesNothingOfAStatementWithAnError) {
    const Parsed parsed("policy web\nfiles {\n read /good\n read /a from\n read /too\n}\n");
    EXPECT_FALSE(parsed.policy);
    EXPECT_EQ(parsed.diagnostics.errors(), 1U) << parsed.messages();
}

TEST(Parser, SaysEachErrorOnceAndGoesOnBehindIt) {
    // What follows the broken statement on the same line, and what its list went on to, is not read as text of its own.
    EXPECT_EQ(Parsed("policy web\nfiles {\n read /a /b,\n   /c /d\n reed /e; write /f /g }\n").diagnostics.errors(),
              3U);
    EXPECT_EQ(Parsed("policy web\nwhen x { a { b } } else { c }\nfiles { raed /a }\n").diagnostics.errors(), 2U);
    EXPECT_EQ(Parsed("policy web\nfiles { read \"; } , }\n read /b }\n").diagnostics.errors(), 1U);
}

TEST(Parser, KeepsFiftyErrorsAndCountsAll) {
    std::string text = "policy web\nfiles {\n";
    for (int i = 0; i < 10000; ++i) text += "raed /a\n";
    const Parsed parsed(text + "}\n");
    EXPECT_EQ(parsed.diagnostics.errors(), 10000U);
    EXPECT_EQ(parsed.diagnostics.all().size(), Diagnostics::max_kept);
    EXPECT_EQ(parsed.diagnostics.suppressed(), 9950U);
    EXPECT_TRUE(parsed.messages().ends_with("\n10000 errors; 9950 further not shown\n"));
}

std::string nested(const std::string& open, int depth) {
    std::string text = "policy web\n";
    for (int i = 0; i < depth; ++i) text += open;
    return text + std::string(static_cast<std::size_t>(depth), '}') + '\n';
}

TEST(Parser, LimitsNestingToSixtyFour) {
    for (const char* open : {"files {", "when $x {\n", "{", "limits { ", "flies{ "}) {
        EXPECT_EQ(Parsed(nested(open, 64)).messages().find("nesting-too-deep"), std::string::npos) << open;
        for (const int depth : {65, 10000, 100000}) {
            const Parsed parsed(nested(open, depth));
            EXPECT_EQ(parsed.diagnostics.errors(), 1U) << open << ' ' << parsed.messages();
            EXPECT_TRUE(parsed.messages().starts_with("error[nesting-too-deep]: blocks nest more than 64 deep\n"));
        }
    }
}

TEST(Parser, ReadsBytesThatAreNoText) {
    // read_source lets none of these through; the parser must not rely on it.
    for (const std::string& body : {std::string("files { read /a\0b }", 19), std::string("\0", 1), std::string("\r"),
                                    std::string("files { read \"\0\" }", 18), std::string("\x01\x02{\x7f}")}) {
        EXPECT_GT(Parsed("policy web\n" + body).diagnostics.errors(), 0U) << body;
    }
}

// Every text that begins like a policy, and every policy with a part taken out, is read or refused, never
// both, and never silently read as the same policy.
TEST(Parser, EitherReadsATextOrSaysWhatIsWrong) {
    for (const BuiltIn& built_in : built_in_policies()) {
        const std::string text(built_in.text);
        for (std::size_t length = 0; length <= text.size(); ++length) {
            const Parsed parsed(text.substr(0, length));
            ASSERT_EQ(parsed.policy.has_value(), !parsed.diagnostics.has_errors()) << built_in.name << ' ' << length;
        }
    }
}

std::vector<Span> tokens(std::string_view text) {
    std::vector<Span> result;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at + 1;
        if (text[at] == '#') {
            at = std::min(text.find('\n', at), text.size());
            continue;
        }
        if (std::string_view(" \t\n").find(text[at]) != std::string_view::npos) {
            ++at;
            continue;
        }
        if (text[at] == '"')
            end = text.find('"', at + 1) + 1;
        else if (std::string_view(",;{}").find(text[at]) == std::string_view::npos)
            while (end < text.size() && std::string_view(" \t\n,;{}\"").find(text[end]) == std::string_view::npos)
                ++end;
        result.push_back({0, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)});
        at = end;
    }
    return result;
}

TEST(Parser, NeverIgnoresAToken) {
    for (const BuiltIn& built_in : built_in_policies()) {
        const std::string text(built_in.text);
        const Parsed whole(text);
        ASSERT_TRUE(whole.policy) << whole.messages();
        for (const Span& token : tokens(text)) {
            // `;` before a line end says nothing.
            if (text[token.begin] == ';') continue;
            const Parsed parsed(text.substr(0, token.begin) + text.substr(token.end));
            const bool same = parsed.policy && dump(*parsed.policy) == dump(*whole.policy);
            EXPECT_FALSE(same) << built_in.name << ": without `" << text.substr(token.begin, token.end - token.begin)
                               << "` at " << token.begin;
        }
    }
}

// ---- a line that names one call alone, for which the grammar has a rule of its own

struct Read {
    explicit Read(const std::string& line)
        : policy(parse(sources, sources.add("a", "policy p\nsyscalls {\n" + line + "\n}\n"), diagnostics)) {}
    Sources sources;
    Diagnostics diagnostics;
    std::optional<Policy> policy;

    [[nodiscard]] const CallStatement& call(std::size_t index) const {
        return std::get<CallStatement>(policy->body.statements.at(index));
    }
};

std::vector<std::string> messages(const Diagnostics& diagnostics) {
    std::vector<std::string> all;
    for (const Diagnostic& each : diagnostics.all()) all.push_back(each.message());
    return all;
}

// A comment behind it makes it a line like any other.
void expect_same_as_with_comment(const std::string& line) {
    SCOPED_TRACE(line);
    const Read plain(line + "\nallow z");
    const Read other(line + " #\nallow z #");
    ASSERT_EQ(plain.policy.has_value(), other.policy.has_value());
    EXPECT_EQ(messages(plain.diagnostics), messages(other.diagnostics));
    if (!plain.policy) return;
    EXPECT_EQ(plain.call(0).span, other.call(0).span);
    EXPECT_EQ(plain.call(0).permission, other.call(0).permission);
    EXPECT_EQ(plain.call(0).calls.size(), other.call(0).calls.size());
    EXPECT_EQ(plain.call(0).calls.front().name.text, other.call(0).calls.front().name.text);
    EXPECT_EQ(plain.call(0).calls.front().name.span, other.call(0).calls.front().name.span);
    EXPECT_EQ(plain.call(1).calls.front().name.text, "z");
}

TEST(Parser, ALineOfOneCallIsReadAsAnyOther) {
    for (const char* name : {"read", "clone3", "epoll_wait", "x", "if", "with", "except", "", "Read", "a-b", "@group",
                             "a,", "a b", "\"a\"", "a(b)", "allow"})
        for (const char* before : {"allow ", "forbid\t ", "allow", "frob "})
            expect_same_as_with_comment(std::string(before) + name);
}

}  // namespace
}  // namespace ward::policy
