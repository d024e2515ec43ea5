// A filter as people read it: what each instruction looks at, for which calls, and where it leads.
//
// Works on the bytes alone, whoever made them; only programs that meaning_of() follows make sense here.
// Nothing is decided: what a filter means is bpf_meaning.hpp's question.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/abi.hpp"

namespace ward::compiler {

// A call on its way through a filter.
struct FilterPath {
    Abi abi = Abi::x86_64;
    std::uint32_t number = 0;
    bool is_named = true;   // false: stands for every number that the ABI has no call for
    std::size_t entry = 0;  // the first instruction that looks at arguments, or the return
};

// What the accumulator holds before an instruction.
struct Held {
    enum class Kind : std::uint8_t { nothing, arch, number, argument, unclear } kind = Kind::nothing;
    std::uint8_t argument = 0;
    bool high_half = false;
    std::uint32_t mask = ~0u;
    friend bool operator==(const Held&, const Held&) = default;
};

struct FilterMap {
    std::vector<sock_filter> program;
    std::vector<FilterPath> paths;  // of every call of every ABI
    std::vector<Held> held;         // by instruction
    // By instruction: the paths (indexes) that come to it from their entries on; and before them, with their ABIs.
    std::vector<std::vector<std::size_t>> arguments_of;
    std::vector<std::vector<std::size_t>> calls_of;
    std::vector<std::vector<Abi>> numbers_of;
};

[[nodiscard]] FilterMap map_filter(std::span<const sock_filter> program, std::span<const Abi> abis);

// The instruction behind `at` for a jump: where it goes if the test holds, and if not.
struct Targets {
    std::size_t yes = 0;
    std::size_t no = 0;
};
[[nodiscard]] bool is_return(const sock_filter& instruction);
[[nodiscard]] bool is_test(const sock_filter& instruction);
[[nodiscard]] Targets targets_of(const FilterMap& map, std::size_t at);
// "`family == AF_UNIX`" of a test; the argument by its name if all calls that come here call it so.
[[nodiscard]] std::string test_in_words(const FilterMap& map, std::size_t at);
// "allow", "fail with EPERM" of a return.
[[nodiscard]] std::string return_in_words(std::uint32_t outcome);

// Begins the place of what no line of a policy names.
inline constexpr std::string_view default_place = "default";

// Where the policy decides about a call, `curl.ward:12`; empty if nowhere. Also asked about numbers of no call.
using PlaceOfCall = std::function<std::string(Abi abi, std::uint32_t number)>;

// One line for each instruction, with the calls and the places of the policy behind each decision and each answer:
// the first place, and how many more. Ends in a newline.
[[nodiscard]] std::string disassemble(const FilterMap& map, const PlaceOfCall& place_of_call);
// The decisions as a graph for Graphviz: calls of equal outcome together.
[[nodiscard]] std::string graph_of(const FilterMap& map, std::string_view title);

}  // namespace ward::compiler
