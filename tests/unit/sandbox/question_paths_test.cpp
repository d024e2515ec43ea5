// What the questions say of a path is what the launcher's view gives: on random rules and random trees,
// with folders from elsewhere, patterns, private folders and arguments.
#include "compiler/question_paths.hpp"

#include <gtest/gtest.h>

#include "sandbox/file_view.hpp"
#include "tests/support/random_files.hpp"
#include "tests/unit/sandbox/fake_files.hpp"

namespace ward::sandbox {
namespace {

using compiler::FileRule;
using compiler::PathDecision;
using test::in_words;
using test::Random;

// `hidden`, `made`, or the letters of the access.
std::string of_view(const FileView& view, const std::string& path) {
    const ViewEntry* entry = view.around(path);
    if (entry == nullptr) return "nothing";
    if (entry->kind == ViewEntry::Kind::hidden) return "hidden";
    if (entry->kind == ViewEntry::Kind::private_folder) return "made";
    const bool is_tree = entry->kind == ViewEntry::Kind::tree || entry->kind == ViewEntry::Kind::pin;
    return is_tree ? access_letters(entry->access) : "other";
}

std::string of_model(const PathDecision& decision) {
    switch (decision.kind) {
        case PathDecision::Kind::nothing:
        case PathDecision::Kind::folder:
            return "nothing";
        case PathDecision::Kind::hidden:
            return "hidden";
        case PathDecision::Kind::made:
            return "made";
        case PathDecision::Kind::tree:
            return access_letters(decision.access);
        case PathDecision::Kind::proc:
        case PathDecision::Kind::dev:
            break;
    }
    return "other";
}

TEST(QuestionPaths, AgreeWithTheLaunchersView) {
    std::size_t compared = 0;
    std::size_t refused = 0;
    for (unsigned seed = 0; seed < 4000; ++seed) {
        Random random(seed);
        const auto nodes = test::random_tree(random, {});
        const FakeFiles files = fake_files(nodes);
        const std::vector<std::string> paths = test::paths_of(nodes);
        const test::RuleMix mix{.patterns = true, .private_folders = true, .elsewhere = true};
        const std::vector<FileRule> rules = test::random_rules(random, paths, mix);
        Walker walker(files);
        policy::Diagnostics diagnostics;
        const auto view = view_files({rules}, {walker, walker}, diagnostics);
        if (!view) {
            ++refused;
            continue;
        }
        compiler::Jail jail;
        jail.files = rules;
        const compiler::PathModel model(jail);
        for (const std::string& path : test::all_names(paths, rules)) {
            ASSERT_EQ(of_model(model.decide(path)), of_view(*view, path)) << "seed " << seed << ", " << path << "\n"
                                                                          << in_words(rules);
            ++compared;
        }
    }
    EXPECT_GT(compared, 20000U);
    EXPECT_LT(refused, 3000U);
}

}  // namespace
}  // namespace ward::sandbox
