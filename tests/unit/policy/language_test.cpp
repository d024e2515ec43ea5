// The statements that hold conditions, blocks and questions, each as what is read of it.
#include <gtest/gtest.h>

#include <ctime>
#include <string>

#include "policy/parser.hpp"
#include "policy/render.hpp"
#include "tests/unit/policy/dump.hpp"
#include "tests/unit/policy/read_body.hpp"

namespace ward::policy {
namespace {

std::string ask(const std::string& text) {
    Sources sources;
    Diagnostics diagnostics;
    const auto question = parse_question(sources, sources.add("question", text), diagnostics);
    EXPECT_EQ(question.has_value(), !diagnostics.has_errors());
    return question ? dump(*question) : render(diagnostics, sources);
}

// ---- the sections

TEST(Language, ReadsFilesOfTheirOwn) {
    EXPECT_EQ(read_body("files { overlay /etc, /var/cache; overlay /a into /srv/layer }"),
              "overlay [/etc] [/var/cache]\noverlay [/a] into [/srv/layer]\n");
    EXPECT_EQ(read_body("files { root $root; directory /srv/empty, /b }"),
              "root [$root]\ndirectory [/srv/empty] [/b]\n");
}

TEST(Language, ReadsTheNetwork) {
    EXPECT_EQ(read_body("network { host; unix; unix /run/a, /run/b; resolve }"),
              "network [host]\nnetwork [unix]\nnetwork [unix] [/run/a] [/run/b]\nnetwork [resolve]\n");
    EXPECT_EQ(read_body("network { connect tcp 80, 443; connect a.org:443, *.org:80; listen tcp 8000..8100 }"),
              "network [connect] protocol [tcp] [80] [443]\nnetwork [connect] [a.org:443] [*.org:80]\n"
              "network [listen] protocol [tcp] [8000..8100]\n");
    EXPECT_EQ(read_body("network { forbid host; forbid unix /run/a; forbid connect tcp 25; forbid listen }"),
              "network forbid [host]\nnetwork forbid [unix] [/run/a]\n"
              "network forbid [connect] protocol [tcp] [25]\nnetwork forbid [listen]\n");
}

TEST(Language, ReadsListsOfLimitsAndSettings) {
    EXPECT_EQ(read_body("limits { cpu-set 0..3, 6; memory? 1G }\nprocess { share pid, ipc; nested allow; group www }"),
              "limit [cpu-set] [0..3] [6]\nlimit [memory]? [1G]\n"
              "process [share] [pid] [ipc]\nprocess [nested] [allow]\nprocess [group] [www]\n");
}

TEST(Language, ReadsCallsWithTheirArguments) {
    EXPECT_EQ(
        read_body("syscalls { allow socket(domain, _ , type), \"ioctl\" if domain == AF_UNIX; abi native, i386 }"),
        "allow [socket](domain, _, type) \"ioctl\" if domain == {AF_UNIX}\nabi [native] [i386]\n");
}

// ---- conditions

std::string condition(const std::string& text) {
    const std::string all = read_body("syscalls { allow a if " + text + " }");
    const std::string_view begin = "allow [a] if ";
    return all.starts_with(begin) ? all.substr(begin.size(), all.size() - begin.size() - 1) : all;
}

TEST(Language, ReadsConditions) {
    const std::pair<const char*, const char*> rows[] = {
        {"x == -1", "x == {-1}"},
        {"x==-1", "x == {-1}"},
        {"x<=0x10", "x <= {0x10}"},
        {"x != A|B", "x != {A B}"},
        {"x has A | B", "x has {A B}"},
        {"x lacks A", "x lacks {A}"},
        {"x within A|B", "x within {A B}"},
        {"x within (A, B)", "x within {A B}"},
        {"x in (A,\n B)", "x in {A B}"},
        {"x not in (A)", "not x in {A}"},
        {"x & A|B == C", "x & {A B} == {C}"},
        {"x&A|B==C|D", "x & {A B} == {C D}"},
        {"not x == 1", "not x == {1}"},
        {"not (x == 1)", "not x == {1}"},
        {"not not x == 1", "not not x == {1}"},
        {"x == 1 and y == 2 and z == 3", "(x == {1} and y == {2} and z == {3})"},
        {"x == 1 or\n y == 2", "(x == {1} or y == {2})"},
        {"(x == 1\n or y == 2\n) and z == 3", "((x == {1} or y == {2}) and z == {3})"},
        {"(x == 1 and y == 2) or (z == 3)", "((x == {1} and y == {2}) or z == {3})"},
        {"in_x == has_y", "in_x == {has_y}"},
    };
    for (const auto& [text, expected] : rows) EXPECT_EQ(condition(text), expected) << text;
}

TEST(Language, KeepsThePlacesOfConditions) {
    Sources sources;
    Diagnostics diagnostics;
    const auto policy = parse(
        sources, sources.add("", "policy web\nsyscalls { allow a(x) if (x == 1) and not y in (A , B) }"), diagnostics);
    ASSERT_TRUE(policy);
    const auto& call = std::get<CallStatement>(policy->body.statements.at(0));
    EXPECT_EQ(sources.text(call.calls.front().arguments->span), "a(x)");
    EXPECT_EQ(sources.text(call.condition->span), "(x == 1) and not y in (A , B)");
    EXPECT_EQ(sources.text(call.condition->parts.at(0).span), "(x == 1)");
    EXPECT_EQ(sources.text(call.condition->parts.at(1).span), "not y in (A , B)");
    EXPECT_EQ(sources.text(call.condition->parts.at(1).parts.at(0).relation.span), "in");
    EXPECT_EQ(sources.text(call.span), "allow a(x) if (x == 1) and not y in (A , B)");
}

TEST(Language, RefusesConditionsThatCanBeMisread) {
    const std::pair<const char*, const char*> rows[] = {
        {"x == 1 and y == 2 or z == 3", "error[mixed-condition]"},
        {"(x == 1 or y == 2 and z == 3)", "error[mixed-condition]"},
        {"x == 1 && y == 2", "help: write `and`"},
        {"x == 1 || y == 2", "help: write `or`"},
        {"x = 1", "help: write `==`"},
        {"x <> 1", "help: write `!=`"},
        {"x => 1", "help: write `>=`"},
        {"x === 1", "help: write `==`"},
        {"!x", "help: write `not`"},
        {"x is 1", "help: write `==`"},
        {"x hass 1", "an operator with a similar name exists: `has`"},
        {"x == 1 adn y == 2", "an operator with a similar name exists: `and`"},
        {"x == 1 y == 2", "help: join comparisons by `and` or `or`"},
        {"x", "error[missing-condition]: `x` is not compared with anything"},
        {"", "error[missing-condition]: a condition is missing"},
        {"x ==", "error[missing-condition]: a value is missing"},
        {"x == (A|B)", "help: remove the parentheses"},
        {"x == \"A\"", "help: remove the quotes"},
        {"x in A", "error[missing-parenthesis]: `in` needs a list in parentheses"},
        {"x in (A|B)", "a value of a list is one constant or number"},
        {"x in ()", "error[empty-list]"},
        {"x in (A B)", "help: write a comma before `B`"},
        {"(x == A", "error[missing-parenthesis]: `)` is missing"},
        {"x == A)", "`)` closes nothing"},
        {"(x & A) == B", "such as `(x & MASK == VALUE)`"},
    };
    for (const auto& [text, expected] : rows) {
        const std::string messages = condition(text);
        EXPECT_NE(messages.find(expected), std::string::npos) << text << '\n' << messages;
        EXPECT_TRUE(messages.ends_with("\n1 error\n")) << messages;
    }
}

TEST(Language, LimitsTheNestingOfConditions) {
    for (const auto& [open, close] : {std::pair("(", ")"), std::pair("not ", "")}) {
        const auto nested = [&open = open, &close = close](int depth) {
            std::string before;
            std::string after;
            for (int i = 0; i < depth; ++i) (before += open), after += close;
            return condition(before + "x == 1" + after);
        };
        EXPECT_TRUE(nested(60).ends_with("x == {1}")) << nested(60);
        for (const int depth : {65, 1000, 100000})
            EXPECT_TRUE(nested(depth).starts_with("error[nesting-too-deep]: conditions nest more than 64 deep"));
    }
}

// ---- blocks

TEST(Language, ReadsBranches) {
    EXPECT_EQ(read_body("when kernel >= 6.8 { files { read /a } }"), "when kernel >= {6.8}\n  read [/a]\n");
    EXPECT_EQ(
        read_body("when exists /a and not $fast { limits { tasks 1 } } # c\n # d\n else\n { limits { tasks 2 } }"),
        "when (exists {/a} and not $fast)\n  limit [tasks] [1]\nelse\n  limit [tasks] [2]\n");
    EXPECT_EQ(read_body("when $a { } else when $b { limits { tasks 2 } } else { limits { tasks 3 } }"),
              "when $a\nelse\n  when $b\n    limit [tasks] [2]\n  else\n    limit [tasks] [3]\n");
    EXPECT_EQ(
        read_body("when $a { when (exists \"/a b\") { files { read /b } } files { read /c } }\nfiles { read /d }"),
        "read [/d]\nwhen $a\n  read [/c]\n  when exists {/a b}\n    read [/b]\n");
}

TEST(Language, LimitsTheNestingOfBranches) {
    std::string chain = "when $a { }";
    for (int i = 0; i < 70; ++i) chain += " else when $a { }";
    EXPECT_NE(read_body(chain).find("nesting-too-deep"), std::string::npos);
}

TEST(Language, ReadsGroups) {
    EXPECT_EQ(
        read_body("group @mine { read, write\n openat; close # c\n @io,\n stat except lstat, fstat\n except chmod }\n"
                  "files { read /a }"),
        "group [@mine] = [read] [write] [openat] [close] [@io] [stat] except [lstat] [fstat] [chmod]\n"
        "read [/a]\n");
}

TEST(Language, ReadsTheValuesOfAUse) {
    EXPECT_EQ(read_body("use a.b (memory=1G, # c\n name = \"a)\" )\nuse c"),
              "use [a.b] (memory = [1G]) (name = \"a)\")\nuse [c]\n");
}

TEST(Language, ReadsTests) {
    EXPECT_EQ(
        read_body(
            "files { read /a }\ntest \"t\" with cwd = ~/w, arguments=a.pdf {\n allow read /a; deny connect tcp 443\n"
            " deny syscall openat(AT_FDCWD, _, O_RDONLY | O_CREAT)\n deny syscall getpid()\n allow resolve\n"
            " deny listen tcp 80\n deny connect a.org:80\n allow capability chown\n deny device kvm\n"
            " allow variable LANG\n deny execute \"/a b\"\n}"),
        "read [/a]\ntest \"t\" (cwd = [~/w]) (arguments = [a.pdf])\n  allow read [/a]\n"
        "  deny connect [tcp] [443]\n  deny syscall [openat](AT_FDCWD, _, O_RDONLY|O_CREAT)\n"
        "  deny syscall [getpid]()\n  allow resolve\n  deny listen [tcp] [80]\n  deny connect [a.org:80]\n"
        "  allow capability [chown]\n  deny device [kvm]\n  allow variable [LANG]\n  deny execute \"/a b\"\n");
}

// ---- questions

TEST(Language, ReadsQuestions) {
    EXPECT_EQ(ask(" openat(AT_FDCWD, _, O_RDONLY) "), "syscall [openat](AT_FDCWD, _, O_RDONLY)");
    EXPECT_EQ(ask("read(3)"), "syscall [read](3)");
    EXPECT_EQ(ask("syscall getpid"), "syscall [getpid]");
    EXPECT_EQ(ask("read /etc/shadow"), "read [/etc/shadow]");
    EXPECT_EQ(ask("connect tcp 25"), "connect [tcp] [25]");
}

TEST(Language, RefusesWhatIsNoQuestion) {
    EXPECT_NE(ask("").find("error[unknown-question]: a question is missing"), std::string::npos);
    EXPECT_NE(ask("frob /a").find("error[unknown-question]: unknown question `frob`"), std::string::npos);
    EXPECT_NE(ask("red /a").find("a question with a similar name exists: `read`"), std::string::npos);
    EXPECT_NE(ask("read /a /b").find("error[unexpected-text]: unexpected text after the question"), std::string::npos);
    EXPECT_NE(ask("connect 25").find("help: write `connect tcp PORT`"), std::string::npos);
    EXPECT_NE(ask("openat(1").find("error[missing-parenthesis]"), std::string::npos);
    EXPECT_NE(ask("read").find("error[missing-value]"), std::string::npos);
}

// ---- whole policies, as people would write them

constexpr const char* policies[] = {
    R"(
use base.parser                          # loader, C library, locale
files {
    read     $arguments, /usr/share/poppler
    write    $cwd
}
limits {
    memory   1G
    tasks    1
    time     60s
}
test "what the parser may do" {
    allow    read  /usr/share/poppler/cMap
    deny     read  ~/.ssh/id_ed25519
    deny     write ~/.bashrc
    deny     connect tcp 443
    deny     syscall execve
}
)",
    R"(
use base.client
files { read? ~/.curlrc, ~/.netrc        # if it exists
        write $cwd }
network {
    connect  tcp 80, 443
    resolve                              # DNS
}
environment { keep http_proxy, https_proxy, no_proxy }
)",
    R"(
param target: path
param memory: size = 2G
use base.program
files {
    execute  $target
    private  /tmp size 256M
}
syscalls {
    allow    @fuzzing except execve, execveat
    allow    socket(domain, type) if domain == AF_UNIX and type has SOCK_STREAM
    forbid   ptrace, bpf, io_uring_setup
    refuse   execve, execveat, connect with trap
    refuse   with EPERM                                 # every other call
}
limits { memory $memory; tasks 64; core 0 }
)",
    R"(
