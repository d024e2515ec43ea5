// `ward test`: whether policies do what their `test` blocks say.
#include <algorithm>
#include <optional>

#include "compiler/compile.hpp"
#include "compiler/test_facts.hpp"
#include "sandbox/cli/answers.hpp"
#include "sandbox/cli/console.hpp"
#include "sandbox/cli/operands.hpp"
#include "sandbox/cli/reading.hpp"
#include "sandbox/cli/subcommand.hpp"
#include "sandbox/cli/test_output.hpp"

namespace ward::cli {
namespace {

using compiler::Answer;
using policy::Expectation;
using policy::Permission;

// The tests of one policy. What those that it uses test is theirs.
class PolicyTests {
public:
    PolicyTests(const std::string& entry, std::vector<TestPoint>& points) : entry_(entry), points_(points) {}

    void run() {
        const auto set = reading_.load(entry_);
        reading_.show();
        if (!set) return add_unreadable();
        const auto& tests = set->members.front().policy.tests;
        for (const policy::Test& test : tests) run_block(test, *set);
        if (tests.empty()) add_untested();
    }

private:
    void run_block(const policy::Test& test, const policy::PolicySet& set) {
        policy::Diagnostics diagnostics;
        const auto facts = compiler::facts_of(test, set, diagnostics);
        const auto jail = facts ? compiler::compile(set, *facts, diagnostics) : std::nullopt;
        if (!jail) show(diagnostics, reading_.sources);
        for (const Expectation& expectation : test.expectations) {
            TestPoint& point = add_point(test, expectation);
            if (jail)
                check(expectation, *jail, set, *facts, point);
            else
                point.reason = "the policy is wrong in this environment: " + first_error(diagnostics);
        }
    }

    TestPoint& add_point(const policy::Test& test, const Expectation& expectation) {
        TestPoint& point = points_.emplace_back();
        point.policy = entry_;
        point.title = test.title.text;
        point.expected = expectation.expected == Permission::allow ? "allow" : "deny";
        point.question = reading_.sources.text(expectation.question.span);
        point.place = as_json(expectation.span, reading_.sources);
        point.line = line_of(expectation.span);
        return point;
    }

    // A question that does not make sense is one that was never answered.
    void check(const Expectation& expectation, const compiler::Jail& jail, const policy::PolicySet& set,
               const compiler::Facts& facts, TestPoint& point) {
        policy::Diagnostics diagnostics;
        const auto question = compiler::resolve_question(expectation.question, set, facts, diagnostics);
        if (!question) {
            show(diagnostics, reading_.sources);
            point.reason = "the question is wrong: " + first_error(diagnostics);
            return;
        }
        const Answer answer = compiler::tried_answer(jail, {set, facts, *question, reading_.sources});
        const auto wanted =
            expectation.expected == Permission::allow ? Answer::Verdict::allowed : Answer::Verdict::denied;
        point.is_ok = answer.verdict == wanted;
        point.reason = std::string(verdict_word(answer)) + ": " + sentence(*question, answer);
        for (const policy::Span& origin : answer.origins) point.rules.push_back(line_of(origin));
        point.change = advice(answer);
        point.answer = as_json(*question, answer, reading_.sources);
    }

    void add_unreadable() {
        TestPoint& point = points_.emplace_back();
        point.policy = entry_;
        point.title = "the policy can be read";
        point.reason = first_error(reading_.diagnostics);
    }

    void add_untested() {
        TestPoint& point = points_.emplace_back();
        point.policy = entry_;
        point.title = "has no test";
        point.is_ok = point.is_skipped = true;
    }

    [[nodiscard]] std::string line_of(policy::Span span) const {
        const policy::Source& source = reading_.sources[span.file];
        return source.name() + ':' + std::to_string(source.position(span.begin).line) + ": " +
               std::string(reading_.sources.text(span));
    }

    static std::string first_error(const policy::Diagnostics& diagnostics) {
        for (const policy::Diagnostic& each : diagnostics.all())
            if (each.kind().severity == policy::Severity::error) return each.message();
        return "the policy is wrong";
    }

    const std::string& entry_;
    std::vector<TestPoint>& points_;
    Reading reading_;
};

bool is_tested(const std::vector<TestPoint>& points) {
    return std::any_of(points.begin(), points.end(), [](const TestPoint& point) { return !point.is_skipped; });
}

// A run that tests nothing must not look like one that passes.
void report_untested(const std::string& entry) {
    policy::Diagnostics diagnostics;
    diagnostics.add(policy::slug::no_tests, std::nullopt, "`" + entry + "` has no `test` block")
        .help("add one to the policy, for example `test \"secrets\" { deny read ~/.ssh }`");
    show(diagnostics, policy::Sources());
}

}  // namespace

int test(const Words& words) {
    const auto [options, status] = begin_with_operands("test", words);
    if (!options) return status;
    if (options->rest.empty()) return misuse("test", "no policy is named", "write `ward test FILE`");
    std::vector<TestPoint> points;
    for (const std::string& entry : options->rest) PolicyTests(entry, points).run();
    const int printed = answer(options->has("json") ? test_json(points) : tap(points));
    if (!is_tested(points)) report_untested(options->rest.front());
    const bool is_good = is_tested(points) &&
                         std::all_of(points.begin(), points.end(), [](const TestPoint& point) { return point.is_ok; });
    return is_good ? printed : failure_status;
}

}  // namespace ward::cli
