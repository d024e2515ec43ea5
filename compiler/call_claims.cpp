#include "compiler/call_claims.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "compiler/call_names.hpp"

namespace ward::compiler {
namespace {

using policy::Diagnostics;
using policy::Word;

struct NamedCalls {
    const Word* word;
    CallSet calls;
};

// The words of one list that mean something, each once.
struct ResolvedList {
    std::vector<NamedCalls> words;
    CallSet calls;            // of all of them
    bool is_complete = true;  // false: a word means nothing, and what the list was to hold is unknown
};

std::string quoted(const Word& word) {
    return "`" + word.text + "`";
}

void report_repeated(const Word& word, const Word& first, Diagnostics& diagnostics) {
    const std::string message = word.text == first.text ? quoted(word) + " is named twice in one list"
                                                        : quoted(word) + " is another name of " + quoted(first);
    diagnostics.add(policy::slug::duplicate_statement, word.span, message)
        .also(first.span, "named here already")
        .help("remove " + quoted(word));
}

// The earlier word of a list that stands for the same calls, or null.
const Word* earlier_word(const CallSet& calls, const std::vector<NamedCalls>& list) {
    const auto same = [&](const NamedCalls& earlier) { return earlier.calls == calls; };
    const auto found = std::find_if(list.begin(), list.end(), same);
    return found != list.end() ? found->word : nullptr;
}

// Words that mean nothing and words that repeat another are reported.
ResolvedList resolve_list(const std::vector<Word>& words, Diagnostics& diagnostics) {
    ResolvedList list;
    list.words.reserve(words.size());
    for (const Word& word : words) {
        const auto calls = resolve_calls(word, diagnostics);
        list.is_complete &= calls.has_value();
        if (!calls) continue;
        // Only what is in the list already can be repeated: a quick answer for long lists.
        const Word* const earlier = (*calls & ~list.calls).none() ? earlier_word(*calls, list.words) : nullptr;
        list.calls |= *calls;
        if (earlier)
            report_repeated(word, *earlier, diagnostics);
        else
            list.words.push_back({&word, *calls});
    }
    return list;
}

// An `except` of something that is not in the list is a mistake about the list.
void check_except(const ResolvedList& excepted, const ResolvedList& from, Diagnostics& diagnostics) {
    if (!from.is_complete) return;
    for (const auto& [word, calls] : excepted.words)
        if ((calls & from.calls).none())
            diagnostics
                .add(policy::slug::useless_except, word->span,
                     "`except` removes nothing: " + quoted(*word) + " is not in the list")
                .label("not in the list")
                .help("remove " + quoted(*word));
}

class Collector {
public:
    explicit Collector(Lowering& lowering) : set_(lowering.set), diagnostics_(lowering.diagnostics) {}

    CallClaims run(Lowering& lowering) {
        for (std::size_t member = 0; member < set_.members.size(); ++member) {
            member_ = &set_.members[member];
            for (const policy::Block* block : lowering.blocks[member]) {
                for (const policy::Statement& statement : block->statements) {
                    if (const auto* rule = std::get_if<policy::CallStatement>(&statement)) add(*rule);
                    if (const auto* refusal = std::get_if<policy::RefuseStatement>(&statement)) add(*refusal);
                }
            }
        }
        for (auto* claims : {&claims_.allows, &claims_.forbids, &claims_.refusals, &claims_.defaults}) sort(*claims);
        return std::move(claims_);
    }

private:
    void add(const policy::CallStatement& rule) {
        std::vector<Word> names;
        for (const policy::CallPattern& call : rule.calls) names.push_back(call.name);
        const ResolvedList listed = resolve_list(names, diagnostics_);
        const ResolvedList excepted = resolve_list(rule.except, diagnostics_);
        check_except(excepted, listed, diagnostics_);
        const bool is_allow = rule.permission == policy::Permission::allow;
        for (const auto& [word, calls] : listed.words) {
            CallSet rest = calls & ~excepted.calls;
            if (rest.none()) report_nothing_left(*word);
            if (const CallGroup* group = find_group(word->text); is_allow && group) rest &= calls_granted_by(*group);
            if (rest.any()) (is_allow ? claims_.allows : claims_.forbids).push_back(claim(*word, rest));
        }
    }

    void add(const policy::RefuseStatement& refusal) {
        const ResolvedList listed = resolve_list(refusal.calls, diagnostics_);
        const auto response = resolve_response(refusal.response, diagnostics_);
        if (!response) return;
        for (const auto& [word, calls] : listed.words) claims_.refusals.push_back(claim(*word, calls, *response));
        if (refusal.calls.empty()) claims_.defaults.push_back(claim(refusal.response, CallSet().set(), *response));
    }

    CallClaim claim(const Word& word, const CallSet& calls, Response response = {}) const {
        return {calls, word.text, word.span, member_->policy.name.text, member_->distance, response};
    }

    void report_nothing_left(const Word& word) {
        diagnostics_.add(policy::slug::nothing_left, word.span, "`except` leaves nothing of " + quoted(word))
            .label("all of it is excepted")
            .help("remove " + quoted(word) + " from the list");
    }

    static void sort(std::vector<CallClaim>& claims) {
        const auto place = [](const CallClaim& claim) {
            return std::tuple(claim.distance, claim.policy, claim.span.begin);
        };
        std::stable_sort(claims.begin(), claims.end(),
                         [&](const CallClaim& a, const CallClaim& b) { return place(a) < place(b); });
    }

    const policy::PolicySet& set_;
    Diagnostics& diagnostics_;
    const policy::PolicySet::Member* member_ = nullptr;
    CallClaims claims_;
};

}  // namespace

CallClaims collect_call_claims(Lowering& lowering) {
    return Collector(lowering).run(lowering);
}

}  // namespace ward::compiler
