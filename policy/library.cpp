#include "policy/library.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "policy/library_search.hpp"
#include "policy/parser.hpp"
#include "policy/similar_name.hpp"

namespace ward::policy {

namespace {

constexpr std::size_t max_policies = 64;

// Loads a policy and what it uses, breadth first, so that the first way to a policy is a shortest.
class Loading {
public:
    Loading(const SearchPath& path, Sources& sources, Diagnostics& diagnostics)
        : path_(path), sources_(sources), diagnostics_(diagnostics) {}

    void load_all(const Location& entry, std::string_view name) {
        load(entry, name, std::nullopt, 0);
        for (std::size_t i = 0; i < nodes_.size() && !too_many_; ++i) load_used(i);
        find_cycles();
    }

    // `top` uses the policy at `entry` and nothing else.
    void load_below(Policy top, const Location& entry, std::string_view name) {
        const Span place = top.uses.front().span;
        nodes_.push_back({{}, {}, std::string(name), 0, std::move(top), {}});
        nodes_.back().known_key = "--allow";  // no file
        const std::size_t used = load(entry, name, place, 1);
        nodes_.front().uses.push_back({used, place, 0});
        for (std::size_t i = 1; i < nodes_.size() && !too_many_; ++i) load_used(i);
        find_cycles();
    }

    PolicySet result() && {
        std::vector<std::size_t> order(nodes_.size());
        std::iota(order.begin(), order.end(), 0);
        const auto rank = [&](std::size_t node) {
            const Node& of = nodes_[node];
            return std::tuple(of.distance, std::string_view(of.policy->name.text), std::string_view(of.key()));
        };
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
        std::vector<std::size_t> member_of(nodes_.size());
        for (std::size_t i = 0; i < order.size(); ++i) member_of[order[i]] = i;
        PolicySet set;
        for (const std::size_t i : order) {
            set.members.push_back({*std::move(nodes_[i].policy), nodes_[i].distance, {}});
        }
        for (const std::size_t i : order) {
            for (const Edge& edge : nodes_[i].uses) {
                set.members[member_of[edge.to]].used_by.push_back({member_of[i], edge.use});
            }
        }
        return set;
    }

    // What could be read, after an error.
    PolicySet unfinished() && {
        PolicySet set;
        for (Node& node : nodes_) set.members.push_back({std::move(node.read()), node.distance, {}});
        return set;
    }

private:
    struct Edge {
        std::size_t to;
        Span place;
        std::size_t use;  // which `use` of the policy
    };
    struct Node {
        Location location;   // where it was found
        std::string folder;  // where its own `use` lines look first; empty for none
        std::string name;
        unsigned distance;
        std::optional<Policy> policy;  // absent if it has errors
        std::vector<Edge> uses;
        enum class Visit { not_yet, open, done } visit = Visit::not_yet;
        Policy unfinished{};  // with errors: what could be read

        mutable std::optional<std::string> known_key{};

        [[nodiscard]] Policy& read() { return policy ? *policy : unfinished; }
        // Equal for two ways to write the same place. Mostly there is one policy alone, and nobody asks.
        [[nodiscard]] const std::string& key() const {
            if (!known_key) known_key = location.identity();
            return *known_key;
        }
    };

    std::optional<FileId> read(const Location& location, std::optional<Span> asked_by) {
        if (!location.built_in) return read_source(location.path, sources_, diagnostics_, asked_by);
        return sources_.add(location.shown(), std::string(location.built_in->text));
    }

    // The index of the policy there, loaded now if it was not before.
    std::size_t load(const Location& location, std::string_view name, std::optional<Span> asked_by, unsigned distance) {
        if (const auto loaded = find_loaded(location)) return *loaded;
        nodes_.push_back({location, location.folder(), std::string(name), distance, std::nullopt, {}});
        const auto file = read(location, asked_by);
        if (file) nodes_.back().policy = parse(sources_, *file, diagnostics_, &nodes_.back().unfinished);
        if (nodes_.back().policy) check_name(*nodes_.back().policy, location, name);
        return nodes_.size() - 1;
    }

    // `policy NAME` is the last part of the name it is found by; the whole name is fine too, and the name that
    // it is used by where its file is asked for.
    void check_name(const Policy& policy, const Location& location, std::string_view name) {
        const std::string file_name = location.file_name();
        const std::string& own = policy.name.text;
        if (file_name.empty() || own == file_name || own == name || own.ends_with('.' + file_name)) return;
        diagnostics_.add(slug::policy_name_mismatch, policy.name.span, '`' + own + "` is not the name of its file")
            .label("the file is `" + file_name + ".ward`")
            .help("write `policy " + file_name + '`');
    }

