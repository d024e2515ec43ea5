// A home and a working folder of a test's own, and the built ward run in them as an ordinary caller
// would: with a plain environment and no terminal.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/kernel/support/process.hpp"

namespace ward::test {

class Place : public testing::Test {
protected:
    void SetUp() override {
        char name[] = "/tmp/ward-cli-XXXXXX";
        ASSERT_NE(mkdtemp(name), nullptr);
        folder = name;
        ASSERT_EQ(std::system(("chmod 755 " + folder + " && mkdir " + folder + "/home " + folder + "/work").c_str()),
                  0);
        environment = {"HOME=" + folder + "/home", "PATH=" + folder + "/bin:/usr/bin:/bin"};
    }
    void TearDown() override { ASSERT_EQ(std::system(("rm -rf " + folder).c_str()), 0); }

    [[nodiscard]] Outcome ward(std::vector<std::string> words) const {
        words.insert(words.begin(), WARD_PROGRAM);
        return plain(std::move(words));
    }
    [[nodiscard]] Outcome plain(std::vector<std::string> words) const {
        Invocation invocation;
        invocation.arguments = std::move(words);
        invocation.environment = environment;
        invocation.folder = work();
        invocation.user = {"", getuid(), getgid()};
        return run(invocation);
    }
    [[nodiscard]] std::string work() const { return folder + "/work"; }
    void write(const std::string& name, std::string_view text) const { std::ofstream(work() + "/" + name) << text; }
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(work() + "/" + name).rdbuf();
        return text.str();
    }

    std::string folder;
    std::vector<std::string> environment;
};

// A policy that lets `sh` and what it starts run, and nothing else.
constexpr std::string_view shell_policy =
    "policy shell\n"
    "use base.program\n"
    "files { execute /usr/bin, /usr/lib; read $cwd }\n"
    "syscalls { allow @process }\n";

}  // namespace ward::test
