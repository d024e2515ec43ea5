// Shows that a BPF program means exactly what a FilterModel says, for every ABI, every number and
// every argument; or finds a call for which it does not.
//
// Runs on the bytes that will be loaded, at every launch. It shares no code with emit(). Arguments have
// 64 bits for every ABI: on i386 the kernel fills the upper half with zeros, so there the proof covers
// more calls than there are.
#pragma once

#include <linux/filter.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "compiler/filter.hpp"

namespace ward::compiler {

// A call that the program treats otherwise than the model does.
struct Counterexample {
    std::uint32_t arch = 0;  // AUDIT_ARCH_*; 0 stands for any that the program does not know
    std::uint32_t number = 0;
    std::array<std::uint64_t, 6> arguments{};
    std::uint32_t expected = 0;  // SECCOMP_RET_* values
    std::uint32_t actual = 0;
};

struct Disproof {
    std::string reason;
    std::optional<Counterexample> call;  // absent: the program could not be followed
    bool is_too_large = false;           // nothing is wrong with it, as far as that was looked at
};

// Absent: proved. `options` are those that `program` was emitted with.
[[nodiscard]] std::optional<Disproof> disprove(std::span<const sock_filter> program, const FilterModel& model,
                                               const EmitOptions& options);

}  // namespace ward::compiler
