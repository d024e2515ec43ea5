#include "tests/kernel/jail_test.hpp"

#include <sched.h>
#include <sys/mount.h>

#include <sstream>

void register_tests() {}

namespace ward::test {

namespace {

const char* const common_policy =
    "files { execute $bin }\n"
    "syscalls { allow @default, @basic-io, @file-system, @io-event, @process, @signal, @network-io, @ipc }\n"
    "syscalls { allow ioctl, uname, mremap, madvise, sysinfo, setsid, setpgid, getpriority }\n";

}  // namespace

Invocation JailTest::jail_invocation(const std::string& policy, const std::vector<std::string>& words,
                                     const std::vector<std::string>& options) {
    std::vector<std::string> arguments;
    arguments.reserve(words.size());
    for (const std::string& word : words) arguments.push_back(scene().expand(word));
    if (arguments.front().find('/') == std::string::npos) arguments.front() = program(arguments.front());
    return scene().jailed(common_policy + policy, arguments, options);
}

Outcome JailTest::jail(const std::string& policy, const std::vector<std::string>& words,
                       const std::vector<std::string>& options) {
    return run(jail_invocation(policy, words, options));
}

std::string JailTest::seen(const std::string& policy, const std::vector<std::string>& words) {
    const Outcome outcome = jail(policy, words);
    EXPECT_EQ(outcome.status, 0) << outcome.err << outcome.out << policy;
    return trimmed(outcome.out);
}

std::string JailTest::seen_outside(const std::vector<std::string>& words) {
    std::vector<std::string> arguments = words;
    arguments.front() = program(arguments.front());
    const Outcome outcome = run(scene().plain(arguments));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return trimmed(outcome.out);
}

nlohmann::json JailTest::report(const std::string& policy, const std::vector<std::string>& words) {
    const std::string file = scene().work() + "/report.json";
    const Outcome outcome = jail(policy, words, {"--report", file});
    nlohmann::json found = nlohmann::json::parse(read_file(file), nullptr, false);
    EXPECT_FALSE(found.is_discarded()) << outcome.err;
    EXPECT_EQ(found.value("exit_status", -1), outcome.status) << outcome.err;
    return found;
}

bool enter_private_mounts() {
    static const bool done =
        unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    return done;
}

std::string trimmed(std::string text) {
    text.erase(text.find_last_not_of(" \n") + 1);
    return text;
}

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

}  // namespace ward::test
