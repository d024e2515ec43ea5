// What a BPF program does, found by executing it for all inputs at once.
//
// The program is read as the kernel will get it; how it was made is unknown here. Numbers are
// followed as ranges, arguments bit by bit. An instruction that cannot be followed is refused,
// never assumed.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/diagram.hpp"

namespace ward::compiler {

// All calls of an ABI whose numbers lie in [first, last] have this outcome (a SECCOMP_RET_* value).
struct NumberRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    Diagram::Node outcome = 0;
};

struct AbiMeaning {
    std::optional<std::uint32_t> arch;  // AUDIT_ARCH_*; absent: every other one
    std::vector<NumberRange> ranges;    // sorted, without gaps, from 0 to 2^32-1
};

struct BpfMeaning {
    std::vector<AbiMeaning> abis;  // the last one has no arch
    std::string refusal;           // not empty: the program could not be followed; abis means nothing
    bool is_too_large = false;     // that would take more work than any sensible program does
};

[[nodiscard]] BpfMeaning meaning_of(std::span<const sock_filter> program, Diagram& diagram);

}  // namespace ward::compiler
