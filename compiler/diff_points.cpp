#include "compiler/diff_points.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "compiler/file_match.hpp"
#include "compiler/path_pattern.hpp"
#include "compiler/paths.hpp"

namespace ward::compiler {
namespace {

using Kind = PathDecision::Kind;
using Rule = FileRule::Kind;
using Paths = std::set<std::string>;

constexpr std::size_t most_samples = std::size_t{1} << 16;

// What a path may still become, and what it has become: how far it is in everything that a rule names.
class Progress {
public:
    using Places = std::vector<std::pair<std::size_t, std::size_t>>;  // which of the texts, and how many of its names

    void track(const std::string& path, bool is_glob) {
        if (!known_.emplace(path, is_glob).second) return;
        tracked_.push_back({path, is_glob, {}});
        for (const std::string_view name : names_of(path))
            tracked_.back().names.push_back({std::string(name), is_glob});
    }

    [[nodiscard]] Places of(const std::string& path) const {
        const auto names = names_of(path);
        Places places;
        for (std::size_t which = 0; which < tracked_.size(); ++which) {
            if (!tracked_[which].is_glob) {
                if (is_at_or_below(tracked_[which].path, path)) places.emplace_back(which, names.size());
                continue;
            }
            std::set<std::size_t> at;
            add(which, 0, at);
            for (auto name = names.begin(); name != names.end() && !at.empty(); ++name) at = after(which, at, *name);
            for (const std::size_t count : at) places.emplace_back(which, count);
        }
        return places;
    }

    // What the next name may be one of.
    void add_components(const Places& places, std::set<Component>& components) const {
        for (const auto& [which, count] : places)
            if (count < tracked_[which].names.size())
                components.insert(is_folders(which, count) ? Component{"*", true} : tracked_[which].names[count]);
    }

private:
    [[nodiscard]] bool is_folders(std::size_t which, std::size_t count) const {
        const Tracked& of = tracked_[which];
        return of.is_glob && count < of.names.size() && of.names[count].text == "**";
    }

    void add(std::size_t which, std::size_t count, std::set<std::size_t>& at) const {
        at.insert(count);
        if (is_folders(which, count)) add(which, count + 1, at);
    }

    [[nodiscard]] std::set<std::size_t> after(std::size_t which, const std::set<std::size_t>& before,
                                              std::string_view name) const {
        std::set<std::size_t> at;
        for (const std::size_t count : before) {
            if (count == tracked_[which].names.size()) continue;
            const bool is_match = matches(is_folders(which, count) ? "*" : tracked_[which].names[count].text, name);
            if (is_match) add(which, is_folders(which, count) ? count : count + 1, at);
        }
        return at;
    }

    struct Tracked {
        std::string path;
        bool is_glob;
        std::vector<Component> names;
    };
    std::vector<Tracked> tracked_;
    std::set<std::pair<std::string, bool>> known_;
};

// What one jail has made of a path so far, and all that decides what it makes of what is below.
class JailPaths {
public:
    JailPaths(const Jail& jail, const std::vector<std::string>& places, Progress& progress)
        : jail_(jail), model_(jail), places_(places), progress_(progress) {
        for (const FileRule& rule : jail.files) {
            progress.track(rule.path, rule.is_glob);
            if (rule.kind == Rule::grant && !rule.from.empty()) elsewhere_.emplace_back(rule.path, rule.from);
        }
        if (!jail.root.value.empty()) elsewhere_.emplace_back("/", jail.root.value);
        for (const auto& [path, from] : elsewhere_) progress.track(from, false);
    }

    // What a text is to the path.
    enum class Role { itself, source, covered_source, name, on_host };

    // Two paths of one state are alike, and so is what is below them by equal names. The components are those
    // that a name below can be told by.
    struct State {
        std::set<std::pair<Role, Progress::Places>> texts;
        std::set<std::pair<int, const void*>> rules;  // by where they are
        std::set<std::size_t> places;
        Kind kind{};
        std::vector<const FileRule*> deciding;
        AccessBits access = 0;
        bool is_protected = false;

        // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the operator for a pointer
        friend auto operator<=>(const State&, const State&) = default;
    };

    State state_of(const std::string& path, std::set<Component>& components) {
        const PathDecision decision = model_.decide(path);
        State state;
        const bool is_nothing = decision.kind == Kind::folder || decision.kind == Kind::dev;
        state.kind = is_nothing ? Kind::nothing : decision.kind;
        state.deciding = decision.rules;
        state.access = decision.access;
        state.is_protected = decision.protection != nullptr;
        add_texts(decision, state, components);
        add_rules(decision.path, state);
        return state;
    }

    [[nodiscard]] const FileRule* link_at_or_above(const std::string& path) const {
        const auto link = std::ranges::find_if(jail_.files, [&](const FileRule& rule) {
            return rule.kind == Rule::link && is_at_or_below(path, rule.path);
        });
        return link == jail_.files.end() ? nullptr : &*link;
    }

private:
    void add_texts(const PathDecision& decision, State& state, std::set<Component>& components) const {
        const auto add = [&](Role role, const std::string& text) {
            const auto places = progress_.of(text);
            progress_.add_components(places, components);
            state.texts.emplace(role, places);
        };
        add(Role::itself, decision.path);
        for (const std::string& text : sources_of(decision.path)) {
            add(is_covered(text) ? Role::covered_source : Role::source, text);
            for (const std::string& other : names_of_source(text)) add(Role::name, other);
        }
        if (places_.empty()) return;
        const HostPath host = behind(decision);
        for (const std::string& text : {host.shown, host.changed}) {
            if (text.empty()) continue;
            add(Role::on_host, text);
            for (std::size_t place = 0; place < places_.size(); ++place)
                if (is_at_or_below(text, places_[place])) state.places.insert(place);
        }
    }