    void load_used(std::size_t user) {
        const std::vector<Use> uses = nodes_[user].read().uses;
        std::vector<std::size_t> order(uses.size());
        std::iota(order.begin(), order.end(), 0);
        // By name, so that the order of the lines means nothing, not even the order of loading.
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return uses[a].name.text < uses[b].name.text; });
        for (const std::size_t i : order) {
            const auto location = find_used(user, uses[i]);
            if (!location) continue;
            if (nodes_.size() >= max_policies && !find_loaded(*location)) return too_many(uses[i]);
            const std::size_t used = load(*location, uses[i].name.text, uses[i].span, nodes_[user].distance + 1);
            const auto& edges = nodes_[user].uses;
            const auto before =
                std::find_if(edges.begin(), edges.end(), [used](const Edge& edge) { return edge.to == used; });
            if (before != edges.end()) {
                used_twice(uses[before->use], uses[i]);
            } else {
                nodes_[user].uses.push_back({used, uses[i].span, i});
            }
        }
    }

    // What a `use` of a policy names. Absent after an error.
    std::optional<Location> find_used(std::size_t user, const Use& use) {
        const Node& node = nodes_[user];
        auto location = find_policy(path_, node.folder, use.name.text);
        if (!location) {
            report_unknown_policy(path_, use.name.text, use.name.span, diagnostics_);
        } else if (location->identity() == node.key()) {
            location = find_policy(path_, node.folder, use.name.text, node.key());
            if (!location) report_own_name(use);
        }
        return location;
    }

    void report_own_name(const Use& use) {
        diagnostics_.add(slug::use_cycle, use.span, '`' + use.name.text + "` uses itself")
            .note(
                "a policy that uses its own name takes in the next one of that name on the search path, and there is "
                "none")
            .help("remove this line");
    }

    [[nodiscard]] std::optional<std::size_t> find_loaded(const Location& location) const {
        if (nodes_.empty()) return std::nullopt;
        const auto found = std::find_if(nodes_.begin(), nodes_.end(),
                                        [key = location.identity()](const Node& node) { return node.key() == key; });
        return found == nodes_.end() ? std::nullopt : std::optional<std::size_t>(found - nodes_.begin());
    }

    void used_twice(const Use& first, const Use& again) {
        if (!same_arguments(first, again)) {
            diagnostics_
                .add(slug::conflicting_uses, again.span,
                     '`' + again.name.text + "` is used twice, with different arguments")
                .also(first.span, "the other one")
                .note("a policy is taken in once, so that each of its parameters has one value")
                .help("write one `use` with all arguments");
            return;
        }
        diagnostics_.add(slug::duplicate_use, again.span, '`' + again.name.text + "` is used twice")
            .also(first.span, "first here")
            .help("remove this line");
    }

    // As written: what the values stand for is the compiler's.
    static bool same_arguments(const Use& a, const Use& b) {
        const auto written = [](const Use& use) {
            std::map<std::string_view, std::string_view> result;
            for (const Binding& binding : use.arguments) result.emplace(binding.name.text, binding.value.text);
            return result;
        };
        return a.arguments.size() == b.arguments.size() && written(a) == written(b);
    }

    void too_many(const Use& use) {
        too_many_ = true;
        diagnostics_.add(slug::too_many_policies, use.span, "more than 64 policies are used")
            .note("a policy and all that it uses are at most 64 files")
            .help("put policies that are used together into one");
    }

    void find_cycles() {
        for (std::size_t i = 0; i < nodes_.size(); ++i) visit(i);
    }

    // Depth first; an edge to a policy that is still open closes a cycle.
    void visit(std::size_t index) {
        if (nodes_[index].visit != Node::Visit::not_yet) return;
        nodes_[index].visit = Node::Visit::open;
        open_.push_back(index);
        for (const Edge& edge : nodes_[index].uses) {
            if (nodes_[edge.to].visit == Node::Visit::open) report_cycle(edge);
            visit(edge.to);
        }
        open_.pop_back();
        nodes_[index].visit = Node::Visit::done;
    }

    void report_cycle(const Edge& closing) {
        const auto first = std::find(open_.begin(), open_.end(), closing.to);
        std::string cycle;
        for (auto i = first; i != open_.end(); ++i) cycle += '`' + nodes_[*i].name + "` -> ";
        const std::string& name = nodes_[closing.to].name;
        Diagnostic& diagnostic = diagnostics_.add(slug::use_cycle, closing.place, '`' + name + "` uses itself");
        diagnostic.label("leads back to `" + name + '`');
        if (std::next(first) != open_.end()) {
            const auto& uses = nodes_[*first].uses;
            const auto step =
                std::find_if(uses.begin(), uses.end(), [&](const Edge& edge) { return edge.to == *std::next(first); });
            diagnostic.also(step->place, "begins here");
        }
        diagnostic.note("the circle is " + cycle + '`' + name + '`').help("remove one of its `use` lines");
    }

