// Named sets of system calls, with the names and members that people know from systemd.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "compiler/abi.hpp"

namespace ward::compiler {

// Calls of one ABI, by index (call_index.hpp).
inline constexpr std::size_t call_capacity = 576;
using CallSet = std::bitset<call_capacity>;

// Visits the numbers of a set in order.
template <typename Visit>
void for_each_call(const CallSet& calls, Visit visit) {
    // Functions of libstdc++; the standard has no other way than to ask every bit.
    for (std::size_t number = calls._Find_first(); number < calls.size(); number = calls._Find_next(number))
        visit(static_cast<std::uint32_t>(number));
}

struct CallGroup {
    std::string_view name;         // with the `@`
    std::string_view description;  // a sentence
    // Call names, and `@groups` for what it takes in. Names that an ABI does not have are part of the
    // group and without effect there.
    std::span<const std::string_view> members;
};

// Sorted by name.
[[nodiscard]] std::span<const CallGroup> call_groups();
// Null if there is no group of this name.
[[nodiscard]] const CallGroup* find_group(std::string_view name);
// What a group stands for on an ABI.
[[nodiscard]] CallSet calls_of(const CallGroup& group, Abi abi = Abi::x86_64);
// Every call that an ABI has.
[[nodiscard]] CallSet known_calls(Abi abi);
// What `allow` grants of the calls of a group: all but the io_uring calls, which a policy must name. What they do for
// a program passes no filter.
[[nodiscard]] CallSet granted_of(CallSet calls, Abi abi);
[[nodiscard]] CallSet calls_granted_by(const CallGroup& group, Abi abi = Abi::x86_64);

}  // namespace ward::compiler
