// The files of two jails, point by point: every path that a rule of one of them speaks of stands for all
// below it that no other rule speaks of.
#include <algorithm>
#include <map>
#include <ranges>
#include <set>

#include "compiler/diff.hpp"
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

// ---- points

// What stands in a sample for what is open in a pattern.
struct Fill {
    std::string_view star;
    std::string_view folders;  // for `/**`
    bool in_brackets;          // one of the characters that a bracket names, or one that is in none
};

// Patterns that differ in how much they match differ for one of these.
constexpr std::string_view stars[] = {"", "\x01", "\x01\x02", "\x01\x02\x01\x02"};
constexpr std::string_view folders[] = {"", "/\x01\x02", "/\x01\x02/\x01\x02"};

char sample_of_bracket(std::string_view bracket, bool is_named) {
    const bool is_negated = bracket.size() > 3 && (bracket[1] == '!' || bracket[1] == '^');
    return is_named ? bracket[is_negated ? 2 : 1] : '\x01';
}

// A path that a pattern speaks of and hardly any other one does.
std::string sample_of(std::string_view pattern, const Fill& fill) {
    std::string sample;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        const char c = pattern[at];
        if (c == '\\' && at + 1 < pattern.size()) {
            sample += pattern[++at];
        } else if (const auto rest = pattern.substr(at); rest == "/**" || rest.starts_with("/**/")) {
            sample += fill.folders;
            at += 2;
        } else if (c == '*') {
            sample += fill.star;
            while (at + 1 < pattern.size() && pattern[at + 1] == '*') ++at;
        } else if (c == '?') {
            sample += '\x01';
        } else if (const std::size_t end = pattern.find(']', at + 2); c == '[' && end != std::string_view::npos) {
            sample += sample_of_bracket(pattern.substr(at, end - at + 1), fill.in_brackets);
            at = end;
        } else {
            sample += c;
        }
    }
    return sample;
}

// What is compared, by path; the text is for people: of a pattern the pattern.
using Points = std::map<std::string, std::string>;

void add_samples(const std::string& pattern, Points& points) {
    for (const std::string_view star : stars)
        for (const std::string_view between : folders)
            for (const bool in_brackets : {true, false}) {
                const std::string sample = sample_of(pattern, {star, between, in_brackets});
                const bool has_empty_name = sample.ends_with('/') || sample.find("//") != std::string::npos;
                if (!has_empty_name) points.emplace(sample, pattern);
            }
}

// A guard holds by every name that a jail has for a file of the host.
void add_other_names(const Jail& jail, Points& points) {
    Points others;
    for (const FileRule& grant : jail.files) {
        if (grant.from.empty()) continue;
        for (const auto& [path, text] : points)
            if (is_at_or_below(path, grant.from)) {
                const std::string name = grant.path + path.substr(grant.from.size());
                others.emplace(name, name);
            }
    }
    points.merge(others);
}

Points points_of(const Jail& a, const Jail& b) {
    Points points{{"/", "/"}};
    for (const Jail* jail : {&a, &b}) {
        for (const FileRule& rule : jail->files) {
            if (rule.is_glob)
                add_samples(rule.path, points);
            else
                points.emplace(rule.path, rule.path);
        }
    }
    for (const Jail* jail : {&a, &b}) add_other_names(*jail, points);
    return points;
}

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
};

// The host's path behind a point, as `from` and the rule's path: the same for all below one rule.
std::string behind(const FileRule& rule) {
    return rule.from.empty() ? std::string() : rule.from + " as " + rule.path;
}

void add_tree(const PathDecision& decision, const std::string& where, Powers& powers) {
    const auto has = [&](policy::Access access) { return (decision.access & static_cast<AccessBits>(access)) != 0; };
    powers.insert({Verb::read, where});
    if (has(policy::Access::write)) powers.insert({Verb::write, where});
    if (has(policy::Access::execute)) powers.insert({Verb::execute, where});
}

AtPoint at_point(const PathModel& model, const std::string& path) {
    const PathDecision decision = model.decide(path);
    AtPoint result;
    for (const FileRule* rule : decision.rules)
        result.origins.insert(result.origins.end(), rule->origins.begin(), rule->origins.end());
    if (decision.kind == PathDecision::Kind::tree) {
        add_tree(decision, behind(*decision.rules.front()), result.powers);
    } else if (decision.kind == PathDecision::Kind::made) {
        const FileRule& rule = *decision.rules.front();
        if (rule.kind == Rule::private_folder) result.powers.insert({Verb::scratch, {}});
        if (rule.kind != Rule::overlay) return result;
        result.powers = {{Verb::read, {}}, {Verb::scratch, {}}};
        if ((decision.access & static_cast<AccessBits>(policy::Access::execute)) != 0)
            result.powers.insert({Verb::execute, {}});
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
        : model_a_(a), model_b_(b), result_(result) {}

    void run(const Points& points) {
        for (const auto& [path, text] : points) {
            const AtPoint in_a = at_point(model_a_, path);
            const AtPoint in_b = at_point(model_b_, path);
            compare(Change::gained, path, text, without(in_b.powers, in_a.powers), in_a, in_b);
            compare(Change::lost, path, text, without(in_a.powers, in_b.powers), in_a, in_b);
        }
        for (Difference& each : told_) result_.push_back(std::move(each));
    }

private:
    void compare(Change change, const std::string& path, const std::string& text, Powers powers, const AtPoint& in_a,
                 const AtPoint& in_b) {
        auto& known = known_[change];
        const Powers* above = nullptr;  // of the nearest point above, which comes first in the order
        std::size_t nearest = 0;
        for (const auto& [other, its_powers] : known)
            if (is_at_or_below(path, other) && other.size() >= nearest) {
                above = &its_powers;
                nearest = other.size();
            }
        const bool is_told = above == nullptr ? powers.empty() : *above == powers;
        const bool is_exception = !is_told && powers.empty();
        if (is_exception) except(change, path, text);
        if (!is_told && !is_exception) tell(change, text, powers, in_a, in_b);
        known.emplace(path, std::move(powers));
    }

    // What lies below a point that is told, and does not change itself.
    void except(Change change, const std::string& path, const std::string& text) {
        for (auto last = told_.rbegin(); last != told_.rend(); ++last) {
            Difference& told = *last;
            if (told.change != change) continue;
            const auto above = std::ranges::find_if(
                told.subjects, [&](const std::string& subject) { return is_at_or_below(path, subject); });
            if (above == told.subjects.end()) continue;
            told.exceptions.push_back(text);
            return;
        }
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
    std::vector<Difference>& result_;
    std::vector<Difference> told_;
    std::map<Change, std::map<std::string, Powers>> known_;
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
    FileComparison(a, b, result).run(points_of(a, b));
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
