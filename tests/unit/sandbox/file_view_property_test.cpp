// Random rules on random trees: the view must grant what a naive reading of the rules grants, and no
// rename inside the jail may walk around a cover.
#include <gtest/gtest.h>

#include <set>

#include "compiler/path_pattern.hpp"
#include "sandbox/file_view.hpp"
#include "tests/support/random_files.hpp"
#include "tests/unit/sandbox/fake_files.hpp"

namespace ward::sandbox {
namespace {

using compiler::FileRule;
using test::in_words;
using test::Random;

constexpr unsigned read_bit = 1, write_bit = 2;

// Straight from the language's rules, without a table: what may be done with `path`, a name in the jail.
class NaiveReading {
public:
    // `names`: all that the program could try.
    NaiveReading(const std::vector<FileRule>& rules, const std::vector<std::string>& names) : rules_(rules) {
        for (const FileRule& rule : rules)
            for (const std::string& name : names) {
                if (!speaks_of(rule, name)) continue;
                if (rule.kind == FileRule::Kind::hide) hidden_.insert(on_host(name));
                if (rule.kind == FileRule::Kind::protect) protected_.insert(on_host(name));
            }
    }

    [[nodiscard]] unsigned access(const std::string& path) const {
        const unsigned bits = decide(path).bits;
        return is_protected(path) ? bits & ~write_bit : bits;
    }

    [[nodiscard]] std::string on_host(const std::string& path) const {
        for (const FileRule& rule : rules_)
            if (!rule.from.empty() && is_within(path, rule.path)) return rebased(path, rule.path, rule.from);
        return path;
    }

private:
    struct Decision {
        bool hidden = false;
        unsigned bits = 0;
    };

    static bool speaks_of(const FileRule& rule, const std::string& path) {
        return rule.is_glob ? compiler::matches_path(rule.path, path) : rule.path == path;
    }

    [[nodiscard]] Decision decide(const std::string& path) const {
        if (hidden_.contains(on_host(path))) return {true, 0};
        unsigned granted = 0;
        unsigned named = 0;
        for (const FileRule& rule : rules_)
            if (rule.kind == FileRule::Kind::grant && speaks_of(rule, path))
                (rule.argument ? named : granted) |= rule.access | read_bit;
        const Decision above = path == "/" ? Decision{} : decide(parent_of(path));
        if (granted != 0) return {false, granted | named};
        if (above.hidden) return above;
        return {false, above.bits | named};
    }

    [[nodiscard]] bool is_protected(const std::string& path) const {
        return protected_.contains(on_host(path)) || (path != "/" && is_protected(parent_of(path)));
    }

    const std::vector<FileRule>& rules_;
    std::set<std::string> hidden_, protected_;  // paths of the host
};

// What the view lets the program do with the file of the host that is meant to have this name.
unsigned access_of(const FileView& view, const std::string& path, const std::string& on_host) {
    const ViewEntry* entry = view.around(path);
    if (entry == nullptr || (entry->kind != ViewEntry::Kind::tree && entry->kind != ViewEntry::Kind::pin)) return 0;
    return view.on_host(path) == on_host ? entry->access : 0;
}

// A folder that can be renamed has no cover below it: nothing mounted that is not writable itself.
bool a_rename_uncovers(const FileView& view, const FakeFiles& files, const std::string& folder) {
    const auto inode = files.inspect(folder);
    if (!inode || !inode->is_folder() || view.entries.count(folder) != 0) return false;
    if ((view.access(folder) & view.access(parent_of(folder)) & write_bit) == 0) return false;
    for (const auto& [path, entry] : view.entries)
        if (path != folder && is_within(path, folder) && !entry.is_writable_tree()) return true;
    return false;
}

const std::set<std::string_view> refusals{"hide-not-holdable", "path-conflict"};

TEST(FileViewProperty, GrantsWhatTheRulesSay) {
    std::size_t compared = 0;
    std::size_t refused = 0;
    std::size_t guarded_elsewhere = 0;
    for (unsigned seed = 0; seed < 6000; ++seed) {
        Random random(seed);
        const auto nodes = test::random_tree(random, {});
        const FakeFiles files = fake_files(nodes);
        const std::vector<std::string> paths = test::paths_of(nodes);
        const std::vector<FileRule> rules = test::random_rules(random, paths, {.patterns = true, .elsewhere = true});
        Walker walker(files);
        policy::Diagnostics diagnostics;
        const auto view = view_files({rules}, {walker, walker}, diagnostics);
        if (!view) {
            for (const auto& each : diagnostics.all())
                ASSERT_TRUE(refusals.contains(each.kind().name)) << each.kind().name << " of\n" << in_words(rules);
            ++refused;
            continue;
        }
        const std::vector<std::string> names = test::all_names(paths, rules);
        const NaiveReading naive(rules, names);
        for (const std::string& name : names) {
            const std::string on_host = naive.on_host(name);
            ASSERT_EQ(access_letters(access_of(*view, name, on_host)), access_letters(naive.access(name)))
                << "seed " << seed << ", " << name << "\n"
                << in_words(rules);
            ASSERT_FALSE(a_rename_uncovers(*view, files, name)) << "seed " << seed << ", " << name << "\n"
                                                                << in_words(rules);
            ++compared;
            const ViewEntry* entry = view->around(name);
            if (name != on_host && entry != nullptr && entry->kind == ViewEntry::Kind::hidden) ++guarded_elsewhere;
        }
    }
    EXPECT_GT(compared, 40000U);
    EXPECT_GT(guarded_elsewhere, 100U);
    EXPECT_LT(refused, 2000U);
}

}  // namespace
}  // namespace ward::sandbox
