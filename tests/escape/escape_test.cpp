// Makes every attempt twice: where its layer is missing, where it must succeed, and below ward, where
// it must be refused as its header declares.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "tests/escape/attempt.hpp"
#include "tests/escape/stage.hpp"

namespace fs = std::filesystem;

void register_tests();

namespace {

using namespace ward::test;

// Statements of every attempt's policy. The calls are those that ordinary programs need, with what
// is dangerous in them, so that it is not their absence that refuses an attempt.
const char* const common_policy =
    "files { execute $bin; write $work }\n"
    "syscalls { allow @system-service except add_key, keyctl, request_key, userfaultfd, process_vm_writev }\n"
    "network { }\n";

// How an attempt ended, as the table shows it.
struct Row {
    std::string name, user, control, jailed;
};

std::vector<Row>& table() {
    static std::vector<Row> rows;
    return rows;
}

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

// The outcome in one word: the printed line, or the signal.
std::string summary(const Outcome& outcome) {
    if (outcome.timed_out) return "timed out";
    if (outcome.stopped) return "stopped";
    if (outcome.out.starts_with("succeeded")) return "succeeded";
    if (outcome.out.starts_with("refused ")) return outcome.out.substr(8, outcome.out.find('\n') - 8);
    if (outcome.status == 125) return "not started";
    if (outcome.status > 128) return std::string("killed SIG") + sigabbrev_np(outcome.status - 128);
    return "status " + std::to_string(outcome.status);
}

class EscapeTest : public testing::Test {
public:
    EscapeTest(Attempt attempt, Who who) : attempt_(std::move(attempt)), who_(who) {}

    void TestBody() override {
        if (!obstacle(who_).empty()) GTEST_SKIP() << obstacle(who_);
        if (!attempt_.needs.empty() && !fs::exists(attempt_.needs))
            GTEST_SKIP() << "this host has no " << attempt_.needs;
        Row row{attempt_.name, std::string(name_of(who_)), {}, {}};
        row.control = check_control();
        row.jailed = check_jailed();
        table().push_back(row);
    }

private:
    [[nodiscard]] std::string policy(const Control* control) const {
        std::string text = common_policy;
        for (const std::string& statement : attempt_.policy) {
            const bool dropped = control != nullptr && control->kind == Control::Kind::without;
            if (!dropped || statement != control->statement) text += statement + "\n";
        }
        if (control != nullptr && control->kind == Control::Kind::with) text += control->statement + "\n";
        return text;
    }

    [[nodiscard]] std::vector<std::string> command(Stage& stage, const std::vector<std::string>& arguments) const {
        std::vector<std::string> words = stage.expand(arguments);
        words.insert(words.begin(), program(attempt_.file));
        return words;
    }

    // Runs it as it is started in a careless world: descriptors open, a terminal lent.
    [[nodiscard]] Outcome start(Stage& stage, Invocation invocation) const {
        invocation.leaked = stage.leaked();
        if (attempt_.terminal) invocation.terminal = stage.terminal();
        invocation.input_file = stage.scene().expand(attempt_.input_file);
        if (attempt_.effect == "bystander-hit")
            invocation.arguments.insert(invocation.arguments.begin(), program("bystander"));
        Running running(invocation);
        if (attempt_.kill_supervisor) {
            EXPECT_TRUE(running.wait_for_output("succeeded")) << "it did not start";
            running.kill(SIGKILL);
        }
        return running.finish();
    }

    // The earlier run of attempts that need one.
    void run_first(Stage& stage) const {
        if (attempt_.first.empty()) return;
        const Outcome outcome = ward::test::run(stage.scene().jailed(policy(nullptr), command(stage, attempt_.first)));
        EXPECT_EQ(summary(outcome), "succeeded") << "the run before: " << outcome.err;
    }

