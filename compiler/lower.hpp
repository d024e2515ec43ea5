// What the lowering functions share: one for each kind of statement, each in a file of its own.
// Internal to compiler/; the way in is compile().
//
// A lowering function reads all statements of its kind, in any order, and fills its part of the jail.
// It reports every error that it finds and never stops at the first.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "compiler/facts.hpp"
#include "compiler/jail.hpp"
#include "compiler/variables.hpp"
#include "policy/diagnostic.hpp"
#include "policy/library.hpp"

namespace ward::compiler {

using Blocks = std::vector<std::vector<const policy::Block*>>;  // [n]: of PolicySet::members[n]

// The blocks of statements that count. Knows which kinds of statements are in them: a policy has few of the many that
// each compile asks for.
class HeldBlocks {
public:
    HeldBlocks() = default;
    HeldBlocks(Blocks blocks);  // NOLINT(google-explicit-constructor): the same and what is in it

    [[nodiscard]] const std::vector<const policy::Block*>& operator[](std::size_t member) const {
        return blocks_[member];
    }
    [[nodiscard]] auto begin() const { return blocks_.begin(); }
    [[nodiscard]] auto end() const { return blocks_.end(); }

    template <typename Kind>
    [[nodiscard]] bool hold_any() const {
        return (kinds_ >> index_of<Kind>(std::type_identity<policy::Statement>()) & 1U) != 0;
    }

private:
    template <typename Kind, typename... Kinds>
    static constexpr unsigned index_of(std::type_identity<std::variant<Kinds...>> /*of*/) {
        unsigned index = 0;
        static_cast<void>(((std::is_same_v<Kind, Kinds> || (++index, false)) || ...));
        return index;
    }

    Blocks blocks_;
    std::uint32_t kinds_ = 0;  // a bit for each alternative of policy::Statement
};

// One compile. Refers to its arguments; scopes[n] and blocks[n] belong to set.members[n].
struct Lowering {
    const policy::PolicySet& set;
    const Facts& facts;
    policy::Diagnostics& diagnostics;
    std::vector<Scope> scopes;
    HeldBlocks blocks;  // of members[n]: its body, and branches
};

// Where a statement stands.
struct Place {
    unsigned distance;  // of its policy
    Scope& scope;       // of its file
};

// Calls take(statement, place) for every statement of one kind.
template <typename Statement, typename Take>
void each(Lowering& lowering, const Take& take) {
    if (!lowering.blocks.hold_any<Statement>()) return;
    for (std::size_t member = 0; member < lowering.set.members.size(); ++member) {
        const Place place{lowering.set.members[member].distance, lowering.scopes[member]};
        for (const policy::Block* block : lowering.blocks[member]) {
            for (const policy::Statement& statement : block->statements) {
                if (const auto* found = std::get_if<Statement>(&statement)) take(*found, place);
            }
        }
    }
}

// A value that one statement gives.
template <typename T>
struct Candidate {
    T value;
    policy::Span span;
    unsigned distance;
};

void report_conflict(policy::Diagnostics& diagnostics, std::string_view what, policy::Span first, policy::Span second);
void warn_duplicate(policy::Diagnostics& diagnostics, std::string_view what, policy::Span first, policy::Span second);

// Rule 4 of the language: the nearest value wins, two different ones at the same distance are an
// error. The origins are those of the nearest statements. `what` names the value in messages.
template <typename T>
std::optional<Stated<T>> nearest(std::vector<Candidate<T>> candidates, std::string_view what,
                                 policy::Diagnostics& diagnostics) {
    if (candidates.empty()) return std::nullopt;
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const auto& a, const auto& b) { return a.distance < b.distance; });
    const Candidate<T>& winner = candidates.front();
    Stated<T> result{winner.value, {winner.span}};
    for (const Candidate<T>& other : std::span(candidates).subspan(1)) {
        if (other.distance != winner.distance) break;
        if (!(other.value == winner.value)) {
            report_conflict(diagnostics, what, winner.span, other.span);
        } else if (other.span.file == winner.span.file) {
            warn_duplicate(diagnostics, what, winner.span, other.span);
        }
        result.origins.push_back(other.span);
    }
    return result;
}

// A help line for a name that does not exist: similar ones, or the whole list if it is short.
void suggest(policy::Diagnostic& diagnostic, std::string_view thing, std::string_view name,
             std::span<const std::string_view> known);

void lower_files(Lowering& lowering, Jail& jail);  // all of `files` but devices and setuid
void lower_devices(Lowering& lowering, Jail& jail);
void lower_setuid(Lowering& lowering, Jail& jail);
void lower_network(Lowering& lowering, Jail& jail);
void lower_capabilities(Lowering& lowering, Jail& jail);  // reads jail.network
void lower_limits(Lowering& lowering, Jail& jail);
void lower_environment(Lowering& lowering, Jail& jail);
void lower_process(Lowering& lowering, Jail& jail);

}  // namespace ward::compiler
