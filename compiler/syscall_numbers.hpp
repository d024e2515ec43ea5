// From the name of a call of x86_64 to its number, while ward itself is compiled. Everybody else asks
// syscall_table.hpp.
#pragma once

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

// Names to numbers, made by the compiler: open addressing, at most 0.4 full.
inline constexpr std::size_t slot_count = 1024;
static_assert((std::size(rows) + std::size(aliases)) * 5 < slot_count * 2);

constexpr std::size_t slot_of(std::string_view name) {
    std::uint32_t hash = 2166136261u;  // FNV-1a
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    return (hash ^ (hash >> 15)) % slot_count;
}

constexpr const Row* find(const std::array<Row, slot_count>& slots, std::string_view name) {
    std::size_t slot = slot_of(name);
    while (!slots[slot].name.empty() && slots[slot].name != name) slot = (slot + 1) % slot_count;
    return &slots[slot];
}

constexpr void insert(std::array<Row, slot_count>& slots, Row row) {
    std::size_t slot = slot_of(row.name);
    while (!slots[slot].name.empty()) slot = (slot + 1) % slot_count;
    slots[slot] = row;
}

inline constexpr auto slots = [] {
    std::array<Row, slot_count> result{};
    for (const Row& row : rows) insert(result, row);
    for (const auto& [alias, name] : aliases) insert(result, Row{alias, find(result, name)->number});
    return result;
}();

}  // namespace numbers

constexpr std::optional<std::uint32_t> number_of_call(std::string_view name) {
    const numbers::Row* row = numbers::find(numbers::slots, name);
    if (name.empty() || row->name.empty()) return std::nullopt;
    return row->number;
}

}  // namespace ward::compiler
