#include "compiler/call_index.hpp"

#include <algorithm>
#include <iterator>
#include <span>

#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace {

struct Unnumbered {
    std::string_view name;
    std::string_view like;  // a call of x86_64 that has the same arguments, or the same and more
};

// Of those behind a multiplexer, the ones that got no number when the others did (Linux 4.3 and 5.1).
constexpr Unnumbered without_number_on_i386[] = {
    {"accept", "accept"}, {"recv", "recvfrom"}, {"semop", "semop"}, {"semtimedop", "semtimedop"}, {"send", "sendto"}};

std::span<const Unnumbered> calls_without_number(Abi abi) {
    if (abi != Abi::i386) return {};
    return without_number_on_i386;
}

std::optional<std::uint32_t> own_index(Abi abi, std::string_view name) {
    if (const auto number = call_number(abi, name)) return *number & ~x32_bit;
    const auto others = calls_without_number(abi);
    const auto found = std::ranges::find(others, name, &Unnumbered::name);
    if (found == others.end()) return std::nullopt;
    return numbered_count(abi) + static_cast<std::uint32_t>(found - others.begin());
}

}  // namespace

std::optional<std::uint32_t> call_index(Abi abi, std::string_view name) {
    if (abi == Abi::x86_64) return syscall_number(name);
    const auto index = own_index(abi, name);
    if (const auto same = index ? std::nullopt : syscall_number(name)) return own_index(abi, syscall_name(*same));
    return index;
}

std::uint32_t numbered_count(Abi abi) {
    return abi == Abi::x86_64 ? syscall_count() : (foreign_calls(abi).back().number & ~x32_bit) + 1;
}

std::uint32_t index_count(Abi abi) {
    return numbered_count(abi) + static_cast<std::uint32_t>(calls_without_number(abi).size());
}

std::string_view name_at(Abi abi, std::uint32_t index) {
    const std::uint32_t numbered = numbered_count(abi);
    if (index < numbered) return call_name(abi, abi == Abi::x32 ? index | x32_bit : index);
    const auto others = calls_without_number(abi);
    return index - numbered < others.size() ? others[index - numbered].name : std::string_view();
}

const Prototype* prototype_at(Abi abi, std::uint32_t index) {
    const std::uint32_t numbered = numbered_count(abi);
    if (index < numbered) return find_prototype(abi, name_at(abi, index));
    const auto others = calls_without_number(abi);
    return index - numbered < others.size() ? find_prototype(Abi::x86_64, others[index - numbered].like) : nullptr;
}

}  // namespace ward::compiler
