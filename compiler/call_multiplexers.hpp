// The calls of i386 that stand for several others: socketcall and ipc.
//
// Their first argument says which call is meant, and what that one looks at lies in memory or in other
// registers. So only a call that is allowed whatever its arguments are can be reached through them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "compiler/filter.hpp"

namespace ward::compiler {

// One of the calls behind a multiplexer.
struct Operation {
    std::string_view call;
    std::string_view multiplexer;
    std::uint32_t first_argument;  // that means it
};

[[nodiscard]] std::span<const Operation> operations();

[[nodiscard]] bool is_multiplexer(Abi abi, std::uint32_t number);
// What such a call does where a policy allows it: `model` has the answers of all other calls, by call_index(). What
// is denied is refused as the call itself would be; what depends on arguments fails with ENOSYS.
[[nodiscard]] std::vector<CallModel::Answer> multiplexed(const AbiModel& model, std::uint32_t number);

}  // namespace ward::compiler
