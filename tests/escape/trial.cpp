#include "tests/escape/trial.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <stdexcept>

namespace ward::test {

namespace {

// Statements of every attempt's policy. The calls are those that ordinary programs need, with what
// is dangerous in them, so that it is not their absence that refuses an attempt.
const char* const common_policy =
    "files { execute $bin; write $work }\n"
    "syscalls { allow @system-service except add_key, keyctl, request_key, userfaultfd, process_vm_writev }\n"
    "network { }\n";

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

bool contains(const auto& list, const auto& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

// The outcome in one word: the printed line, or the signal.
std::string words_of(const Outcome& outcome) {
    if (outcome.timed_out) return "timed out";
    if (outcome.stopped) return "stopped";
    if (outcome.out.starts_with("succeeded")) return "succeeded";
    if (outcome.out.starts_with("refused ")) return outcome.out.substr(8, outcome.out.find('\n') - 8);
    if (outcome.status == 124) return "ended";
    if (outcome.status == 125) return "not started";
    if (outcome.status > 128) return std::string("killed SIG") + sigabbrev_np(outcome.status - 128);
    return "status " + std::to_string(outcome.status);
}

}  // namespace

Trial::Trial(const Attempt& attempt, Who who) : attempt_(attempt), stage_(user(who)) {}

std::string Trial::policy() const {
    std::string text = common_policy;
    for (const std::string& statement : attempt_.policy) {
        const bool dropped = control_ != nullptr && control_->kind == Control::Kind::without;
        if (!dropped || statement != control_->statement) text += statement + "\n";
    }
    if (control_ != nullptr && control_->kind == Control::Kind::with) text += control_->statement + "\n";
    return text;
}

std::vector<std::string> Trial::command(const std::vector<std::string>& arguments) const {
    std::vector<std::string> words = stage_.expand(arguments);
    words.insert(words.begin(), program(attempt_.file));
    return words;
}

// The earlier run of attempts that need one.
void Trial::run_first() {
    if (attempt_.first.empty()) return;
    const Outcome outcome = run(stage_.scene().jailed(policy(), command(attempt_.first)));
    if (words_of(outcome) != "succeeded") throw std::runtime_error("the run before: " + outcome.err);
}

// As it is started in a careless world: descriptors open, a terminal lent.
void Trial::start(Invocation invocation) {
    std::vector<std::string>& words = invocation.arguments;
    if (!attempt_.caller.empty()) {
        std::vector<std::string> caller = stage_.expand(attempt_.caller);
        caller[0] = program(caller[0]);
        words.insert(words.begin(), caller.begin(), caller.end());
    }
    invocation.leaked = stage_.leaked();
    if (attempt_.terminal) invocation.terminal = stage_.terminal();
    invocation.input_file = stage_.scene().expand(attempt_.input_file);
    started_ = join(words);
    Running running(invocation);
    if (attempt_.kill_supervisor) {
        if (!running.wait_for_output("succeeded")) throw std::runtime_error("it did not start: " + started_);
        running.kill(SIGKILL);
    }
    outcome_ = running.finish();
}

void Trial::run_control() {
    run_first();
    const std::vector<std::string> words = command(attempt_.control_arguments);
    const Control& control = attempt_.control;
    if (control.kind == Control::Kind::with || control.kind == Control::Kind::without) {
        control_ = &control;
        return start(stage_.scene().jailed(policy(), words, stage_.expand(attempt_.options)));
    }
    Invocation invocation = stage_.scene().plain(words);
    if (control.kind == Control::Kind::root) invocation.user = user(Who::root);
    invocation.own_namespaces = control.kind == Control::Kind::namespaces;
    start(invocation);
}

void Trial::run_jailed() {
    run_first();
    start(stage_.scene().jailed(policy(), command(attempt_.arguments), stage_.expand(attempt_.options)));
}

void Trial::run_alone(const std::string& layers) {
    start_below(attempt_.frame.empty() ? layers : attempt_.frame + "+" + layers, attempt_.arguments);
}

// A process outside has no number in a PID namespace, which is always there.
void Trial::run_bare() {
    const std::vector<std::string>& control = attempt_.control_arguments;
    const bool outside = !attempt_.frame.empty() || contains(control, "$victim");
    start_below(attempt_.frame.empty() ? "nothing" : attempt_.frame, outside ? attempt_.arguments : control);
}

void Trial::start_below(const std::string& layers, const std::vector<std::string>& arguments) {
    run_first();
    Invocation invocation = stage_.scene().jailed(policy(), command(arguments));
    invocation.arguments[0] = program("only");
    invocation.arguments[1] = layers;
    start(invocation);
}

// A signal to its own group may end the attempt before it has said a word.
bool Trial::is_silent() const {
    return attempt_.effect == "bystander-hit";
}

bool Trial::is_unknown_here() const {
    return outcome_.out.starts_with("refused ") && contains(attempt_.lacking, summary());
}

bool Trial::succeeded() {
    if (!is_silent() && !outcome_.out.starts_with("succeeded")) return false;
    return attempt_.effect.empty() || eventually([&] { return stage_.has(attempt_.effect, outcome_); });
}

bool Trial::refused_as(const Expectation& expect) {
    const bool hit = attempt_.effect == "bystander-hit" && stage_.has(attempt_.effect, outcome_);
    if (hit || outcome_.timed_out || outcome_.stopped || !stage_.effects(outcome_).empty()) return false;
    if (expect.no_effect) return true;
    if (expect.ended) return outcome_.out.empty() && outcome_.status == 124;
    if (expect.not_started) return outcome_.out.empty() && outcome_.status == 125;
    if (outcome_.out.empty()) return contains(expect.signals, outcome_.status - 128);
    return outcome_.out == "refused " + summary() + "\n" && contains(expect.errors, summary());
}

bool Trial::is_over() {
    return eventually([&] { return processes_with(stage_.scene().marker()).empty(); });
}

std::string Trial::summary() const {
    return words_of(outcome_);
}

std::string Trial::account() {
    return summary() + ": " + started_ + "\n" + policy() + outcome_.out + "status " + std::to_string(outcome_.status) +
           "\n" + outcome_.err + "what came about: " + join(stage_.effects(outcome_));
}

}  // namespace ward::test
