#include "compiler/show.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "lowering_fixture.hpp"
#include "policy/library.hpp"

namespace ward::compiler {
namespace {

std::string shown(const Compiled& compiled) {
    return compiled.jail ? show(*compiled.jail, compiled.sources) : compiled.messages();
}

// The rows of one section, without its title.
std::string section(const std::string& text, const std::string& title) {
    const std::size_t begin = text.find("\n" + title + "\n");
    if (begin == std::string::npos) return {};
    const std::size_t rows = begin + title.size() + 2;
    return text.substr(rows, text.find("\n\n", rows) - rows + 1);
}

TEST(Show, APolicyThatAllowsNothing) {
    EXPECT_EQ(shown(compile_text("files { hide? /x }")), R"(policy main       main.ward:1

files
  nothing
  hide?     /x    main.ward:2

network
  none      a network of its own, with loopback only

calls
  refuse    clone3, openat2  with ENOSYS
  refuse    every other call  with EPERM
  refuse    calls newer than Linux 6.18  with ENOSYS
  kill      calls of i386 and x32

capabilities
  none

limits
  none

environment
  empty

process
  hostname  ward
  user      decided at the start
  terminal  private: one of its own, if the caller has one
)");
}

TEST(Show, EveryKindOfFileRule) {
    Facts facts = some_facts();
    facts.arguments = {"/data/x"};
    const Compiled compiled = compile_text(
        "files {\n  read? /r, $arguments\n  write /w from /srv/w\n  execute /x\n  write /x\n  private /p size 64M mode "
        "700\n"
        "  link /l -> r\n  file /f \"one\\ntwo\"\n  hide /r/h\n  protect? /w/p\n  device null, zero\n  setuid allow\n}",
        facts);
    EXPECT_EQ(section(shown(compiled), "files"), R"(  write, execute  /x                                    main.ward:5
  write           /w  from /srv/w                       main.ward:4
  read?           /data/x  (named on the command line)  main.ward:3
  read?           /r                                    main.ward:3
  private         /p  size 64M  mode 700                main.ward:7
  link            /l -> r                               main.ward:8
  file            /f  "one..."                          main.ward:9
  device          null, zero                            main.ward:12
  setuid          the program may set setuid and setgid bits
  hide            /r/h                                  main.ward:10
  protect?        /w/p                                  main.ward:11
)");
}

TEST(Show, TheOtherSections) {
    const std::string text = shown(compile_text(
        "network { host; unix }\ncapabilities { keep kill, chown }\nlimits { memory? 1G; cpu 0.5; time 90s }\n"
        "environment {\n  keep PATH, LC_*\n  set X \"1\"\n}\nprocess { hostname web; user www-data; terminal none }"));
    EXPECT_EQ(section(text, "network"), R"(  host      the network of the host  main.ward:2
  unix      Unix-domain sockets      main.ward:2
)");
    EXPECT_EQ(section(text, "capabilities"), R"(  keep      chown                    main.ward:3
  keep      kill                     main.ward:3
)");
    EXPECT_EQ(section(text, "limits"), R"(  memory?   1G                       main.ward:4
  cpu       0.5                      main.ward:4
  time      90s                      main.ward:4
)");
    EXPECT_EQ(section(text, "environment"), R"(  keep      LC_*, PATH               main.ward:6
  set       X="1"                    main.ward:7
)");
}

TEST(Show, LayersAndRoots) {
    const std::string text =
        shown(compile_text("files {\n  root /srv/jail\n  overlay /etc\n  overlay /opt into /srv/layer\n  execute "
                           "/opt\n  directory /run/x\n}"));
    EXPECT_EQ(section(text, "files"), R"(  root              /srv/jail  read-only          main.ward:3
  overlay           /etc  thrown away at the end  main.ward:4
  overlay, execute  /opt  into /srv/layer         main.ward:6
  directory         /run/x                        main.ward:7
)");
}

TEST(Show, PortsAndSockets) {
    const std::string text = shown(compile_text(
        "network {\n  connect tcp 80, 443\n  connect tcp 8000..8100\n  forbid connect tcp 8050\n  listen tcp 8080\n"
        "  resolve\n  unix /run/a.sock\n}"));
    EXPECT_EQ(section(text, "network"), R"(  connect   tcp 80, tcp 443                 main.ward:3
  connect   tcp 8000..8049, tcp 8051..8100  main.ward:4
  listen    tcp 8080                        main.ward:6
  resolve   names of hosts, by TCP port 53  main.ward:7
  unix      /run/a.sock                     main.ward:8
)");
}

TEST(Show, WhatTheProcessIsAndShares) {
    const std::string text = shown(compile_text(
        "limits {\n  io 10M\n  priority 5\n  cpu-set? 0..3, 6\n}\nprocess {\n  group audio\n  directory /srv\n"
        "  share pid, ipc\n  share uts, cgroup\n  nested allow\n  debug allow\n}"));
    EXPECT_EQ(section(text, "limits"), R"(  io         10M                                                 main.ward:3
  priority   5                                                   main.ward:4
  cpu-set?   0..3, 6                                             main.ward:5
)");
    EXPECT_EQ(text.substr(text.find("\nprocess\n") + 9), R"(  hostname   ward
  user       decided at the start
  group      audio                                               main.ward:8
  directory  /srv                                                main.ward:9
  terminal   private: one of its own, if the caller has one
  share      pid: sees and may signal the processes of the host  main.ward:10
  share      ipc: System V and POSIX message queues of the host  main.ward:10
  share      uts: the host's name                                main.ward:11
  share      cgroup: sees the host's cgroups                     main.ward:11
  nested     may make namespaces of its own                      main.ward:12
  debug      may trace what it starts                            main.ward:13
)");
}

TEST(Show, CallsWithConditions) {
    const std::string text =
        shown(compile_text("syscalls {\n  allow socket(domain) if domain in (AF_UNIX,\n    AF_INET)\n  allow kill\n"
                           "  forbid kill(_, signal) if signal == SIGKILL\n}"));
    EXPECT_NE(text.find("  allow     socket  if domain in (AF_UNIX, AF_INET)"), std::string::npos) << text;
    EXPECT_NE(text.find("  allow     kill "), std::string::npos) << text;
    EXPECT_NE(text.find("  forbid    kill  if signal == SIGKILL"), std::string::npos) << text;
}

TEST(Show, CallsAreNamedByGroup) {
    const std::string text =
        shown(compile_text("syscalls {\n  allow @basic-io except dup3\n  allow chmod, openat\n  forbid ptrace\n  "
                           "refuse fork, vfork with ENOSYS\n"
                           "  refuse clone with kill\n  refuse with EACCES\n}"));
    EXPECT_EQ(section(text, "calls"), R"(  allow     @basic-io (without dup3)       main.ward:3
  allow     chmod, openat                  main.ward:4
  limited   chmod, openat: no setuid or setgid bits
  refuse    ptrace  with EACCES            main.ward:5
  refuse    clone3, fork, openat2, vfork  with ENOSYS
  refuse    clone  with kill
  refuse    every other call  with EACCES  main.ward:8
  refuse    calls newer than Linux 6.18  with ENOSYS
  kill      calls of i386 and x32
)");
}

TEST(Show, EscapesWhatCouldDriveATerminal) {
    const std::string text = shown(compile_text("files { read \"/a\\x1b[31m\" }\nenvironment { set A \"\\x07\" }"));
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.find('\x07'), std::string::npos);
    EXPECT_NE(text.find("/a\\x1b[31m"), std::string::npos);
}

TEST(Show, ColourAddsOnlyColour) {
    const Compiled compiled = compile_text("files { read /a }");
    std::string coloured = show(*compiled.jail, compiled.sources, true);
    EXPECT_NE(coloured, shown(compiled));
    for (const std::string code : {"\x1b[1m", "\x1b[2m", "\x1b[0m"}) {
        for (std::size_t at = 0; (at = coloured.find(code)) != std::string::npos;) coloured.erase(at, code.size());
    }
    EXPECT_EQ(coloured, shown(compiled));
}

// The whole of a shipped profile. WARD_GOLDEN_UPDATE=1 writes it anew; look at the difference.
TEST(Show, Pdftotext) {
    const auto path = std::filesystem::path(__FILE__).parent_path() / "show_pdftotext.txt";
    policy::Sources sources;
    policy::Diagnostics diagnostics;
    const auto set = policy::Library(policy::SearchPath{}).load("pdftotext", sources, diagnostics);
    ASSERT_TRUE(set);
    Facts facts = some_facts();
    facts.program = "/usr/bin/pdftotext";
    facts.arguments = {"/home/ada/work/paper.pdf"};
    const auto jail = compile(*set, facts, diagnostics);
    ASSERT_TRUE(jail) << policy::render(diagnostics, sources);
    const std::string text = show(*jail, sources);
    if (std::getenv("WARD_GOLDEN_UPDATE") != nullptr) std::ofstream(path) << text;
    std::ostringstream expected;
    expected << std::ifstream(path).rdbuf();
    EXPECT_EQ(text, expected.str());
}

}  // namespace
}  // namespace ward::compiler
