// From the name of a call of x86_64 to its number, while ward itself is compiled. Everybody else asks
// syscall_table.hpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

#include "compiler/syscall_table.hpp"

namespace ward::compiler {
namespace numbers {

struct Row {
    std::string_view name;
    std::uint32_t number;
};

inline constexpr Row rows[] = {
#define WARD_SYSCALL(number, name) Row{#name, number},
#include "compiler/syscall_table.inc"
#undef WARD_SYSCALL
};

inline constexpr std::uint32_t count = std::rbegin(rows)->number + 1;
static_assert(count <= syscall_capacity);

struct Alias {
    std::string_view alias;
    std::string_view name;
};

// Names of the same calls that are no rows of the table: the kernel's own functions behind them
// (sys_newstat, sys_umount), and names of the C library that strace and people use.
inline constexpr Alias aliases[] = {
    {"fstatat", "newfstatat"}, {"newfstat", "fstat"},      {"newlstat", "lstat"},
    {"newstat", "stat"},       {"newuname", "uname"},      {"pread", "pread64"},
    {"pwrite", "pwrite64"},    {"sendfile64", "sendfile"}, {"umount", "umount2"},
};

// By the length and five of the characters: that tells these names apart as well as all of them do. Not of an empty
// name.
constexpr std::uint32_t hash_of(std::string_view name) {
    const std::size_t length = name.size();
    auto hash = static_cast<std::uint32_t>(length);
    const auto add = [&](std::size_t place) { hash = hash * 33 + static_cast<unsigned char>(name[place]); };
    add(0);
    add(length / 4);
    add(length / 2);
    add(length * 3 / 4);
    add(length - 1);
    return hash * 0x9e3779b1u;  // Fibonacci hashing: the greatest bits are the best
}

// Names to numbers, by open addressing. Holds no pointers and little else, since what a start looks up it has to fetch
// from memory first.
class Table {
public:
    struct Slot {
        std::uint16_t begin = 0;  // of the name, in characters_
        std::uint16_t number = 0;
        std::uint8_t length = 0;  // 0: free
    };

    constexpr void add(std::string_view name, std::uint32_t number) {
        std::copy(name.begin(), name.end(), characters_.begin() + used_);
        slots_[place_of(name)] = {used_, static_cast<std::uint16_t>(number), static_cast<std::uint8_t>(name.size())};
        used_ = static_cast<std::uint16_t>(used_ + name.size());
    }

    // Absent for a name that is not there. Not for an empty one.
    [[nodiscard]] constexpr std::optional<std::uint32_t> find(std::string_view name) const {
        const Slot& slot = slots_[place_of(name)];
        return slot.length == 0 ? std::nullopt : std::optional<std::uint32_t>(slot.number);
    }

private:
    static constexpr unsigned slot_bits = 10;
    static constexpr std::size_t slot_count = std::size_t{1} << slot_bits;
    static_assert((std::size(rows) + std::size(aliases)) * 5 < slot_count * 2, "at most 0.4 full");

    // Where a name is, or would be.
    [[nodiscard]] constexpr std::size_t place_of(std::string_view name) const {
        std::size_t place = hash_of(name) >> (32 - slot_bits);
        while (slots_[place].length != 0 && name_in(slots_[place]) != name) place = (place + 1) % slot_count;
        return place;
    }
    [[nodiscard]] constexpr std::string_view name_in(const Slot& slot) const {
        return {characters_.data() + slot.begin, slot.length};
    }

    std::array<Slot, slot_count> slots_{};
    std::array<char, 16 * (std::size(rows) + std::size(aliases))> characters_{};  // more than enough
    std::uint16_t used_ = 0;
};

inline constexpr Table table = [] {
    Table result;
    for (const auto& [name, number] : rows) result.add(name, number);
    for (const auto& [alias, name] : aliases) result.add(alias, result.find(name).value());
    return result;
}();

}  // namespace numbers

constexpr std::optional<std::uint32_t> number_of_call(std::string_view name) {
    return name.empty() ? std::nullopt : numbers::table.find(name);
}

}  // namespace ward::compiler
