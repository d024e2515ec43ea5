// Values in conditions about calls: numbers, and constants of the family that an argument is of.
//
// Nothing is ever rounded or cut silently: what does not fit an argument, or belongs to another one, is
// reported.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/prototypes.hpp"
#include "policy/diagnostic.hpp"
#include "policy/policy.hpp"

namespace ward::compiler {

// One argument of one call of one ABI.
struct ArgumentPlace {
    Abi abi;
    const Prototype& call;
    const Argument& argument;
    std::string_view written;  // the name that the policy gives it
};

struct ArgumentValue {
    std::uint64_t value = 0;  // cut to the argument's bits
    // What `has` looks at: (argument & mask) == value. Of a number: its own bits.
    std::uint64_t mask = 0;
    bool is_field = false;  // one of several values of the same bits, which exclude each other
    bool is_union = false;  // only another name for several flags: `S_IRWXO`
};

// The greatest value of an argument, as bits.
[[nodiscard]] std::uint64_t all_bits_of(const ArgumentPlace& place);

// `text` is what `word` stands for, variables replaced. With `in_order` the value is compared by size, so
// that a signed argument has no `0xffffffff`. Absent after an error, which has been reported.
[[nodiscard]] std::optional<ArgumentValue> resolve_value(const policy::Word& word, const std::string& text,
                                                         const ArgumentPlace& place, bool in_order,
                                                         policy::Diagnostics& diagnostics);

}  // namespace ward::compiler
