// What the questions say of a path is what the launcher's view gives: on random rules and random trees,
// with folders from elsewhere, patterns, private folders and arguments.
#include "compiler/question_paths.hpp"

#include <gtest/gtest.h>

#include <random>

#include "sandbox/file_view.hpp"
#include "tests/unit/sandbox/fake_files.hpp"
#include "tests/unit/sandbox/file_rules.hpp"

namespace ward::sandbox {
namespace {

using compiler::FileRule;
using compiler::PathDecision;

class Random {
public:
    explicit Random(unsigned seed) : engine_(seed) {}
    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_); }
    bool chance(std::size_t one_in) { return below(one_in) == 0; }

private:
    std::mt19937 engine_;
};

FakeFiles random_tree(Random& random) {
    FakeFiles files;
    std::vector<std::string> folders{"/t"};
    files.folder("/t");
    for (std::size_t i = 0; i < folders.size() && folders.size() < 20; ++i)
        for (const char* name : {"a", "b", ".c"}) {
            const std::string path = folders[i] + '/' + name;
            if (random.chance(4)) continue;
            if (random.chance(4)) {
                files.file(path);
            } else {
                files.folder(path);
                folders.push_back(path);
            }
        }
    return files;
}

FileRule random_rule(Random& random, const std::vector<std::string>& paths) {
    static const char* const words[] = {"read", "write", "execute", "write execute"};
    static const char* const patterns[] = {"/t/*", "/t/*/a", "/t/**/b", "/t/a/.*", "/t/[ab]/**/a", "/t/a/**"};
    const std::string& path = paths[random.below(paths.size())];
    const bool is_pattern = random.chance(6);
    const std::string place = is_pattern ? patterns[random.below(6)] : path;
    FileRule rule;
    switch (random.below(12)) {
        case 0:
        case 1:
            rule = hide(place);
            break;
        case 2:
            rule = protect(place);
            break;
        case 3:
            return argument(grant(words[random.below(2)], path));
        case 4:
            return private_folder(path);
        case 5:
            return grant_from(words[random.below(4)], "/elsewhere/" + std::to_string(random.below(2)), path);
        default:
            rule = grant(words[random.below(4)], place);
    }
    return is_pattern ? optional(glob(rule)) : rule;
}

std::string in_words(const std::vector<FileRule>& rules) {
    std::string text;
    for (const FileRule& rule : rules) text += words_of(rule) + (rule.argument ? " (argument)\n" : "\n");
    return text;
}

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

// Every path of the tree, and every name that it has elsewhere.
std::vector<std::string> all_names(const std::vector<std::string>& paths, const std::vector<FileRule>& rules) {
    std::vector<std::string> names = paths;
    for (const FileRule& rule : rules) {
        if (rule.from.empty()) continue;
        for (const std::string& path : paths)
            if (is_within(path, rule.from)) names.push_back(rebased(path, rule.from, rule.path));
    }
    return names;
}

TEST(QuestionPaths, AgreeWithTheLaunchersView) {
    std::size_t compared = 0;
    std::size_t refused = 0;
    for (unsigned seed = 0; seed < 4000; ++seed) {
        Random random(seed);
        const FakeFiles files = random_tree(random);
        std::vector<std::string> paths;
        for (const std::string& path : files.paths())
            if (is_within(path, "/t")) paths.push_back(path);
        std::vector<FileRule> rules;
        for (std::size_t count = 1 + random.below(7); count > 0; --count) rules.push_back(random_rule(random, paths));
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
        for (const std::string& path : all_names(paths, rules)) {
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
