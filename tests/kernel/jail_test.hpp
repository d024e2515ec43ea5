// The fixture of tests that look at one real jail from inside, once as root and once as an ordinary
// user.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/kernel/support/scene.hpp"

namespace ward::test {

class JailTest : public testing::TestWithParam<Who> {
protected:
    void SetUp() override {
        if (!obstacle(GetParam()).empty()) GTEST_SKIP() << obstacle(GetParam());
        scene_ = std::make_unique<Scene>(user(GetParam()));
    }

    [[nodiscard]] Scene& scene() { return *scene_; }
    [[nodiscard]] bool as_root() const { return GetParam() == Who::root; }

    // Runs `words` (a program of the tests and its arguments) under what every static program needs
    // and `policy`.
    [[nodiscard]] Outcome jail(const std::string& policy, const std::vector<std::string>& words,
                               const std::vector<std::string>& options = {});
    [[nodiscard]] Invocation jail_invocation(const std::string& policy, const std::vector<std::string>& words,
                                             const std::vector<std::string>& options = {});
    // What it printed, without the line end. The run must end with status 0.
    [[nodiscard]] std::string seen(const std::string& policy, const std::vector<std::string>& words);
    // The same without ward.
    [[nodiscard]] std::string seen_outside(const std::vector<std::string>& words);
    // The report of a run.
    [[nodiscard]] nlohmann::json report(const std::string& policy, const std::vector<std::string>& words);

    // Another scene: of a test whose folders belong to somebody else.
    void use_scene(std::unique_ptr<Scene> scene) { scene_ = std::move(scene); }

private:
    std::unique_ptr<Scene> scene_;
};

// The text without the white space at its end.
[[nodiscard]] std::string trimmed(std::string text);
// The words between blanks.
[[nodiscard]] std::vector<std::string> words_of(const std::string& text);

// From now on the mounts of this program are its own, and end with it. False if that is not possible.
[[nodiscard]] bool enter_private_mounts();

inline std::string user_name(const testing::TestParamInfo<Who>& info) {
    return std::string(name_of(info.param));
}

}  // namespace ward::test

// Every test of the suite runs once for each user, or for the one that it is about.
#define WARD_AS(suite, ...) INSTANTIATE_TEST_SUITE_P(kernel, suite, testing::Values(__VA_ARGS__), ward::test::user_name)
#define WARD_AS_BOTH_USERS(suite) WARD_AS(suite, ward::test::Who::root, ward::test::Who::ordinary)
