#include "compiler/call_claims.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

#include "compiler/call_conditions.hpp"
#include "compiler/call_index.hpp"
#include "compiler/call_lists.hpp"

namespace ward::compiler {
namespace {

using policy::CallPattern;
using policy::CallStatement;
using policy::Word;

class Collector {
public:
    Collector(Lowering& lowering, Abi abi, CallNames& names, policy::Diagnostics& diagnostics)
        : lowering_(lowering), abi_(abi), names_(names), diagnostics_(diagnostics) {}

    CallClaims run() {
        claims_.allows.reserve(count_of_allowed());
        for (member_ = 0; member_ < lowering_.set.members.size(); ++member_) {
            for (const policy::Block* block : lowering_.blocks[member_]) {
                for (const policy::Statement& statement : block->statements) {
                    if (const auto* rule = std::get_if<CallStatement>(&statement)) add(*rule);
                    if (const auto* refusal = std::get_if<policy::RefuseStatement>(&statement)) add(*refusal);
                }
            }
        }
        for (auto* claims : {&claims_.allows, &claims_.forbids}) sort(*claims);
        for (auto* claims : {&claims_.refusals, &claims_.defaults}) sort(*claims);
        sort(claims_.conditional);
        return std::move(claims_);
    }

private:
    // The words after `allow`: to grow would touch twice the memory.
    std::size_t count_of_allowed() const {
        std::size_t count = 0;
        for (const auto& blocks : lowering_.blocks)
            for (const policy::Block* block : blocks)
                for (const policy::Statement& statement : block->statements)
                    if (const auto* rule = std::get_if<CallStatement>(&statement)) count += rule->calls.size();
        return count;
    }

    void add(const CallStatement& rule) {
        // One call by its name, as most statements are.
        const std::span<const CallPattern> calls = rule.calls.all();
        if (calls.size() == 1 && rule.except.empty() && !rule.condition && !calls.front().arguments) {
            const Word& word = calls.front().name;
            if (const auto call = call_index(abi_, word.text))
                return add_unconditional(rule, word, ClaimedCalls(*call));
        }
        std::vector<const Word*> words;
        words.reserve(calls.size());
        for (const CallPattern& call : calls) words.push_back(&call.name);
        for (const ListedCalls& listed : resolve_list(words, rule.except, member_, names_, diagnostics_)) {
            const CallPattern& pattern = calls[listed.index];
            if (rule.condition)
                add_conditional(rule, pattern, listed);
            else if (!pattern.arguments || check_parentheses(pattern, listed))
                add_listed(rule, listed);
        }
    }

    void add_listed(const CallStatement& rule, const ListedCalls& listed) {
        const bool is_allow = rule.permission == policy::Permission::allow;
        const CallSet& calls = is_allow ? listed.named.granted : listed.named.calls;
        if (calls.any()) add_unconditional(rule, *listed.word, ClaimedCalls(calls));
    }

    void add_unconditional(const CallStatement& rule, const Word& word, ClaimedCalls calls) {
        const bool is_allow = rule.permission == policy::Permission::allow;
        (is_allow ? claims_.allows : claims_.forbids).push_back({std::move(calls), &word, &speaker()});
    }

    void add_conditional(const CallStatement& rule, const CallPattern& pattern, const ListedCalls& listed) {
        if (pattern.name.text.starts_with('@')) return report_group(pattern);
        const auto number = static_cast<std::uint32_t>(listed.named.calls._Find_first());
        const CallPlace place{abi_, prototype(number), pattern};
        if (!check_pattern(place, diagnostics_)) return;
        const bool allows = rule.permission == policy::Permission::allow;
        auto condition = resolve_condition(*rule.condition, place, allows, lowering_.scopes[member_], diagnostics_);
        if (!condition) return;
        claims_.conditional.push_back(
            {number, allows, *std::move(condition), &pattern.name, rule.condition->span, &speaker()});
    }

    void add(const policy::RefuseStatement& refusal) {
        const auto words = addresses(refusal.calls);
        const auto listed = resolve_list(words, {}, member_, names_, diagnostics_);
        const auto response = resolve_response(refusal.response, diagnostics_);
        if (!response) return;
        for (const ListedCalls& each : listed)
            claims_.refusals.push_back({{ClaimedCalls(each.named.calls), each.word, &speaker()}, *response});
        if (refusal.calls.empty())
            claims_.defaults.push_back({{ClaimedCalls(CallSet().set()), &refusal.response, &speaker()}, *response});
    }

    const policy::PolicySet::Member& speaker() const { return lowering_.set.members[member_]; }

    // Every call of the tables has a row among the prototypes; a test says so.
    const Prototype& prototype(std::uint32_t number) const { return *prototype_at(abi_, number); }

    // Names without a condition look like a limit and are none.
    bool check_parentheses(const CallPattern& pattern, const ListedCalls& listed) {
        if (pattern.name.text.starts_with('@')) {
            report_group(pattern);
            return false;
        }
        const CallPlace place{abi_, prototype(static_cast<std::uint32_t>(listed.named.calls._Find_first())), pattern};
        if (!check_pattern(place, diagnostics_)) return false;
        diagnostics_
            .add(policy::slug::arguments_without_if, pattern.arguments->span,
                 "`" + pattern.name.text + "` has names for its arguments and no condition")
            .label("limits nothing")
            .note("after `if` a condition says which arguments are meant; without one, all are")
            .help("write `" + pattern.name.text + "` to mean every call of it");
        return false;
    }

    void report_group(const CallPattern& pattern) {
        diagnostics_
            .add(policy::slug::condition_on_group, pattern.name.span,
                 "`" + pattern.name.text + "` is a group, and its calls have different arguments")
            .label("no condition is possible here")
            .help("name the calls that the condition is about in a statement of their own");
    }

    template <typename Claim>
    static bool comes_before(const Claim& a, const Claim& b) {
        const auto place = [](const Claim& claim) {
            return std::tuple(claim.distance(), std::string_view(claim.speaker->policy.name.text), claim.span().begin);
        };
        // The same answer, and most have one speaker.
        return a.speaker == b.speaker ? a.span().begin < b.span().begin : place(a) < place(b);
    }

    template <typename Claim>
    static void sort(std::vector<Claim>& claims) {
        // As they are in a set of one policy; asking is cheaper than moving them about.
        if (!std::is_sorted(claims.begin(), claims.end(), comes_before<Claim>))
            std::stable_sort(claims.begin(), claims.end(), comes_before<Claim>);
    }

    Lowering& lowering_;
    Abi abi_;
    CallNames& names_;
    policy::Diagnostics& diagnostics_;
    std::size_t member_ = 0;
    CallClaims claims_;
};

}  // namespace

CallClaims collect_call_claims(Lowering& lowering, Abi abi, CallNames& names, policy::Diagnostics& diagnostics) {
    return Collector(lowering, abi, names, diagnostics).run();
}

}  // namespace ward::compiler
