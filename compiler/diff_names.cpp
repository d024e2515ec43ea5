#include "compiler/diff_names.hpp"

#include <algorithm>
#include <climits>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>

#include "compiler/path_pattern.hpp"

namespace ward::compiler {
namespace {

using Characters = std::bitset<256>;

constexpr std::size_t most_states = std::size_t{1} << 15;  // takes a second

constexpr std::string_view pleasant = "xyzwvutsrqponmlkjihgfedcbaXYZWVUTSRQPONMLKJIHGFEDCBA0123456789_-";

Characters only(char character) {
    Characters characters;
    characters.set(static_cast<unsigned char>(character));
    return characters;
}

std::vector<PatternStep> steps_of(const Component& component) {
    if (component.is_glob) return compiler::steps_of(component.text);
    std::vector<PatternStep> steps;
    for (const char character : component.text) steps.push_back({only(character)});
    return steps;
}

// All components at once, character by character: where each of them is after the name so far.
class NameSamples {
public:
    explicit NameSamples(const std::set<Component>& components) {
        for (const Component& component : components) {
            steps_.push_back(steps_of(component));
            takes_dot_.push_back(!component.is_glob || names_dot(component.text));
        }
        find_alphabet();
    }

    std::vector<std::string> run() {
        State first;
        for (std::size_t which = 0; which < steps_.size(); ++which) add(which, 0, first.at);
        visit(std::move(first), {});
        while (!waiting_.empty()) {
            const auto [state, name] = std::move(waiting_.front());
            waiting_.pop_front();
            for (const char character : alphabet_) visit(after(state, character), name + character);
        }
        return std::move(names_);
    }

private:
    using Places = std::set<std::pair<std::size_t, std::size_t>>;  // a component and one of its steps
    enum class Name { none, dot, dots, other };
    struct State {
        Places at;
        Name name = Name::none;  // no file has one of the first three

        // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the operator for a pointer
        friend auto operator<=>(const State&, const State&) = default;
    };

    // One character of those between which no step tells a difference.
    void find_alphabet() {
        std::vector<Characters> kinds{only('.')};
        for (const auto& steps : steps_)
            for (const PatternStep& step : steps)
                if (std::ranges::find(kinds, step.characters) == kinds.end()) kinds.push_back(step.characters);
        std::set<std::vector<bool>> known;
        const auto take = [&](char character) {
            std::vector<bool> in;
            in.reserve(kinds.size());
            for (const Characters& kind : kinds) in.push_back(kind.test(static_cast<unsigned char>(character)));
            if (known.insert(std::move(in)).second) alphabet_.push_back(character);
        };
        for (const char character : pleasant) take(character);
        for (int character = CHAR_MIN; character <= CHAR_MAX; ++character)
            if (character != '/' && character != '\0') take(static_cast<char>(character));
    }

    void add(std::size_t which, std::size_t step, Places& places) const {
        places.emplace(which, step);
        if (step < steps_[which].size() && steps_[which][step].repeats) add(which, step + 1, places);
    }

    static Name after(Name before, char character) {
        if (character != '.') return Name::other;
        return before == Name::none ? Name::dot : before == Name::dot ? Name::dots : Name::other;
    }

    [[nodiscard]] State after(const State& before, char character) const {
        State state{{}, after(before.name, character)};
        for (const auto& [which, step] : before.at) {
            if (step == steps_[which].size() || (state.name == Name::dot && !takes_dot_[which])) continue;
            const PatternStep& at = steps_[which][step];
            if (at.characters.test(static_cast<unsigned char>(character)))
                add(which, at.repeats ? step : step + 1, state.at);
        }
        return state;
    }

    void visit(State state, std::string name) {
        if (state.at.empty() || !seen_.insert(state).second) return;
        if (seen_.size() > most_states) throw TooManyPaths();
        std::vector<std::size_t> matched;
        for (const auto& [which, step] : state.at)
            if (step == steps_[which].size()) matched.push_back(which);
        const bool is_name = state.name == Name::other && !matched.empty();
        if (is_name && matched_.insert(std::move(matched)).second) names_.push_back(name);
        waiting_.emplace_back(std::move(state), std::move(name));
    }

    std::vector<std::vector<PatternStep>> steps_;  // of each component
    std::vector<bool> takes_dot_;
    std::string alphabet_;
    std::set<State> seen_;
    std::deque<std::pair<State, std::string>> waiting_;
    std::set<std::vector<std::size_t>> matched_;
    std::vector<std::string> names_;
};

}  // namespace

void report(TooManyPaths, policy::Diagnostics& diagnostics) {
    diagnostics
        .add(policy::slug::patterns_too_many, std::nullopt,
             "too many patterns of `files` overlap: not every path can be compared")
        .help("write one pattern such as `/srv/*[ab]*` in place of `/srv/*a*` and `/srv/*b*`");
}

std::vector<std::string> sample_names(const std::set<Component>& components) {
    if (std::ranges::any_of(components, &Component::is_glob)) return NameSamples(components).run();
    std::vector<std::string> names;
    names.reserve(components.size());
    for (const Component& component : components) names.push_back(component.text);
    return names;
}

}  // namespace ward::compiler
