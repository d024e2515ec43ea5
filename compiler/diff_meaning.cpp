#include "compiler/diff_meaning.hpp"

#include <algorithm>
#include <utility>

namespace ward::compiler {
namespace {

// The part of the ranges that lies in `numbers`.
std::vector<NumberRange> within(const std::vector<NumberRange>& ranges, NumberRange numbers) {
    std::vector<NumberRange> result;
    for (const NumberRange& range : ranges) {
        const NumberRange part{std::max(range.first, numbers.first), std::min(range.last, numbers.last), range.outcome};
        if (part.first <= part.last) result.push_back(part);
    }
    return result;
}

void add(const AbiMeaning& found, FilterMeaning& meaning) {
    bool is_known = false;
    for (const Abi abi : every_abi_listed) {
        if (audit_architecture(abi) != found.arch) continue;
        meaning.abis.push_back({abi, 0, within(found.ranges, numbers_of(abi))});
        is_known = true;
    }
    if (!is_known) meaning.abis.push_back({std::nullopt, found.arch.value_or(0), found.ranges});
}

}  // namespace

NumberRange numbers_of(std::optional<Abi> abi) {
    if (abi == Abi::x86_64) return {0, x32_bit - 1, 0};
    if (abi == Abi::x32) return {x32_bit, ~0u, 0};
    return {0, ~0u, 0};
}

const std::vector<NumberRange>& ranges_of(const FilterMeaning& meaning, std::optional<Abi> abi, std::uint32_t arch) {
    for (const FilterMeaning::OfAbi& each : meaning.abis)
        if (each.abi == abi && each.arch == arch) return each.ranges;
    return meaning.abis.back().ranges;
}

std::optional<FilterMeaning> meaning_by_abi(std::span<const sock_filter> program, Diagram& diagram,
                                            std::string& refusal) {
    const BpfMeaning found = meaning_of(program, diagram);
    refusal = found.refusal;
    if (!refusal.empty()) return std::nullopt;
    FilterMeaning meaning;
    for (const AbiMeaning& each : found.abis) add(each, meaning);
    return meaning;
}

}  // namespace ward::compiler