let root = /srv/jails/stable
files {
    root     $root                       # programs and libraries of its own
    overlay  /etc, /var/cache            # thrown away at exit
    write    /var/log/web from /srv/jails/log/web
    private  /tmp, /run
    hide     /etc/shadow
    device   null, urandom
}
network      { listen tcp 80, 443 }
process      { hostname "web"; user www-data; terminal none }
capabilities { keep net_bind_service }
limits       { memory 1G; swap 0; tasks 128; cpu 1.5; open-files 4096 }
when exists /srv/jails/stable/usr/lib/web/modules {
    files { execute /usr/lib/web/modules }
}
)",
};

TEST(Language, ReadsWholePolicies) {
    for (const char* policy : policies)
        EXPECT_EQ(read_body(policy).find("error["), std::string::npos) << read_body(policy);
    EXPECT_NE(read_body(policies[3]).find("when exists {/srv/jails/stable/usr/lib/web/modules}\n  execute ["),
              std::string::npos);
}

// ---- what stands at the wrong place

TEST(Language, SaysWhatIsWrongWithBlocks) {
    const std::pair<const char*, const char*> rows[] = {
        {"else { }", "error[misplaced-statement]: `else` without a `when` before it"},
        {"when $a { } else if $b { }", "help: write `else when`"},
        {"when $a { } else files { }", "error[missing-brace]: `else` needs `{`"},
        {"when $a == 1 { }", "help: write `$a` or `not $a`"},
        {"when exist /a { }", "help: write `exists` before the path"},
        {"when kernel > 6\nfiles { read /a }", "error[missing-brace]: `when` needs `{` after its condition"},
        {"when $a { use b }", "help: write it before the `when`"},
        {"when $a { read /a }", "help: write it in `files { ... }`"},
        {"when $a { flies { } }", "error[unknown-section]: unknown section `flies` in `when`"},
        {"files { when $a { read /a } }", "help: write the section inside the `when`"},
        {"when $a {\n files { }\n\nfiles { }", "stands as far left as `when`"},
        {"test \"t\" {\nfiles { }\n", "error[misplaced-section]: section `files` stands inside `test`"},
        {"test t { }", "error[missing-name]: `test` needs a title in double quotes"},
        {"test \"t\" with { }", "error[missing-value]: `with` needs `NAME = VALUE`"},
        {"test \"t\" with a = { }", "error[missing-value]: a value is missing after `=`"},
        {"test \"t\" { read /a }", "help: write `allow` or `deny` before the question"},
        {"test \"t\" { deny openat(1) }", "help: write `syscall` before the name of a system call"},
        {"test \"t\" { deny read /a, /b }", "help: ask about one thing on each line"},
        {"group mine { a }", "error[missing-name]: `group` needs a name that begins with `@`"},
        {"group @mine { a b }", "help: write a comma before `b`"},
        {"group @mine { a if x == 1 }", "error[unexpected-text]: a group has no condition"},
        {"group @mine {\n a\nfiles { }", "error[misplaced-section]: section `files` stands inside `group`"},
        {"use a (b)", "error[missing-value]: `=` is missing after the name"},
        {"use a ()", "error[missing-value]: `use` needs `NAME = VALUE`"},
        {"use a (b = c", "error[missing-parenthesis]"},
        {"network { connect }", "error[empty-list]: `connect` needs `tcp` and a port"},
        {"network { connect tcp }", "help: write a port after `tcp`, such as `tcp 443`"},
        {"network { forbid }", "error[missing-value]: `forbid` needs what it forbids"},
        {"syscalls { allow a except b if x == 1 }", "error[unexpected-text]: `except` and `if` do not go together"},
        {"syscalls { refuse a if x == 1 with EPERM }", "error[unexpected-text]: `refuse` has no condition"},
        {"syscalls { allow a (x) if x == 1 }", "help: remove the blank before `(`"},
        {"syscalls { allow a() if x == 1 }", "error[empty-list]: the parentheses name no argument"},
        {"files { root }", "error[missing-value]: `root` needs a folder"},
        {"files { overlay /a into }", "error[missing-value]: `into` needs a folder"},
        {"files { root /a, /b }", "help: remove the comma and what follows it"},
    };
    for (const auto& [text, expected] : rows) {
        const std::string messages = read_body(text);
        EXPECT_NE(messages.find(expected), std::string::npos) << text << '\n' << messages;
        EXPECT_TRUE(messages.ends_with("\n1 error\n")) << text << '\n' << messages;
    }
}

