#include "compiler/file_rules.hpp"

#include <algorithm>
#include <span>
#include <tuple>

#include "compiler/file_match.hpp"
#include "compiler/lower.hpp"

namespace ward::compiler {
namespace {

using Kind = FileRule::Kind;
using Items = std::span<FileItem>;

policy::Span place_of(const FileItem& item) {
    return item.rule.origins.front();
}

bool same_thing(const FileRule& a, const FileRule& b) {
    return a.kind == b.kind && a.from == b.from;
}

// `read` and `execute` of what is below an overlay: both can hold. Writing to the host and to a layer
// cannot.
bool adds_to_overlay(const FileRule& rule) {
    return rule.kind == Kind::grant && rule.from.empty() && !rule.argument && (rule.access & write_bit) == 0;
}

auto rule_key(const FileRule& rule) {
    return std::tie(rule.kind, rule.from, rule.argument);
}

bool same_path(const FileRule& a, const FileRule& b) {
    return a.is_glob == b.is_glob && a.path == b.path;
}
bool same_rule(const FileRule& a, const FileRule& b) {
    return rule_key(a) == rule_key(b);
}

bool in_order(const FileItem& a, const FileItem& b) {
    const int by_path = a.rule.path.compare(b.rule.path);
    if (by_path != 0) return by_path < 0;
    if (a.rule.is_glob != b.rule.is_glob) return b.rule.is_glob;
    return std::tuple(rule_key(a.rule), a.distance) < std::tuple(rule_key(b.rule), b.distance);
}

// Stable. Sorts pointers: items are large.
std::vector<FileItem> sorted(std::vector<FileItem> items) {
    std::vector<FileItem*> order;
    order.reserve(items.size());
    for (FileItem& item : items) order.push_back(&item);
    std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return in_order(*a, *b); });
    std::vector<FileItem> result;
    result.reserve(items.size());
    for (FileItem* item : order) result.push_back(std::move(*item));
    return result;
}

// Splits off the first items that are alike; nothing is left of `items` in the end.
Items take_alike(Items& items, bool (*alike)(const FileRule&, const FileRule&)) {
    std::size_t count = 1;
    while (count < items.size() && alike(items.front().rule, items[count].rule)) ++count;
    const Items result = items.first(count);
    items = items.subspan(count);
    return result;
}

// ---- one rule from several statements

// Neighbours only: the items of one file stand together, and a policy of a megabyte has to end.
void warn_duplicates(Items items, policy::Diagnostics& diagnostics) {
    for (std::size_t second = 1; second < items.size(); ++second) {
        const FileItem& a = items[second - 1];
        const FileItem& b = items[second];
        const bool same_words = a.word->text == b.word->text && a.rule.access == b.rule.access && !a.rule.argument;
        if (!same_words || place_of(a).file != place_of(b).file) continue;
        warn_duplicate(diagnostics, std::string(statement_word(b.rule)) + " " + b.word->text, place_of(a), place_of(b));
    }
}

// The nearest of the values that items state; `unset` where none does.
template <typename T>
T nearest_of(Items items, T FileRule::*member, const T& unset, std::string_view what,
             policy::Diagnostics& diagnostics) {
    std::vector<Candidate<T>> candidates;
    for (const FileItem& item : items) {
        const T& value = item.rule.*member;
        const bool repeated = !candidates.empty() && candidates.back().value == value;
        if (value != unset && !repeated) candidates.push_back({value, place_of(item), item.distance});
    }
    const auto stated = nearest(std::move(candidates), what, diagnostics);
    return stated ? stated->value : unset;
}

FileRule merge(Items items, policy::Diagnostics& diagnostics) {
    if (items.size() > 1) warn_duplicates(items, diagnostics);
    FileRule result = items.front().rule;
    if (items.size() == 1) return result;
    for (const FileItem& item : items.subspan(1)) {
        result.access |= item.rule.access;
        result.optional = result.optional && item.rule.optional;
        result.origins.push_back(place_of(item));
    }
    result.size = nearest_of<std::uint64_t>(items, &FileRule::size, 0, "size", diagnostics);
    result.mode = nearest_of<unsigned>(items, &FileRule::mode, 0, "mode", diagnostics);
    result.text = nearest_of<std::string>(items, &FileRule::text, {}, result.path, diagnostics);
    result.into = nearest_of<std::string>(items, &FileRule::into, {}, "into", diagnostics);
    return result;
}

// ---- one path

const FileItem* find_kind(Items items, Kind kind) {
    const auto found =
        std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.rule.kind == kind; });
    return found == items.end() ? nullptr : &*found;
}

// What is at this path: the nearest statement that puts something there. A stated one beats one from
// the command line that is as near.
const FileItem* nearest_thing(Items items) {
    const FileItem* best = nullptr;
    for (const FileItem& item : items) {
        if (is_prohibition(item.rule)) continue;
        const auto rank = [](const FileItem& of) { return std::pair(of.distance, of.rule.argument); };
        if (best == nullptr || rank(item) < rank(*best)) best = &item;
    }
    return best;
}

void report_contradiction(const FileItem& first, const FileItem& second, policy::Diagnostics& diagnostics) {
    const auto words = [](const FileItem& item) { return std::string(statement_word(item.rule)); };
    const bool same_word = words(first) == words(second);
    diagnostics
        .add(policy::slug::contradicting_rules, place_of(second),
             "`" + second.rule.path + "` is two different things" +
                 (same_word ? "" : ": `" + words(first) + "` and `" + words(second) + "`"))
        .also(place_of(first), "the other one")
        .note("what is at a path is a single value: the nearest policy wins, and these two are equally near")
        .help("remove one of the two");
}