    const SearchPath& path_;
    Sources& sources_;
    Diagnostics& diagnostics_;
    std::vector<Node> nodes_;
    std::vector<std::size_t> open_;  // the way from where visit() began
    bool too_many_ = false;
};

std::string origin_of(const Location& location) {
    return location.built_in ? "built-in" : location.path;
}

bool uses_own_name(const Policy& policy, std::string_view name, const Location& location) {
    const std::string file_name = location.file_name();
    return std::any_of(policy.uses.begin(), policy.uses.end(),
                       [&](const Use& use) { return use.name.text == name || use.name.text == file_name; });
}

bool is_file(std::string_view entry) {
    return entry == "-" || entry.find('/') != std::string_view::npos || entry.ends_with(".ward");
}

}  // namespace

namespace {

// Where the policy that is meant is. Absent after an error.
std::optional<Location> find_entry(const SearchPath& path, std::string_view entry, Diagnostics& diagnostics) {
    if (is_file(entry)) return Location{std::string(entry), nullptr};
    auto location = find_policy(path, "", entry);
    if (!location) report_unknown_policy(path, entry, std::nullopt, diagnostics);
    return location;
}

// What a policy must be called that was asked for by this word.
std::string name_of(const Location& location, std::string_view entry) {
    const std::string file_name = location.file_name();
    return is_file(entry) && !file_name.empty() ? file_name : std::string(entry);
}

}  // namespace

std::optional<PolicySet> Library::load(std::string_view entry, Sources& sources, Diagnostics& diagnostics,
                                       PolicySet* unfinished) const {
    const std::size_t errors_before = diagnostics.errors();
    const auto location = find_entry(path_, entry, diagnostics);
    if (!location) return std::nullopt;
    Loading loading(path_, sources, diagnostics);
    loading.load_all(*location, name_of(*location, entry));
    if (diagnostics.errors() == errors_before) return std::move(loading).result();
    if (unfinished) *unfinished = std::move(loading).unfinished();
    return std::nullopt;
}

std::optional<PolicySet> Library::load_below(Block added, std::string_view entry, Sources& sources,
                                             Diagnostics& diagnostics, PolicySet* unfinished) const {
    const std::size_t errors_before = diagnostics.errors();
    const auto location = find_entry(path_, entry, diagnostics);
    if (!location) return std::nullopt;
    const std::string name = name_of(*location, entry);
    Policy top;
    top.file = sources.add("--policy", std::string(entry));
    top.name = Word{name, {top.file, 0, static_cast<std::uint32_t>(entry.size())}, false};
    top.uses.push_back({top.name, {}, top.name.span});
    top.body = std::move(added);
    Loading loading(path_, sources, diagnostics);
    loading.load_below(std::move(top), *location, name);
    if (diagnostics.errors() == errors_before) return std::move(loading).result();
    if (unfinished) *unfinished = std::move(loading).unfinished();
    return std::nullopt;
}

bool Library::has(std::string_view name) const {
    return find_policy(path_, "", name).has_value();
}

std::string Library::first_error(const std::string& name) const {
    Sources sources;
    Diagnostics diagnostics;
    if (load(name, sources, diagnostics)) return {};
    const auto& all = diagnostics.all();
    const auto first = std::find_if(all.begin(), all.end(),
                                    [](const Diagnostic& each) { return each.kind().severity == Severity::error; });
    return first == all.end() ? "it cannot be read" : first->message();
}

std::vector<Listed> Library::list() const {
    std::vector<Listed> result;
    for (const auto& [name, locations] : all_policies(path_)) {
        const Location& location = locations.front();
        Sources sources;
        Diagnostics ignored;  // a policy with errors is listed without a description
        std::optional<FileId> file;
        if (location.built_in) {
            file = sources.add(location.shown(), std::string(location.built_in->text));
        } else {
            file = read_source(location.path, sources, ignored);
        }
        const auto policy = file ? parse(sources, *file, ignored) : std::nullopt;
        Listed& row = result.emplace_back(Listed{name, origin_of(location), {}, {}, false, {}});
        if (policy && policy->description) row.description = policy->description->text;
        for (const Location& other : std::span(locations).subspan(1)) {
            if (other.identity() != location.identity()) row.shadows.push_back(origin_of(other));
        }
        row.extends = policy && !row.shadows.empty() && uses_own_name(*policy, name, location);
        row.error = first_error(name);
    }
    return result;
}

}  // namespace ward::policy
