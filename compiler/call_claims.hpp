// What the `syscalls` sections say, with names looked up: a claim for each word of each list.
//
// Nothing is decided here. A name that means nothing is reported and makes no claim.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "compiler/filter.hpp"
#include "compiler/groups.hpp"
#include "compiler/lower.hpp"

namespace ward::compiler {

struct CallClaim {
    CallSet calls;            // never empty; without what `except` takes out
    std::string word;         // as written
    policy::Span span;        // of the word; for `refuse with`, of the response
    std::string_view policy;  // the name of the policy that it stands in
    unsigned distance = 0;
    Response response;  // of a refusal
};

// Each sorted: nearest first, then by the policy's name and the place in it. `use` and `statement`
// order never show.
struct CallClaims {
    std::vector<CallClaim> allows;
    std::vector<CallClaim> forbids;
    std::vector<CallClaim> refusals;  // of named calls
    std::vector<CallClaim> defaults;  // `refuse with`: of every call
};

[[nodiscard]] CallClaims collect_call_claims(Lowering& lowering);

}  // namespace ward::compiler
