// A condition over the arguments of a call, as the kernel sees them: registers, not names.
//
// Immutable values. Nothing here knows a policy, a prototype or BPF.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace ward::compiler {

// (argument & mask) RELATION value, over the low `bits` bits of one register. The bits above are no
// part of the value: the kernel ignores them.
struct Comparison {
    enum class Relation : std::uint8_t { equal, less };  // `less`: by the order of is_signed
    std::uint8_t argument = 0;                           // 0..5
    std::uint8_t bits = 64;                              // 16, 32 or 64
    bool is_signed = false;                              // of `less`
    Relation relation = Relation::equal;
    std::uint64_t mask = ~std::uint64_t{0};  // of `less`: all bits
    std::uint64_t value = 0;                 // cut to `bits`

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the operator for a pointer
    friend auto operator<=>(const Comparison&, const Comparison&) = default;
};

// Made by the functions below. The default one always holds.
struct Condition {
    enum class Kind : std::uint8_t { comparison, all, any, negation } kind = Kind::all;
    Comparison comparison{};       // comparison
    std::vector<Condition> parts;  // all, any: of none, `all` always holds and `any` never; negation: one

    friend bool operator==(const Condition&, const Condition&) = default;
};

[[nodiscard]] Condition always();
[[nodiscard]] Condition never();
[[nodiscard]] Condition holds(Comparison comparison);
[[nodiscard]] Condition negated(Condition condition);
[[nodiscard]] Condition both(Condition a, Condition b);
[[nodiscard]] Condition either(Condition a, Condition b);

[[nodiscard]] inline bool is_always(const Condition& condition) {
    return condition.kind == Condition::Kind::all && condition.parts.empty();
}
[[nodiscard]] inline bool is_never(const Condition& condition) {
    return condition.kind == Condition::Kind::any && condition.parts.empty();
}

}  // namespace ward::compiler
