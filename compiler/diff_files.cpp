// The files of two jails, path by path: some paths stand for all.
#include <algorithm>
#include <map>
#include <ranges>
#include <set>

#include "compiler/diff.hpp"
#include "compiler/diff_points.hpp"
#include "compiler/file_match.hpp"
#include "compiler/file_rules.hpp"
#include "compiler/path_pattern.hpp"
#include "compiler/paths.hpp"
#include "compiler/question_paths.hpp"
#include "compiler/values.hpp"
#include "policy/policy.hpp"
#include "policy/render.hpp"

namespace ward::compiler {
namespace {

using Change = Difference::Change;
using Rule = FileRule::Kind;

// ---- how people call a path

// By the rule that speaks of it; by a pattern only if all is told so that it matches and no other one does.
class Texts {
public:
    Texts(const Jail& a, const Jail& b, const std::vector<std::string>& paths) {
        for (const Jail* jail : {&a, &b})
            for (const FileRule& rule : jail->files) add(rule, *jail);
        for (const std::string& path : paths) {
            std::vector<std::string> matching;  // sorted, as the patterns are
            std::ranges::copy_if(patterns_, std::back_inserter(matching),
                                 [&](const std::string& pattern) { return matches_path(pattern, path); });
            matching_.emplace(path, std::move(matching));
        }
    }

    [[nodiscard]] std::string of(const std::string& path) const {
        if (literals_.contains(path)) return path;
        const auto& matching = matching_.at(path);
        const auto typical =
            std::ranges::find_if(matching, [&](const std::string& pattern) { return is_typical(matching, pattern); });
        return typical == matching.end() ? path : *typical;
    }

    [[nodiscard]] bool is_pattern(const std::string& text) const { return patterns_.contains(text); }

private:
    void add(const FileRule& rule, const Jail& jail) {
        (rule.is_glob ? patterns_ : literals_).insert(rule.path);
        if (!rule.is_glob || !is_prohibition(rule)) return;
        // A guard holds by every name that a jail has for a file of the host.
        for (const FileRule& grant : jail.files)
            if (!grant.from.empty() && is_at_or_below(rule.path, grant.from))
                patterns_.insert(grant.path + rule.path.substr(grant.from.size()));
    }

    [[nodiscard]] bool is_typical(const std::vector<std::string>& matching, const std::string& pattern) const {
        return std::ranges::none_of(matching_, [&](const auto& other) {
            return other.second.size() < matching.size() && std::ranges::binary_search(other.second, pattern) &&
                   std::ranges::includes(matching, other.second);
        });
    }

    std::set<std::string> literals_, patterns_;
    std::map<std::string, std::vector<std::string>> matching_;
};

// ---- what is possible at a point

// Ordered as they are told.
enum class Verb { read, write, execute, scratch };

struct Power {
    Verb verb;
    std::string where;  // of the host: empty if the path is the same inside

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the operator for a pointer
    friend auto operator<=>(const Power&, const Power&) = default;
};
using Powers = std::set<Power>;

struct AtPoint {
    Powers powers;
    Origins origins;
    bool is_spoken_of = false;  // something is there, or is hidden
};

// The host's path behind a point, as `from` and the rule's path: the same for all below one rule.
std::string where_of(const FileRule& rule) {
    return rule.from.empty() ? std::string() : rule.from + " as " + rule.path;
}

void add_tree(const PathDecision& decision, const std::string& where, Powers& powers) {
    const auto has = [&](policy::Access access) { return (decision.access & bit_of(access)) != 0; };
    powers.insert({Verb::read, where});
    if (has(policy::Access::write)) powers.insert({Verb::write, where});
    if (has(policy::Access::execute)) powers.insert({Verb::execute, where});
}

AtPoint at_point(const PathModel& model, const std::string& path) {
    const PathDecision decision = model.decide(path);
    using Kind = PathDecision::Kind;
    AtPoint result;
    result.is_spoken_of = decision.kind == Kind::tree || decision.kind == Kind::made || decision.kind == Kind::hidden;
    for (const FileRule* rule : decision.rules)
        result.origins.insert(result.origins.end(), rule->origins.begin(), rule->origins.end());
    if (decision.kind == Kind::tree) {
        add_tree(decision, where_of(*decision.rules.front()), result.powers);
    } else if (decision.kind == Kind::made) {
        const FileRule& rule = *decision.rules.front();
        if (rule.kind == Rule::private_folder) result.powers.insert({Verb::scratch, {}});
        if (rule.kind != Rule::overlay) return result;
        result.powers = {{Verb::read, {}}, {Verb::scratch, {}}};
        if ((decision.access & execute_bit) != 0) result.powers.insert({Verb::execute, {}});
        if (!rule.into.empty()) result.powers.insert({Verb::write, rule.into + " through " + rule.path});
    }
    return result;
}

Powers without(const Powers& a, const Powers& b) {
    Powers result;
    std::ranges::set_difference(a, b, std::inserter(result, result.end()));
    return result;
}

// "read and write", with where it is on the host if that is elsewhere.
std::string words_for(const Powers& powers, Change change) {
    constexpr std::string_view verbs[] = {"read", "write", "execute", "keep files of its own for a while in"};
    std::string words = change == Change::gained ? "may now " : "may no longer ";
    std::string where;
    for (const Power& power : powers) {
        if (power != *powers.begin()) words += power == *powers.rbegin() ? " and " : ", ";
        words += verbs[static_cast<std::size_t>(power.verb)];
        if (!power.where.empty()) where = " (of the host: " + policy::escaped(power.where) + ")";
    }
    return words + where;
}

class FileComparison {
public:
    FileComparison(const Jail& a, const Jail& b, std::vector<Difference>& result)
        : model_a_(a), model_b_(b), paths_(sample_paths(a, b)), texts_(a, b, paths_), result_(result) {}

