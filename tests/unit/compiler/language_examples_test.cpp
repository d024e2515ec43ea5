// The policies that the language was made for, as people would write them: each compiles without an error, and
// every question of its tests is answered as expected.
#include <gtest/gtest.h>

#include <string>

#include "compiler/compile.hpp"
#include "compiler/question.hpp"
#include "compiler/test_facts.hpp"
#include "policy/render.hpp"
#include "tests/support/linked_set.hpp"

namespace ward::compiler {
namespace {

struct Example {
    const char* name;
    const char* text;
};

const Example examples[] = {
    {"pdftotext", R"(policy pdftotext "extract the text of PDF files"

use base.parser                          # loader, C library, locale; no network, no exec

files {
    read     $arguments, /usr/share/poppler, /usr/share/fonts
    write    $cwd
}

limits {
    memory   1G
    tasks    1
    time     60s
}

test "what pdftotext may and may not do" {
    allow    read  /usr/share/poppler/cMap
    deny     read  ~/.ssh/id_ed25519
    deny     write ~/.bashrc
    deny     connect tcp 443
    deny     syscall execve
}
)"},
    {"curl", R"(policy curl "transfer data from or to a server"

use base.client

files {
    read?    ~/.curlrc, ~/.netrc         # `?`: if it exists
    write    $cwd
}

network {
    connect  tcp 80, 443
    resolve                              # DNS
}

environment {
    keep     http_proxy, https_proxy, no_proxy
}

test "the network, and no sockets of other programs" {
    allow    connect tcp 443
    allow    resolve
    allow    variable https_proxy
    deny     variable SSH_AUTH_SOCK
    deny     syscall socket(AF_UNIX, SOCK_STREAM)
}
)"},
    {"fuzz-target", R"(policy fuzz-target "one fuzz target; any escape attempt is a crash with a stack"

param target: path
param corpus: path
param memory: size = 2G

use base.program

group @fuzzing { @default, @basic-io, @file-system, @process, @signal, @timer }

files {
    execute  $target
    write    $corpus
    private  /tmp size 256M
}

syscalls {
    allow    @fuzzing except execve, execveat
    allow    socket(domain, type) if domain == AF_UNIX and type has SOCK_STREAM
    forbid   execve, execveat, ptrace, bpf, io_uring_setup
    refuse   execve, execveat, connect with trap        # SIGSYS: the fuzzer saves the input as a crash
    refuse   with EPERM                                 # every other call that is not allowed
}

limits { memory $memory; tasks 64; core 0 }

test "an escape is a crash" with target = /srv/target, corpus = /srv/corpus {
    allow    write   /srv/corpus/new
    deny     write   /srv/target
    deny     syscall execve
    deny     syscall socket(AF_INET, SOCK_STREAM)
}
)"},
    {"webserver", R"(policy webserver "nginx in its own root, as one would run it in a jail"

let root = /srv/jails/bookworm

files {
    root     $root                       # read-only; a separate installation of programs and libraries
    overlay  /etc, /var/cache            # writes go to a scratch layer that is thrown away at exit
    write    /var/log/nginx from /srv/jails/log/nginx
    private  /tmp, /run
    hide     /etc/shadow
    device   null, urandom
}

network      { listen tcp 80, 443 }
process      { hostname "web"; user www-data; terminal none }
capabilities { keep net_bind_service }
limits       { memory 1G; swap 0; tasks 128; cpu 1.5; open-files 4096 }
syscalls     { allow @system-service }

when exists /srv/jails/bookworm/usr/lib/nginx/modules {
    files { execute /usr/lib/nginx/modules }
}

test "its own root, two ports" {
    allow    write  /etc/nginx/nginx.conf
    deny     read   /etc/shadow
    allow    listen tcp 443
    deny     listen tcp 22
    deny     device kvm
}
)"},
};

class Examples : public testing::TestWithParam<Example> {};

TEST_P(Examples, CompileAndPassTheirTests) {
    policy::Sources sources;
    policy::Diagnostics diagnostics;
    const auto set = test::link(GetParam().name, GetParam().text, test::built_in_text, sources, diagnostics);
    ASSERT_TRUE(set) << policy::render(diagnostics, sources);
    ASSERT_EQ(set->members.front().policy.tests.size(), 1U);
    const policy::Test& asked = set->members.front().policy.tests.front();
    const auto facts = facts_of(asked, *set, diagnostics);
    const auto jail = facts ? compile(*set, *facts, diagnostics) : std::nullopt;
    ASSERT_TRUE(jail) << policy::render(diagnostics, sources);
    for (const policy::Expectation& each : asked.expectations) {
        const auto question = resolve_question(each.question, *set, *facts, diagnostics);
        ASSERT_TRUE(question) << policy::render(diagnostics, sources);
        const bool allowed = answer(*jail, *question).verdict == Answer::Verdict::allowed;
        EXPECT_EQ(allowed, each.expected == policy::Permission::allow) << sources.text(each.span);
    }
}

INSTANTIATE_TEST_SUITE_P(OfTheLanguage, Examples, testing::ValuesIn(examples), [](const auto& given) {
    std::string name = given.param.name;
    std::erase(name, '-');
    return name;
});

}  // namespace
}  // namespace ward::compiler
