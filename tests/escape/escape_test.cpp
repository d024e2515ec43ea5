// Makes every attempt where its layer is missing, where it must succeed, below ward, where it must be refused as
// its header declares, and below each layer that it declares alone.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/escape/attacks.hpp"
#include "tests/escape/trial.hpp"

namespace fs = std::filesystem;

void register_tests();

namespace {

using namespace ward::test;

const char* const page_file = WARD_ESCAPE "/../../docs/reference/escapes.md";

// How an attempt ended, as the table shows it.
struct Row {
    std::string name, user, control, jailed;
};

std::vector<Row>& table() {
    static std::vector<Row> rows;
    return rows;
}

class AttemptTest : public testing::Test {
public:
    AttemptTest(Attempt attempt, Who who) : attempt_(std::move(attempt)), who_(who) {}

    void TestBody() override {
        if (!obstacle(who_).empty()) GTEST_SKIP() << obstacle(who_);
        const std::string lack = missing();
        if (!lack.empty()) GTEST_SKIP() << "this host has no " << lack;
        make();
    }

protected:
    virtual void make() = 0;

    [[nodiscard]] std::string missing() const {
        if (attempt_.needs == "a runner that is root") return geteuid() == 0 ? "" : attempt_.needs;
        return attempt_.needs.empty() || fs::exists(attempt_.needs) ? "" : attempt_.needs;
    }

    void add_row(const std::string& control, const std::string& jailed) const {
        table().push_back({attempt_.name, std::string(name_of(who_)), control, jailed});
    }
    static void skip_unknown() { GTEST_SKIP() << "this kernel does not have it"; }
    static std::string words(Trial& trial, const Expectation& expect) {
        return expect.no_effect ? "no effect" : trial.summary();
    }

    Attempt attempt_;
    Who who_;
};

class EscapeTest : public AttemptTest {
public:
    using AttemptTest::AttemptTest;

private:
    void make() override {
        const std::string control = check_control();
        if (IsSkipped()) return;
        Trial trial(attempt_, who_);
        trial.run_jailed();
        // First: an effect may be what a process has not yet ended for.
        EXPECT_TRUE(trial.is_over()) << "a process of the jail is still running, " << trial.account();
        EXPECT_TRUE(trial.refused_as(attempt_.expect)) << "below ward: " << trial.account();
        add_row(control, words(trial, attempt_.expect));
    }

    [[nodiscard]] std::string check_control() {
        if (attempt_.control.kind == Control::Kind::root && !obstacle(Who::root).empty()) {
            std::printf("%s: without its control: %s\n", attempt_.name.c_str(), obstacle(Who::root).c_str());
            return "not as this user";
        }
        Trial trial(attempt_, who_);
        trial.run_control();
        if (trial.is_unknown_here()) skip_unknown();
        EXPECT_TRUE(IsSkipped() || trial.succeeded()) << "control: " << trial.account();
        return trial.summary();
    }
};

// Below no layer but the frame of the attempt it succeeds, and below one more it does not.
class AloneTest : public AttemptTest {
public:
    AloneTest(Attempt attempt, const Layer* layer)
        : AttemptTest(std::move(attempt), Who::root),
          layer_(layer == nullptr ? std::nullopt : std::optional<Layer>(*layer)) {}

private:
    void make() override {
        Trial trial(attempt_, who_);
        if (!layer_) {
            trial.run_bare();
            if (trial.is_unknown_here()) return skip_unknown();
            EXPECT_TRUE(trial.succeeded()) << trial.account();
            return add_row(trial.summary(), "");
        }
        trial.run_alone(layer_->name);
        if (trial.is_unknown_here() && !trial.refused_as(layer_->expect)) return skip_unknown();
        EXPECT_TRUE(trial.is_over()) << trial.account();
        EXPECT_TRUE(trial.refused_as(layer_->expect)) << trial.account();
        add_row("", layer_->name + ": " + words(trial, layer_->expect));
    }

    std::optional<Layer> layer_;
};

std::vector<Attempt> all_attempts(Who who) {
    std::vector<std::string> sources;
    for (const auto& entry : fs::directory_iterator(WARD_ESCAPE "/attempts"))
        if (entry.path().extension() == ".c") sources.push_back(entry.path());
    std::sort(sources.begin(), sources.end());
    std::vector<Attempt> all;
    for (const std::string& source : sources)
        for (Attempt& attempt : attempts_of(source, who)) all.push_back(std::move(attempt));
    return all;
}

TEST(Attacks, EachHasAnAttemptOrAReason) {
    EXPECT_EQ(gaps(read_attacks(), all_attempts(Who::root)), std::vector<std::string>());
}

TEST(Attacks, ThePageSaysWhatTheAttemptsDeclare) {
    const std::string made = page(read_attacks(), all_attempts(Who::root));
    if (std::getenv("WARD_GOLDEN_UPDATE") != nullptr) std::ofstream(page_file) << made;
    EXPECT_TRUE(read_file(page_file) == made) << "docs/reference/escapes.md: WARD_GOLDEN_UPDATE=1 writes it";
}

class PrintsTable : public testing::Environment {
public:
    void TearDown() override {
        std::printf("\n%-40s %-9s %-16s %s\n", "attempt", "user", "without layer", "below ward, or one layer");
        for (const Row& row : table())
            std::printf("%-40s %-9s %-16s %s\n", row.name.c_str(), row.user.c_str(), row.control.c_str(),
                        row.jailed.c_str());
        std::printf("\n%s", matrix(read_attacks(), all_attempts(Who::root)).c_str());
    }
};

void add_test(const std::string& suite, const std::string& name, auto make) {
    testing::RegisterTest(suite.c_str(), name.c_str(), nullptr, nullptr, __FILE__, 1, make);
}

// The PID namespace is never missing below only.cpp.
bool can_be_without_all(const Attempt& attempt) {
    const auto can = [](const Layer& layer) { return layer.can_be_alone() && layer.name != "pid-namespace"; };
    return std::all_of(attempt.layers.begin(), attempt.layers.end(), can);
}

void add_alone_tests(const Attempt& attempt) {
    if (can_be_without_all(attempt))
        add_test("alone", attempt.name + "/nothing", [=] { return new AloneTest(attempt, nullptr); });
    for (const Layer& layer : attempt.layers)
        if (layer.can_be_alone())
            add_test("alone", attempt.name + "/" + layer.name, [=] { return new AloneTest(attempt, &layer); });
}

}  // namespace

void register_tests() {
    for (const Who who : {Who::root, Who::ordinary}) {
        for (const Attempt& attempt : all_attempts(who)) {
            add_test("escape/" + std::string(name_of(who)), attempt.name, [=] { return new EscapeTest(attempt, who); });
            if (who == Who::root) add_alone_tests(attempt);
        }
    }
    testing::AddGlobalTestEnvironment(new PrintsTable);
}
