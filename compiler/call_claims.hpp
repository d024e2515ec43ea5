// What the `syscalls` sections say on one ABI, with names looked up: a claim for each word of each list.
//
// Nothing is decided here. A name that means nothing is reported and makes no claim.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/call_names.hpp"
#include "compiler/condition.hpp"
#include "compiler/filter.hpp"
#include "compiler/groups.hpp"
#include "compiler/lower.hpp"

namespace ward::compiler {

// Points into the policies, which must outlive it: there may be one for each line of a long list.
struct CallClaim {
    CallSet calls;            // never empty; without what `except` takes out
    std::string_view word;    // as written
    policy::Span span;        // of the word; for `refuse with`, of the response
    std::string_view policy;  // the name of the policy that it stands in
    unsigned distance = 0;
    Response response;  // of a refusal
};

// An `allow` or `forbid` of one call with `if`.
struct ConditionalClaim {
    std::uint32_t call = 0;
    bool allows = false;
    Condition condition;
    std::string word;      // the call as written
    policy::Span span;     // of the word
    policy::Span written;  // of the condition
    std::string_view policy;
    unsigned distance = 0;
};

// Each sorted: nearest first, then by the policy's name and the place in it. `use` and `statement`
// order never show.
struct CallClaims {
    std::vector<CallClaim> allows;   // without `if`
    std::vector<CallClaim> forbids;  // without `if`
    std::vector<ConditionalClaim> conditional;
    std::vector<CallClaim> refusals;  // of named calls
    std::vector<CallClaim> defaults;  // `refuse with`: of every call
};

[[nodiscard]] CallClaims collect_call_claims(Lowering& lowering, Abi abi, CallNames& names,
                                             policy::Diagnostics& diagnostics);

}  // namespace ward::compiler
