// Random rules on random trees: the view must grant what a naive reading of the rules grants, and no
// rename inside the jail may walk around a lid.
#include <gtest/gtest.h>

#include "sandbox/file_view.hpp"
#include "tests/support/random_files.hpp"
#include "tests/unit/sandbox/fake_files.hpp"

namespace ward::sandbox {
namespace {

using compiler::FileRule;
using test::in_words;
using test::Random;

constexpr unsigned read_bit = 1, write_bit = 2;

// Straight from the language's rules, without a table: what may be done with `path`.
class NaiveReading {
public:
    explicit NaiveReading(const std::vector<FileRule>& rules) : rules_(rules) {}

    [[nodiscard]] unsigned access(const std::string& path) const {
        const unsigned bits = decide(path).bits;
        return is_protected(path) ? bits & ~write_bit : bits;
    }

private:
    struct Decision {
        bool hidden = false;
        unsigned bits = 0;
    };

    [[nodiscard]] Decision decide(const std::string& path) const {
        unsigned granted = 0;
        unsigned named = 0;
        for (const FileRule& rule : rules_) {
            if (rule.path != path) continue;
            if (rule.kind == FileRule::Kind::hide) return {true, 0};
            if (rule.kind == FileRule::Kind::grant) (rule.argument ? named : granted) |= rule.access | read_bit;
        }
        const Decision above = path == "/" ? Decision{} : decide(parent_of(path));
        if (granted != 0) return {false, granted | named};
        if (above.hidden) return above;
        return {false, above.bits | named};
    }

    [[nodiscard]] bool is_protected(const std::string& path) const {
        for (const FileRule& rule : rules_)
            if (rule.kind == FileRule::Kind::protect && is_within(path, rule.path)) return true;
        return false;
    }

    const std::vector<FileRule>& rules_;
};

// A folder that can be renamed has no lid below it: nothing mounted that is not writable itself.
bool a_rename_uncovers(const FileView& view, const FakeFiles& files, const std::string& folder) {
    const auto inode = files.inspect(folder);
    if (!inode || !inode->is_folder() || view.entries.count(folder) != 0) return false;
    if ((view.access(folder) & view.access(parent_of(folder)) & write_bit) == 0) return false;
    for (const auto& [path, entry] : view.entries)
        if (path != folder && is_within(path, folder) && !entry.is_writable_tree()) return true;
    return false;
}

TEST(FileViewProperty, GrantsWhatTheRulesSay) {
    std::size_t compared = 0;
    std::size_t refused = 0;
    for (unsigned seed = 0; seed < 3000; ++seed) {
        Random random(seed);
        const auto nodes = test::random_tree(random, {});
        const FakeFiles files = fake_files(nodes);
        const std::vector<std::string> paths = test::paths_of(nodes);
        const std::vector<FileRule> rules = test::random_rules(random, paths, {});
        Walker walker(files);
        policy::Diagnostics diagnostics;
        const auto view = view_files({rules}, {walker, walker}, diagnostics);
        if (!view) {
            for (const auto& each : diagnostics.all()) ASSERT_EQ(each.kind().name, "hide-not-holdable");
            ++refused;
            continue;
        }
        const NaiveReading naive(rules);
        for (const std::string& path : paths) {
            ASSERT_EQ(access_letters(view->access(path)), access_letters(naive.access(path)))
                << "seed " << seed << ", " << path << "\n"
                << in_words(rules);
            ASSERT_FALSE(a_rename_uncovers(*view, files, path)) << "seed " << seed << ", " << path << "\n"
                                                                << in_words(rules);
            ++compared;
        }
    }
    EXPECT_GT(compared, 20000U);
    EXPECT_LT(refused, 1000U);
}

}  // namespace
}  // namespace ward::sandbox