    void run() {
        for (const std::string& path : paths_) {
            const AtPoint in_a = at_point(model_a_, path);
            const AtPoint in_b = at_point(model_b_, path);
            compare(Change::gained, path, without(in_b.powers, in_a.powers), in_a, in_b);
            compare(Change::lost, path, without(in_a.powers, in_b.powers), in_a, in_b);
        }
        for (const auto& [change, path] : unchanged_) except_from_patterns(change, path);
        for (Difference& each : told_) result_.push_back(std::move(each));
    }

private:
    void compare(Change change, const std::string& path, Powers powers, const AtPoint& in_a, const AtPoint& in_b) {
        auto& known = known_[change];
        const Powers above = path == "/" ? Powers() : known.at(parent_of(path));
        if (powers.empty() && !above.empty()) except(change, path);
        if (powers.empty() && (change == Change::gained ? in_b : in_a).is_spoken_of)
            unchanged_.emplace_back(change, path);
        if (!powers.empty() && powers != above) tell(change, texts_.of(path), powers, in_a, in_b);
        known.emplace(path, std::move(powers));
    }

    // What lies below a point that is told, and does not change itself.
    void except(Change change, const std::string& path) {
        const auto lies_in = [&](const std::string& subject) {
            return matched_length(subject, texts_.is_pattern(subject), path) != 0;
        };
        for (auto told = told_.rbegin(); told != told_.rend(); ++told) {
            if (told->change != change) continue;
            const auto above = std::ranges::find_if(told->subjects, lies_in);
            if (above == told->subjects.end()) continue;
            except(*told, *above, path);
            return;
        }
    }

    // What a pattern matches that is told, and does not change itself.
    void except_from_patterns(Change change, const std::string& path) {
        for (Difference& told : told_)
            for (const std::string& subject : told.subjects)
                if (told.change == change && texts_.is_pattern(subject) && matches_path(subject, path))
                    except(told, subject, path);
    }

    void except(Difference& told, const std::string& subject, const std::string& path) {
        std::string text = texts_.of(path);
        if (text == subject) text = path;
        if (std::ranges::find(told.exceptions, text) == told.exceptions.end())
            told.exceptions.push_back(std::move(text));
    }

    void tell(Change change, const std::string& text, const Powers& powers, const AtPoint& in_a, const AtPoint& in_b) {
        const std::string words = words_for(powers, change);
        const auto same = std::ranges::find_if(told_, [&](const Difference& each) {
            return each.change == change && each.words == words && is_decided_by(each, in_a.origins, in_b.origins);
        });
        if (same == told_.end())
            told_.push_back({change, "files", words, {text}, in_a.origins, in_b.origins});
        else if (std::ranges::find(same->subjects, text) == same->subjects.end())
            same->subjects.push_back(text);
    }

    PathModel model_a_, model_b_;
    std::vector<std::string> paths_;
    Texts texts_;
    std::vector<Difference>& result_;
    std::vector<Difference> told_;
    std::map<Change, std::map<std::string, Powers>> known_;
    std::vector<std::pair<Change, std::string>> unchanged_;
};

// ---- what rules say besides

// The default of a private folder (sandbox/mount_plan.cpp).
constexpr std::uint64_t default_private_size = std::uint64_t{64} << 20;

std::uint64_t size_of(const FileRule& rule) {
    return rule.size == 0 ? default_private_size : rule.size;
}

void compare_details(const FileRule& a, const FileRule& b, std::vector<Difference>& result) {
    const auto add = [&](Change change, std::string words) {
        result.push_back({change, "files", std::move(words), {b.path}, a.origins, b.origins});
    };
    if (a.kind == Rule::private_folder && size_of(a) != size_of(b))
        add(size_of(a) < size_of(b) ? Change::gained : Change::lost,
            "may now keep " + format_value(Unit::size, size_of(b)) + ", was " + format_value(Unit::size, size_of(a)) +
                ", in");
    if (a.mode != b.mode) add(Change::other, "has another mode:");
    if (a.text != b.text) add(Change::other, a.kind == Rule::link ? "leads elsewhere:" : "has another text:");
    if (a.optional != b.optional)
        add(Change::other, b.optional ? "need not be there any longer:" : "must now be there:");
}

// Things that are no power by themselves, and are there in one jail only: links, texts, empty folders.
bool is_furniture(const FileRule& rule) {
    return rule.kind == Rule::link || rule.kind == Rule::text_file || rule.kind == Rule::directory;
}

const FileRule* counterpart(const FileRule& rule, const Jail& jail) {
    const auto found = std::ranges::find_if(jail.files, [&](const FileRule& other) {
        return other.kind == rule.kind && other.path == rule.path && other.argument == rule.argument;
    });
    return found == jail.files.end() ? nullptr : &*found;
}

}  // namespace

void compare_files(const Jail& a, const Jail& b, std::vector<Difference>& result) {
    FileComparison(a, b, result).run();
    for (const FileRule& rule : b.files) {
        const std::string word(statement_word(rule));
        if (const FileRule* before = counterpart(rule, a))
            compare_details(*before, rule, result);
        else if (is_furniture(rule))
            result.push_back({Change::other, "files", "has now a " + word + ":", {rule.path}, {}, rule.origins});
    }
    for (const FileRule& rule : a.files) {
        const std::string word(statement_word(rule));
        if (is_furniture(rule) && counterpart(rule, b) == nullptr)
            result.push_back({Change::other, "files", "has no longer a " + word + ":", {rule.path}, rule.origins, {}});
    }
}

}  // namespace ward::compiler
