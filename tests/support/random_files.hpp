// Random trees and random rules about them: what the property tests of files are made of. A seed gives the
// same tree and rules everywhere. Makes no file itself.
#pragma once

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "sandbox/file_view.hpp"
#include "tests/support/file_rules.hpp"

namespace ward::test {

class Random {
public:
    explicit Random(unsigned seed) : engine_(seed) {}
    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_); }
    bool chance(std::size_t one_in) { return below(one_in) == 0; }
    template <typename T>
    const T& one_of(const std::vector<T>& all) {
        return all[below(all.size())];
    }

private:
    std::mt19937 engine_;
};

struct RandomNode {
    enum class Kind { folder, file, link } kind{};
    std::string path;
    std::string target{};  // of a link
};

struct TreeShape {
    std::string top = "/t";
    std::vector<std::string> names = {"a", "b", ".c"};  // that each folder may have
    std::size_t folders = 20;                           // at most
    bool links = false;
};

// Where a link of `folder` may lead: to what is there already, by either kind of path, or nowhere.
inline std::string random_target(Random& random, const std::string& folder, const std::vector<RandomNode>& nodes) {
    const std::string& path = random.one_of(nodes).path;
    const std::size_t kind = random.below(5);
    if (kind == 0) return "/nowhere";
    return kind < 3 ? path : std::filesystem::path(path).lexically_relative(folder).string();
}

// Folders come before what is in them; the first is the top.
inline std::vector<RandomNode> random_tree(Random& random, const TreeShape& shape) {
    std::vector<RandomNode> nodes{{RandomNode::Kind::folder, shape.top}};
    std::vector<std::string> folders{shape.top};
    for (std::size_t i = 0; i < folders.size() && folders.size() < shape.folders; ++i)
        for (const std::string& name : shape.names) {
            const std::string path = folders[i] + '/' + name;
            if (random.chance(4)) continue;
            if (shape.links && random.chance(5)) {
                nodes.push_back({RandomNode::Kind::link, path, random_target(random, folders[i], nodes)});
            } else if (random.chance(4)) {
                nodes.push_back({RandomNode::Kind::file, path});
            } else {
                nodes.push_back({RandomNode::Kind::folder, path});
                folders.push_back(path);
            }
        }
    return nodes;
}

inline std::vector<std::string> paths_of(const std::vector<RandomNode>& nodes) {
    std::vector<std::string> paths;
    paths.reserve(nodes.size());
    for (const RandomNode& node : nodes) paths.push_back(node.path);
    return paths;
}

// What rules there are besides grants, `hide`, `protect` and arguments of the command line.
struct RuleMix {
    bool patterns = false;
    bool private_folders = false;
    bool elsewhere = false;  // `read /elsewhere/0 from PATH`, and guards in there
    bool overlays = false;
};

inline compiler::FileRule random_pattern(Random& random, compiler::FileRule rule, const std::string& top) {
    static const std::vector<std::string> patterns = {"/*", "/*/a", "/**/b", "/a/.*", "/[ab]/**/a", "/a/**"};
    rule.path = top + random.one_of(patterns);
    return sandbox::optional(sandbox::glob(rule));
}

inline compiler::FileRule random_rule(Random& random, const std::vector<std::string>& paths, const RuleMix& mix) {
    static const std::vector<std::string> words = {"read", "write", "execute", "write execute"};
    const std::string& path = random.one_of(paths);
    const std::string& word = random.one_of(words);
    compiler::FileRule rule = sandbox::grant(word, path);
    const std::size_t kind = random.below(12);
    if (kind == 0) return sandbox::argument(sandbox::grant(random.chance(2) ? "read" : "write", path));
    if (kind == 1 && mix.private_folders) return sandbox::private_folder(path);
    if (kind == 2 && mix.elsewhere)
        return sandbox::grant_from(word, "/elsewhere/" + std::to_string(random.below(2)), path);
    if (kind == 3 && mix.overlays) return sandbox::overlay(path);
    if (kind == 4 || kind == 5) rule = sandbox::hide(path);
    if (kind == 6) rule = sandbox::protect(path);
    const bool guards_elsewhere = mix.elsewhere && rule.kind != compiler::FileRule::Kind::grant && random.chance(3);
    const std::string top = guards_elsewhere ? "/elsewhere/" + std::to_string(random.below(2)) : paths.front();
    if (mix.patterns && random.chance(guards_elsewhere ? 2 : 6)) return random_pattern(random, rule, top);
    // Whether the folder that is granted has such a name, it is up to chance.
    if (guards_elsewhere)
        rule = sandbox::optional(sandbox::rule_of(rule.kind, sandbox::rebased(path, paths.front(), top)));
    return rule;
}

// One to seven. `paths`: of the tree, its top first.
inline std::vector<compiler::FileRule> random_rules(Random& random, const std::vector<std::string>& paths,
                                                    const RuleMix& mix) {
    std::vector<compiler::FileRule> rules;
    for (std::size_t count = 1 + random.below(7); count > 0; --count) rules.push_back(random_rule(random, paths, mix));
    return rules;
}

// Every path of the tree, and every name that it has elsewhere.
inline std::vector<std::string> all_names(const std::vector<std::string>& paths,
                                          const std::vector<compiler::FileRule>& rules) {
    std::vector<std::string> names = paths;
    for (const compiler::FileRule& rule : rules) {
        if (rule.from.empty()) continue;
        for (const std::string& path : paths)
            if (sandbox::is_within(path, rule.from)) names.push_back(sandbox::rebased(path, rule.from, rule.path));
    }
    return names;
}

// A rule for each line, for the message of a test that fails.
inline std::string in_words(const std::vector<compiler::FileRule>& rules) {
    std::string text;
    for (const compiler::FileRule& rule : rules)
        text += sandbox::words_of(rule) + (rule.argument ? " (argument)\n" : "\n");
    return text;
}

}  // namespace ward::test