TEST(Language, GoesOnBehindAMistakeInABlock) {
    const std::string messages = read_body(
        "when $a { files { raed /a } } else { fles { } }\nwhen x { files { read /a } }\nelse { }\n"
        "test \"t\" { deny frob; deny read }\ngroup @a { b c\n d e }\nfiles { raed /b }\n");
    EXPECT_TRUE(messages.ends_with("\n8 errors\n")) << messages;
}

// ---- time

TEST(Language, TakesTimeInProportionToTheText) {
    const auto seconds = [](const std::string& unit, int count) {
        std::string text;
        for (int i = 0; i < count; ++i) text += unit;
        const std::clock_t start = std::clock();  // of this process: others may be busy
        static_cast<void>(read_body(text));
        return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    };
    // Sixteen times the text in at most 64 times the time: quadratic would be 256 times.
    for (const char* unit :
         {"when $a { } else { }\n", "when $a {\n", "when a == 1 {}\n else {}\n", "group @a { b, c\n d }\n",
          "test \"a\" { deny syscall b(1, 2|3) }\n", "test \"a\" {\n", "use a (b = c, d = e)\n", "use a (\n",
          "syscalls { allow a(b) if c == 1 and d in (1, 2) }\n", "syscalls { allow a if (b == 1 }\n", "(", "when (",
          "when not "}) {
        const double small = std::max(seconds(unit, 1000), 0.005);
        EXPECT_LT(seconds(unit, 16000), 64 * small) << unit;
    }
}

}  // namespace
}  // namespace ward::policy
