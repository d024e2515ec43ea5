// Programs that differ from another in one instruction. For tests only.
#pragma once

#include <linux/filter.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ward::compiler::test {

struct Mutant {
    std::size_t at;  // the instruction that is not that of the original
    sock_filter instead;
};

// Each jump target, constant and operation off by one, by a bit, or exchanged for another. Only those that the
// kernel would load (seccomp_check_filter() and bpf_check_classic() of Linux 6.18).
[[nodiscard]] std::vector<Mutant> mutants(std::span<const sock_filter> program);

}  // namespace ward::compiler::test