    // From the path up to the thing that it lies in: what is more specific, as specific, and less.
    void add_rules(const std::string& path, State& state) {
        int where = 0;
        for (std::string at = path;; at = parent_of(at)) {
            const std::vector<const FileRule*>& rules = rules_at(at);
            const bool has_thing = where == 0 && std::ranges::any_of(rules, is_thing);
            if (has_thing) where = 1;
            for (const FileRule* rule : rules)
                if (where < 2 || rule->kind == Rule::protect) state.rules.emplace(where, rule);
            if (where == 1) where = 2;
            if (at == "/") break;
        }
    }

    static bool is_thing(const FileRule* rule) { return !rule->argument && !is_prohibition(*rule); }

    const std::vector<const FileRule*>& rules_at(const std::string& path) {
        const auto [known, is_new] = rules_at_.try_emplace(path);
        if (!is_new) return known->second;
        Paths names{path};
        for (const std::string& text : sources_of(path)) names.merge(names_of_source(text));
        for (const FileRule& rule : jail_.files) {
            if (rule.kind == Rule::link) continue;
            const auto is_at = [&](const std::string& text) {
                return rule.is_glob ? matches_path(rule.path, text) : rule.path == text;
            };
            if (is_prohibition(rule) ? std::ranges::any_of(names, is_at) : is_at(path)) known->second.push_back(&rule);
        }
        return known->second;
    }

    // As PathModel: the files of the host that a path may be, and every name of such a file.
    [[nodiscard]] Paths sources_of(const std::string& path) const {
        Paths sources{path};
        for (const auto& [to, from] : elsewhere_)
            if (is_at_or_below(path, to)) sources.insert(moved(path, to, from));
        return sources;
    }

    [[nodiscard]] bool is_covered(const std::string& source) const {
        return std::ranges::any_of(elsewhere_, [&](const auto& grant) { return is_at_or_below(source, grant.first); });
    }

    [[nodiscard]] Paths names_of_source(const std::string& source) const {
        Paths names;
        if (!is_covered(source)) names.insert(source);
        for (const auto& [to, from] : elsewhere_)
            if (is_at_or_below(source, from)) names.insert(moved(source, from, to));
        return names;
    }

    const Jail& jail_;
    PathModel model_;
    const std::vector<std::string>& places_;
    const Progress& progress_;
    std::vector<std::pair<std::string, std::string>> elsewhere_;  // a path, and where it is on the host
    std::map<std::string, std::vector<const FileRule*>> rules_at_;
};

// Nearest to `/` first, so that no sample has a shorter one.
class SamplePaths {
public:
    SamplePaths(const Jail& a, const Jail& b, const std::vector<std::string>& places)
        : a_(a, places, progress_), b_(b, places, progress_), same_links_(links_of(a) == links_of(b)) {
        for (const char* own : {"/proc", "/dev"}) progress_.track(own, false);
        for (const std::string& place : places) progress_.track(place, false);
    }

    std::vector<std::string> run() {
        visit("/");
        while (!waiting_.empty()) {
            const auto [path, components] = std::move(waiting_.front());
            waiting_.pop_front();
            const std::string folder = path == "/" ? path : path + '/';
            for (const std::string& name : sample_names(components)) visit(std::string(folder).append(name));
        }
        std::ranges::sort(samples_);
        return std::move(samples_);
    }

private:
    using Links = std::vector<std::pair<std::string, std::string>>;
    static Links links_of(const Jail& jail) {
        Links links;
        for (const FileRule& rule : jail.files)
            if (rule.kind == Rule::link) links.emplace_back(rule.path, rule.text);
        return links;
    }

    void visit(const std::string& path) {
        // Where a link of both leads is visited itself.
        const FileRule* link = same_links_ ? a_.link_at_or_above(path) : nullptr;
        if (link != nullptr && link->path == path) samples_.push_back(path);
        if (link != nullptr) return;
        std::set<Component> components;
        auto state_in_a = a_.state_of(path, components);
        auto state_in_b = b_.state_of(path, components);
        if (!seen_.emplace(std::move(state_in_a), std::move(state_in_b)).second) return;
        if (seen_.size() > most_samples) throw TooManyPaths();
        samples_.push_back(path);
        waiting_.emplace_back(path, std::move(components));
    }

    Progress progress_;
    JailPaths a_, b_;
    bool same_links_;
    std::set<std::pair<JailPaths::State, JailPaths::State>> seen_;
    std::deque<std::pair<std::string, std::set<Component>>> waiting_;
    std::vector<std::string> samples_;
};

}  // namespace

HostPath behind(const PathDecision& decision) {
    const bool is_made = decision.kind == Kind::made;
    if (decision.kind != Kind::tree && !(is_made && decision.rules.front()->kind == Rule::overlay)) return {};
    const FileRule& rule = *decision.rules.front();
    HostPath host{rule.from.empty() ? decision.path : moved(decision.path, rule.path, rule.from), {}};
    if (!is_made) host.changed = host.shown;
    if (!rule.into.empty()) host.changed = moved(decision.path, rule.path, rule.into);
    return host;
}

std::vector<std::string> sample_paths(const Jail& a, const Jail& b, const std::vector<std::string>& places) {
    return SamplePaths(a, b, places).run();
}

}  // namespace ward::compiler
