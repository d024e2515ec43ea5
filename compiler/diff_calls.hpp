// Single calls in words, as `ward why` reads them: `socket(AF_NETLINK, _, NETLINK_ROUTE)`.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/abi.hpp"
#include "compiler/prototypes.hpp"

namespace ward::compiler {

// Every call that an ABI has, by number; numbers as a filter sees them.
[[nodiscard]] std::vector<CallNumber> calls_of_abi(Abi abi);
// Of any ABI; empty if it has no call of this number.
[[nodiscard]] std::string_view name_of_call(Abi abi, std::uint32_t number);

// Names in order; of x86_64, groups whose calls are all there by the name of the group.
[[nodiscard]] std::vector<std::string> names_of_calls(Abi abi, const std::vector<std::uint32_t>& numbers);

// A register's value, with the names of constants where the argument has some. Null: a number.
[[nodiscard]] std::string value_in_words(Abi abi, const Argument* argument, std::uint64_t value);

// `matters`: bit n is set if argument n does; the others are `_`, and none is shown if none matters.
[[nodiscard]] std::string call_in_words(Abi abi, std::uint32_t number, const std::array<std::uint64_t, 6>& arguments,
                                        unsigned matters);

// How far a SECCOMP_RET_* value lets a call go: not at all, if another process says so, or always.
constexpr unsigned always_reached = 2;
[[nodiscard]] unsigned reach(std::uint32_t outcome);

// "`EPERM`", "`kill`", of a SECCOMP_RET_* value; what runs is "allowed".
[[nodiscard]] std::string outcome_in_words(std::uint32_t outcome);

}  // namespace ward::compiler