void check_things(Items items, const FileItem& winner, policy::Diagnostics& diagnostics) {
    for (const FileItem& item : items) {
        if (is_prohibition(item.rule) || item.rule.argument || item.distance != winner.distance) continue;
        if (!same_thing(item.rule, winner.rule)) report_contradiction(winner, item, diagnostics);
    }
}

void warn_hidden(const FileItem& item, const FileItem& hide, policy::Diagnostics& diagnostics) {
    diagnostics
        .add(policy::slug::hidden_grant, place_of(item),
             "`" + std::string(statement_word(item.rule)) + " " + item.word->text +
                 "` has no effect: the path is hidden")
        .also(place_of(hide), "hidden here")
        .note("at the same path `hide` beats every grant; a more specific path would decide for itself")
        .help("remove one of the two");
}

policy::Span place_with(Items items, AccessBits bit) {
    return place_of(
        *std::find_if(items.begin(), items.end(), [&](const auto& item) { return (item.rule.access & bit) != 0; }));
}

// A protected overlay would only be another way to write: what is left of it is the right to read.
void apply_protection(FileRule& rule, Items items, const FileItem& protect, policy::Diagnostics& diagnostics) {
    if ((rule.access & write_bit) == 0) return;
    rule.access &= ~write_bit;
    rule.kind = Kind::grant;
    rule.into.clear();
    if (rule.argument) return;
    diagnostics
        .add(policy::slug::protected_grant, place_with(items, write_bit),
             "`" + rule.path + "` stays read-only: it is protected")
        .also(place_of(protect), "protected here")
        .note("a protected path is never writable, whatever grants it")
        .help("write `read` in place of `write`");
}

void warn_writable_and_executable(const FileRule& rule, Items items, policy::Diagnostics& diagnostics) {
    if (rule.argument || (rule.access & write_bit) == 0 || (rule.access & execute_bit) == 0) return;
    diagnostics
        .add(policy::slug::writable_and_executable, place_with(items, write_bit),
             "`" + rule.path + "` is writable and executable")
        .also(place_with(items, execute_bit), "executable because of this")
        .note("a program that may write a file and execute it can run any code")
        .help("remove one of the two");
}

// Where an overlay is what is at this path, `read` and `execute` become part of it.
void join_overlay(Items items) {
    const FileItem* best = nullptr;
    for (const FileItem& item : items) {
        if (is_prohibition(item.rule) || adds_to_overlay(item.rule)) continue;
        if (best == nullptr || item.distance < best->distance) best = &item;
    }
    if (best == nullptr || best->rule.kind != Kind::overlay) return;
    for (FileItem& item : items) {
        if (adds_to_overlay(item.rule)) item.rule.kind = Kind::overlay;
    }
    std::stable_sort(items.begin(), items.end(), in_order);
}

void merge_path(Items items, std::vector<FileRule>& rules, policy::Diagnostics& diagnostics) {
    if (items.size() == 1) {  // nearly every path
        rules.push_back(std::move(items.front().rule));
        return;
    }
    join_overlay(items);
    const std::size_t before = rules.size();
    const FileItem* hide = find_kind(items, Kind::hide);
    const FileItem* protect = find_kind(items, Kind::protect);
    const FileItem* thing = nearest_thing(items);
    if (thing != nullptr) check_things(items, *thing, diagnostics);
    for (Items rest = items; !rest.empty();) {
        const Items alike = take_alike(rest, same_rule);
        const FileItem& first = alike.front();
        if (!is_prohibition(first.rule)) {
            if (!same_thing(first.rule, thing->rule)) continue;
            if (hide != nullptr && !first.rule.argument) {
                warn_hidden(first, *hide, diagnostics);
                continue;
            }
        }
        FileRule rule = merge(alike, diagnostics);
        if (protect != nullptr) apply_protection(rule, alike, *protect, diagnostics);
        warn_writable_and_executable(rule, alike, diagnostics);
        rules.push_back(std::move(rule));
    }
    // A protected overlay has become a grant.
    std::stable_sort(rules.begin() + static_cast<std::ptrdiff_t>(before), rules.end(),
                     [](const FileRule& a, const FileRule& b) { return rule_key(a) < rule_key(b); });
}

}  // namespace

std::string_view statement_word(const FileRule& rule) {
    switch (rule.kind) {
        case Kind::grant:
            if ((rule.access & write_bit) != 0) return "write";
            return (rule.access & execute_bit) != 0 ? "execute" : "read";
        case Kind::hide:
            return "hide";
        case Kind::protect:
            return "protect";
        case Kind::private_folder:
            return "private";
        case Kind::overlay:
            return "overlay";
        case Kind::directory:
            return "directory";
        case Kind::link:
            return "link";
        case Kind::text_file:
            return "file";
    }
    return "read";
}

std::vector<FileRule> merge_file_rules(std::vector<FileItem> items, policy::Diagnostics& diagnostics) {
    items = sorted(std::move(items));
    std::vector<FileRule> rules;
    rules.reserve(items.size());
    for (Items rest = items; !rest.empty();) merge_path(take_alike(rest, same_path), rules, diagnostics);
    return rules;
}

}  // namespace ward::compiler
