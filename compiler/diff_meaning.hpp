// What a filter answers to every call of every ABI, whatever it was made from: a policy, raw bytes, or the
// profile of a container. Two filters in one diagram are the same exactly where their nodes are.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/abi.hpp"
#include "compiler/bpf_meaning.hpp"
#include "compiler/diagram.hpp"

namespace ward::compiler {

struct FilterMeaning {
    struct OfAbi {
        std::optional<Abi> abi;           // absent: every other one
        std::uint32_t arch = 0;           // AUDIT_ARCH_* where no Abi stands for it; 0: every one that is not here
        std::vector<NumberRange> ranges;  // sorted, without gaps: all numbers of the ABI, as a filter sees them
    };
    std::vector<OfAbi> abis;  // the last one is every other
};

// Absent if the program cannot be followed; `refusal` then says why.
[[nodiscard]] std::optional<FilterMeaning> meaning_by_abi(std::span<const sock_filter> program, Diagram& diagram,
                                                          std::string& refusal);

// The numbers of an ABI. x32 shares its AUDIT_ARCH_* with x86_64 and has those from x32_bit on.
[[nodiscard]] NumberRange numbers_of(std::optional<Abi> abi);

// What a filter answers to the numbers of an ABI, itself or among every other one.
[[nodiscard]] const std::vector<NumberRange>& ranges_of(const FilterMeaning& meaning, std::optional<Abi> abi,
                                                        std::uint32_t arch);

}  // namespace ward::compiler
