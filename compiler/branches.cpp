#include "compiler/branches.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "compiler/when.hpp"

namespace ward::compiler {
namespace {

using policy::Block;
using policy::Diagnostic;
using policy::Span;

// ---- which branches there are

class Finder {
public:
    explicit Finder(Lowering& lowering) : lowering_(lowering), world_(stated_world(lowering.facts)) {}

    std::vector<Branch> run() {
        for (std::size_t member = 0; member < lowering_.set.members.size(); ++member) {
            member_ = member;
            add(lowering_.set.members[member].policy.body, Branch::none, true);
        }
        return std::move(branches_);
    }

private:
    void add(const Block& block, std::size_t parent, bool holds) {
        const std::size_t index = branches_.size();
        branches_.push_back({&block, member_, parent, holds});
        for (const policy::When& when : block.whens) add(when, index, holds);
    }

    void add(const policy::When& when, std::size_t parent, bool reached) {
        const auto condition = resolve_condition(lowering_, when.condition, lowering_.scopes[member_]);
        if (condition) check_possible(when, *condition);
        const bool taken = condition && ward::compiler::holds(*condition, world_);
        if (condition) around_.push_back(*condition);
        add(when.then, parent, reached && taken);
        if (condition) around_.back() = HostCondition{HostCondition::Kind::negation, {*condition}, {}};
        add(when.otherwise, parent, reached && condition && !taken);
        if (condition) around_.pop_back();
    }

    void check_possible(const policy::When& when, const HostCondition& condition) {
        const Possible possible = possibilities(condition, around_);
        // With neither, what stands around it is impossible already, and that has been said.
        if (possible.holds == possible.fails) return;
        const bool never = possible.fails;
        Diagnostic& error = lowering_.diagnostics.add(policy::slug::constant_condition, when.condition.span,
                                                      never ? "this never holds" : "this always holds");
        if (!around_.empty()) error.note("what stands around it counts: this `when` is inside of another one");
        error.help(never ? "remove this `when`, or correct the condition"
                         : "write the statements without `when`, or correct the condition");
    }

    Lowering& lowering_;
    HostWorld world_;
    std::size_t member_ = 0;
    std::vector<HostCondition> around_;
    std::vector<Branch> branches_;
};

// ---- where a place is

Span span_of(const policy::Statement& statement) {
    return std::visit([](const auto& each) { return each.span; }, statement);
}

class Places {
public:
    explicit Places(const std::vector<Branch>& branches) {
        for (std::size_t i = 0; i < branches.size(); ++i) {
            if (branches[i].parent == Branch::none) continue;
            for (const policy::Statement& statement : branches[i].block->statements) {
                statements_.push_back({span_of(statement), i});
            }
        }
        std::sort(statements_.begin(), statements_.end(),
                  [](const Row& a, const Row& b) { return key(a.span) < key(b.span); });
    }

    // The branch of the statement at a place; `none` outside of every `when`.
    [[nodiscard]] std::size_t branch_at(Span place) const {
        const auto after = std::upper_bound(statements_.begin(), statements_.end(), key(place),
                                            [](const auto& wanted, const Row& row) { return wanted < key(row.span); });
        if (after == statements_.begin()) return Branch::none;
        const Row& row = *std::prev(after);
        const bool inside = row.span.file == place.file && place.begin < row.span.end;
        return inside ? row.branch : Branch::none;
    }

private:
    struct Row {
        Span span;
        std::size_t branch;
    };
    static std::pair<policy::FileId, std::uint32_t> key(Span span) { return {span.file, span.begin}; }

    std::vector<Row> statements_;
};

// ---- the branches that do not hold

class Checker {
public:
    Checker(Lowering& lowering, const std::vector<Branch>& branches, const std::function<void(Lowering&)>& lower)
        : lowering_(lowering), branches_(branches), lower_(lower), places_(branches) {}

    void run() {
        const Suspicions suspicions = find_suspicions();
        std::size_t work = 0;
        for (const auto& [branch, kinds] : suspicions) {
            if (lowering_.diagnostics.suppressed() != 0) return;
            Blocks blocks = around(branch);
            work += work_of(blocks);
            if (work > most_work) return report_unchecked(branch);
            const policy::Diagnostics found = trial(std::move(blocks));
            for (const Diagnostic& diagnostic : found.all()) {
                if (innermost(diagnostic) == branch && kinds.contains(identity(diagnostic))) report(diagnostic);
            }
        }
    }

private:
    using Identity = std::tuple<std::string_view, std::uint32_t, std::uint32_t, std::uint32_t>;
    using Suspicions = std::map<std::size_t, std::set<Identity>>;  // by branch

    // Of all trials together, in statements: some tenths of a second. Thousands of branches that only look
    // wrong would else take minutes.
    static constexpr std::size_t most_work = 100'000;

