#include "compiler/abi.hpp"

#include <linux/audit.h>

#include <algorithm>
#include <iterator>

#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

struct AbiRow {
    std::string_view name;
    std::uint32_t audit_architecture;
    unsigned word_bits;
};

// In the order of Abi. A word of x32 has 64 bits: its common calls are those of x86_64, and the compat
// functions behind the numbers from 512 on say their widths themselves (prototypes.inc).
constexpr AbiRow abis[] = {
    {"x86_64", AUDIT_ARCH_X86_64, 64},
    {"i386", AUDIT_ARCH_I386, 32},
    {"x32", AUDIT_ARCH_X86_64, 64},
    {"aarch64", AUDIT_ARCH_AARCH64, 64},
};
static_assert(std::size(abis) == every_abi_listed.size());

constexpr const AbiRow& row_of(Abi abi) {
    return abis[static_cast<std::size_t>(abi)];
}

struct Row {
    Abi abi;
    CallNumber call;
};

using enum Abi;

constexpr std::uint32_t mark_of(Abi abi) {
    return abi == x32 ? x32_bit : 0;
}

constexpr Row rows[] = {
#define WARD_NUMBER(abi, number, name) Row{abi, {(number) | mark_of(abi), name}},
#include "compiler/abi_numbers.inc"
#undef WARD_NUMBER
};

template <Abi abi>
constexpr auto calls_of = [] {
    constexpr auto of_abi = [](const Row& row) { return row.abi == abi; };
    std::array<CallNumber, std::count_if(std::begin(rows), std::end(rows), of_abi)> result{};
    std::size_t next = 0;
    for (const Row& row : rows)
        if (of_abi(row)) result[next++] = row.call;
    return result;
}();

constexpr bool by_name(const CallNumber& a, const CallNumber& b) {
    return a.name < b.name;
}

template <Abi abi>
constexpr auto calls_by_name = [] {
    auto result = calls_of<abi>;
    std::sort(result.begin(), result.end(), by_name);
    return result;
}();

std::span<const CallNumber> sorted_by_name(Abi abi) {
    switch (abi) {
        case x86_64:
            break;
        case i386:
            return calls_by_name<i386>;
        case x32:
            return calls_by_name<x32>;
        case aarch64:
            return calls_by_name<aarch64>;
    }
    return {};
}

}  // namespace

std::string_view abi_name(Abi abi) {
    return row_of(abi).name;
}

std::optional<Abi> find_abi(std::string_view name) {
    for (const Abi abi : every_abi_listed)
        if (abi_name(abi) == name) return abi;
    return std::nullopt;
}

std::uint32_t audit_architecture(Abi abi) {
    return row_of(abi).audit_architecture;
}

unsigned word_bits(Abi abi) {
    return row_of(abi).word_bits;
}

std::span<const CallNumber> foreign_calls(Abi abi) {
    switch (abi) {
        case x86_64:
            break;
        case i386:
            return calls_of<i386>;
        case x32:
            return calls_of<x32>;
        case aarch64:
            return calls_of<aarch64>;
    }
    return {};
}

std::optional<std::uint32_t> call_number(Abi abi, std::string_view name) {
    if (abi == x86_64) return syscall_number(name);
    const auto calls = sorted_by_name(abi);
    const auto found = std::lower_bound(calls.begin(), calls.end(), CallNumber{0, name}, by_name);
    if (found == calls.end() || found->name != name) return std::nullopt;
    return found->number;
}

std::string_view call_name(Abi abi, std::uint32_t number) {
    if (abi == x86_64) return syscall_name(number);
    const auto calls = foreign_calls(abi);
    const auto before = [](const CallNumber& call, std::uint32_t wanted) { return call.number < wanted; };
    const auto found = std::lower_bound(calls.begin(), calls.end(), number, before);
    return found != calls.end() && found->number == number ? found->name : std::string_view();
}

}  // namespace ward::compiler