    [[nodiscard]] Invocation control_invocation(Stage& stage) const {
        const std::vector<std::string> words = command(stage, attempt_.control_arguments);
        const Control& control = attempt_.control;
        if (control.kind == Control::Kind::with || control.kind == Control::Kind::without)
            return stage.scene().jailed(policy(&control), words);
        Invocation invocation = stage.scene().plain(words);
        if (control.kind == Control::Kind::root) invocation.user = user(Who::root);
        invocation.own_namespaces = control.kind == Control::Kind::namespaces;
        return invocation;
    }

    std::string check_control() {
        if (attempt_.control.kind == Control::Kind::root && !obstacle(Who::root).empty()) {
            std::printf("%s: without its control: %s\n", attempt_.name.c_str(), obstacle(Who::root).c_str());
            return "not as this user";
        }
        Stage stage(user(who_));
        run_first(stage);
        const Invocation invocation = control_invocation(stage);
        const Outcome outcome = start(stage, invocation);
        const std::string said = "control: " + join(invocation.arguments) + "\n" + outcome.out + outcome.err;
        // A signal to its own group may end the attempt before it has said a word.
        const bool is_silent = attempt_.effect == "bystander-hit";
        EXPECT_TRUE(is_silent || outcome.out.starts_with("succeeded")) << summary(outcome) << ", " << said;
        const auto has_effect = [&] { return attempt_.effect.empty() || stage.has(attempt_.effect, outcome); };
        EXPECT_TRUE(eventually(has_effect)) << attempt_.effect << ", " << said;
        return summary(outcome);
    }

    [[nodiscard]] bool is_refused(const Outcome& outcome) const {
        const auto contains = [](const auto& list, const auto& item) {
            return std::find(list.begin(), list.end(), item) != list.end();
        };
        const Expectation& expect = attempt_.expect;
        if (outcome.timed_out || outcome.stopped) return false;
        if (expect.no_effect) return true;  // the effect is looked for below
        if (expect.not_started) return outcome.out.empty() && outcome.status == 125;
        if (outcome.out.empty()) return contains(expect.signals, outcome.status - 128);
        return outcome.out == "refused " + summary(outcome) + "\n" && contains(expect.errors, summary(outcome));
    }

    std::string check_jailed() {
        Stage stage(user(who_));
        run_first(stage);
        const Invocation invocation = stage.scene().jailed(policy(nullptr), command(stage, attempt_.arguments));
        const Outcome outcome = start(stage, invocation);
        const std::string said = "below ward: " + join(invocation.arguments) + "\n" + policy(nullptr) + outcome.out +
                                 "status " + std::to_string(outcome.status) + "\n" + outcome.err;
        EXPECT_TRUE(is_refused(outcome)) << summary(outcome) << ", " << said;
        EXPECT_FALSE(attempt_.effect == "bystander-hit" && stage.has(attempt_.effect, outcome)) << said;
        const auto is_over = [&] { return processes_with(stage.scene().marker()).empty(); };
        EXPECT_TRUE(eventually(is_over)) << "a process of the jail is still running, " << said;
        EXPECT_EQ(join(stage.effects(outcome)), "") << said;
        return attempt_.expect.no_effect ? "no effect" : summary(outcome);
    }

    Attempt attempt_;
    Who who_;
};

class PrintsTable : public testing::Environment {
public:
    void TearDown() override {
        std::printf("\n%-34s %-9s %-16s %s\n", "attempt", "user", "without layer", "below ward");
        for (const Row& row : table())
            std::printf("%-34s %-9s %-16s %s\n", row.name.c_str(), row.user.c_str(), row.control.c_str(),
                        row.jailed.c_str());
    }
};

std::vector<std::string> sources() {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(WARD_ATTEMPTS))
        if (entry.path().extension() == ".c") found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

void register_tests() {
    for (const std::string& source : sources()) {
        for (const Who who : {Who::root, Who::ordinary}) {
            for (const Attempt& attempt : attempts_of(source, who)) {
                const std::string suite = "escape/" + std::string(name_of(who));
                testing::RegisterTest(suite.c_str(), attempt.name.c_str(), nullptr, nullptr, source.c_str(), 1,
                                      [=] { return new EscapeTest(attempt, who); });
            }
        }
    }
    testing::AddGlobalTestEnvironment(new PrintsTable);
}
