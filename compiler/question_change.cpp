#include "compiler/question_change.hpp"

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>

#include "policy/parser.hpp"

namespace ward::compiler {
namespace {

// Takes items of given places out of statements.
class Removal {
public:
    explicit Removal(const Origins& places) : places_(&places) {}

    void remove_from(policy::Block& block) const {
        std::erase_if(block.statements, [this](policy::Statement& statement) { return std::visit(*this, statement); });
        for (policy::When& when : block.whens) {
            remove_from(when.then);
            remove_from(when.otherwise);
        }
    }

    // True if nothing is left of the statement.
    template <typename Statement>
    bool operator()(Statement& statement) const {
        if (is_named(statement.span)) return true;
        if constexpr (requires { statement.except; }) return empties_calls(statement);
        if constexpr (std::is_same_v<Statement, policy::RefuseStatement>) return empties(statement.calls);
        if constexpr (requires { statement.paths; }) return empties(statement.paths);
        if constexpr (requires { statement.names; }) return empties(statement.names);
        if constexpr (requires { statement.patterns; }) return empties(statement.patterns);
        if constexpr (requires { statement.operands; }) return empties(statement.operands);
        return false;
    }

private:
    [[nodiscard]] bool is_named(policy::Span span) const {
        return std::find(places_->begin(), places_->end(), span) != places_->end();
    }

    bool empties(std::vector<policy::Word>& words) const {
        const std::size_t removed =
            std::erase_if(words, [this](const policy::Word& word) { return is_named(word.span); });
        return removed != 0 && words.empty();
    }

    bool empties_calls(policy::CallStatement& statement) const {
        std::vector<policy::CallPattern> left;
        for (const policy::CallPattern& call : statement.calls) {
            const bool has_arguments = call.arguments != nullptr;
            if (!is_named(call.name.span) && !(has_arguments && is_named(call.arguments->span))) left.push_back(call);
        }
        if (left.empty()) return true;
        statement.calls.take(left);
        return false;
    }

    const Origins* places_;
};

bool is_built_in(policy::Span place, const policy::Sources& sources) {
    return sources[place.file].name().starts_with("<built-in>");
}

bool add(const Change::Line& line, policy::Block& body, policy::Sources& sources, policy::Diagnostics& diagnostics) {
    const policy::FileId file = sources.add("change", line.section + " {\n" + line.text + "\n}\n");
    auto block = policy::parse_statements(sources, file, diagnostics);
    if (!block) return false;
    std::move(block->statements.begin(), block->statements.end(), std::back_inserter(body.statements));
    return true;
}

}  // namespace

std::optional<policy::PolicySet> changed(const policy::PolicySet& set, const Change& change, policy::Sources& sources,
                                         policy::Diagnostics& diagnostics) {
    const auto cannot_be_edited = [&](policy::Span place) { return is_built_in(place, sources); };
    if (std::any_of(change.removed.begin(), change.removed.end(), cannot_be_edited)) return std::nullopt;
    std::optional<policy::PolicySet> result(set);
    const Removal removal(change.removed);
    if (!change.removed.empty())
        for (policy::PolicySet::Member& member : result->members) removal.remove_from(member.policy.body);
    for (const Change::Line& line : change.added)
        if (!add(line, result->members.front().policy.body, sources, diagnostics)) return std::nullopt;
    return result;
}

}  // namespace ward::compiler