    // A trial takes a while even without statements.
    static std::size_t work_of(const Blocks& blocks) {
        std::size_t work = 100;
        for (const auto& member : blocks) {
            for (const Block* block : member) work += block->statements.size();
        }
        return work;
    }

    // What was not looked at could be wrong: nothing runs by it.
    void report_unchecked(std::size_t branch) {
        lowering_.diagnostics
            .add(policy::slug::too_many_branches, span_of(branches_[branch].block->statements.front()),
                 "too many branches that do not hold here look wrong for all of them to be checked")
            .note("a mistake in a branch is an error on every host, so each one that looks wrong is compiled by itself")
            .help("put what contradicts each other into policies of its own");
    }

    static Identity identity(const Diagnostic& diagnostic) {
        const Span place = diagnostic.primary()->span;
        return {diagnostic.kind().name, place.file, place.begin, place.end};
    }

    // Lowers some blocks; what is reported is the result.
    policy::Diagnostics trial(Blocks blocks, policy::Diagnostics::Keep keep = policy::Diagnostics::Keep::all) {
        policy::Diagnostics found(std::numeric_limits<std::size_t>::max(), keep);
        Lowering other{lowering_.set, lowering_.facts, found, std::move(lowering_.scopes), std::move(blocks)};
        for (Scope& scope : other.scopes) scope.report_to(found);
        lower_(other);
        for (Scope& scope : other.scopes) scope.report_to(lowering_.diagnostics);
        lowering_.scopes = std::move(other.scopes);
        return found;
    }

    // What looks wrong in branches that do not hold when all are lowered together.
    Suspicions find_suspicions() {
        Blocks all(lowering_.set.members.size());
        for (const Branch& branch : branches_) all[branch.member].push_back(branch.block);
        const policy::Diagnostics found = trial(std::move(all), policy::Diagnostics::Keep::places);
        Suspicions result;
        for (const Diagnostic& diagnostic : found.all()) {
            const std::size_t branch = innermost(diagnostic);
            if (branch != Branch::none) result[branch].insert(identity(diagnostic));
        }
        return result;
    }

    // What holds whenever a branch does: the bodies of all policies, and the branches around it.
    [[nodiscard]] Blocks around(std::size_t index) const {
        Blocks blocks(lowering_.set.members.size());
        for (std::size_t member = 0; member < blocks.size(); ++member)
            blocks[member].push_back(&lowering_.set.members[member].policy.body);
        for (std::size_t i = index; branches_[i].parent != Branch::none; i = branches_[i].parent) {
            blocks[branches_[i].member].push_back(branches_[i].block);
        }
        return blocks;
    }

    // The branch that all places of a diagnostic are in or around. `none` if there is none, or if it
    // holds: then the diagnostic has been reported.
    [[nodiscard]] std::size_t innermost(const Diagnostic& diagnostic) const {
        if (!diagnostic.primary()) return Branch::none;
        std::size_t inner = places_.branch_at(diagnostic.primary()->span);
        for (const policy::Label& label : diagnostic.secondary()) {
            const std::size_t other = places_.branch_at(label.span);
            if (is_within(inner, other)) continue;
            if (!is_within(other, inner)) return Branch::none;
            inner = other;
        }
        return inner == Branch::none || branches_[inner].holds ? Branch::none : inner;
    }

    // Every branch is within `none`.
    [[nodiscard]] bool is_within(std::size_t branch, std::size_t enclosing) const {
        while (branch != Branch::none && branch != enclosing) branch = branches_[branch].parent;
        return branch == enclosing;
    }

    void report(const Diagnostic& diagnostic) {
        lowering_.diagnostics.add(diagnostic.kind(), diagnostic.primary()->span, diagnostic.message()) = diagnostic;
    }

    Lowering& lowering_;
    const std::vector<Branch>& branches_;
    const std::function<void(Lowering&)>& lower_;
    Places places_;
};

}  // namespace

std::vector<Branch> find_branches(Lowering& lowering) {
    return Finder(lowering).run();
}

Blocks blocks_that_hold(const std::vector<Branch>& branches, std::size_t members) {
    Blocks blocks(members);
    for (const Branch& branch : branches) {
        if (branch.holds) blocks[branch.member].push_back(branch.block);
    }
    return blocks;
}

void check_other_branches(Lowering& lowering, const std::vector<Branch>& branches,
                          const std::function<void(Lowering&)>& lower) {
    const bool all_hold = std::all_of(branches.begin(), branches.end(),
                                      [](const Branch& each) { return each.holds || each.block->statements.empty(); });
    if (!all_hold) Checker(lowering, branches, lower).run();
}

}  // namespace ward::compiler
