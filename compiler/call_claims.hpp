// What the `syscalls` sections say on one ABI, with names looked up: a claim for each word of each list.
//
// Nothing is decided here. A name that means nothing is reported and makes no claim.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "compiler/call_names.hpp"
#include "compiler/condition.hpp"
#include "compiler/filter.hpp"
#include "compiler/groups.hpp"
#include "compiler/lower.hpp"

namespace ward::compiler {

// The calls that a word stands for: mostly one, of which a set would be many times as large.
class ClaimedCalls {
public:
    explicit ClaimedCalls(std::uint32_t call) : only_(call) {}
    explicit ClaimedCalls(const CallSet& calls) : all_(std::make_unique<const CallSet>(calls)) {}

    [[nodiscard]] bool contain(std::uint32_t call) const { return all_ ? all_->test(call) : call == only_; }
    [[nodiscard]] bool meet(const CallSet& calls) const { return all_ ? (*all_ & calls).any() : calls.test(only_); }
    [[nodiscard]] bool are_within(const CallSet& calls) const {
        return all_ ? (*all_ & ~calls).none() : calls.test(only_);
    }
    [[nodiscard]] CallSet set() const { return all_ ? *all_ : CallSet().set(only_); }

    // Visits their numbers in order.
    template <typename Visit>
    void for_each(Visit visit) const {
        if (all_)
            for_each_call(*all_, visit);
        else
            visit(only_);
    }

private:
    std::unique_ptr<const CallSet> all_;  // null: one call
    std::uint32_t only_ = 0;
};

// Points into the policies, which must outlive it: there may be one for each line of a long list.
struct CallClaim {
    ClaimedCalls calls;                        // never empty; without what `except` takes out
    const policy::Word* word;                  // for `refuse with`, the response
    const policy::PolicySet::Member* speaker;  // whose word it is

    [[nodiscard]] policy::Span span() const { return word->span; }
    [[nodiscard]] unsigned distance() const { return speaker->distance; }
};

struct Refusal : CallClaim {
    Response response;
};

// An `allow` or `forbid` of one call with `if`. Points into the policies, too.
struct ConditionalClaim {
    std::uint32_t call;
    bool allows;
    Condition condition;
    const policy::Word* word;  // the call as written
    policy::Span written;      // of the condition
    const policy::PolicySet::Member* speaker;

    [[nodiscard]] policy::Span span() const { return word->span; }
    [[nodiscard]] unsigned distance() const { return speaker->distance; }
};

// Each sorted: nearest first, then by the policy's name and the place in it. `use` and `statement`
// order never show.
struct CallClaims {
    std::vector<CallClaim> allows;   // without `if`
    std::vector<CallClaim> forbids;  // without `if`
    std::vector<ConditionalClaim> conditional;
    std::vector<Refusal> refusals;  // of named calls
    std::vector<Refusal> defaults;  // `refuse with`: of every call
};

[[nodiscard]] CallClaims collect_call_claims(Lowering& lowering, Abi abi, CallNames& names,
                                             policy::Diagnostics& diagnostics);

}  // namespace ward::compiler
