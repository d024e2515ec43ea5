#include "compiler/syscall_table.hpp"

#include <seccomp.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace ward::compiler {
namespace {

struct Row {
    std::string_view name;
    std::uint32_t number;
};

constexpr Row rows[] = {
#define WARD_SYSCALL(number, name) Row{#name, number},
#include "compiler/syscall_table.inc"
#undef WARD_SYSCALL
};

constexpr std::uint32_t count = std::rbegin(rows)->number + 1;
static_assert(count <= syscall_capacity);

struct Alias {
    std::string_view alias;
    std::string_view name;
};

// Names of the same calls that are no rows of the table: the kernel's own functions behind them
// (sys_newstat, sys_umount), and names of the C library that strace and people use.
constexpr Alias aliases[] = {
    {"fstatat", "newfstatat"}, {"newfstat", "fstat"},      {"newlstat", "lstat"},
    {"newstat", "stat"},       {"newuname", "uname"},      {"pread", "pread64"},
    {"pwrite", "pwrite64"},    {"sendfile64", "sendfile"}, {"umount", "umount2"},
};

constexpr auto names = [] {
    std::array<std::string_view, std::size(rows)> result{};
    std::transform(std::begin(rows), std::end(rows), result.begin(), [](const Row& row) { return row.name; });
    return result;
}();

constexpr auto name_by_number = [] {
    std::array<std::string_view, count> result{};
    for (const Row& row : rows) result[row.number] = row.name;
    return result;
}();

// Names to numbers, made by the compiler: open addressing, at most 0.4 full.
constexpr std::size_t slot_count = 1024;
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

constexpr auto slots = [] {
    std::array<Row, slot_count> result{};
    for (const Row& row : rows) insert(result, row);
    for (const auto& [alias, name] : aliases) insert(result, Row{alias, find(result, name)->number});
    return result;
}();

struct Architecture {
    std::uint32_t token;  // SCMP_ARCH_*
    std::string_view name;
};

constexpr Architecture architectures[] = {
    {SCMP_ARCH_AARCH64, "aarch64"}, {SCMP_ARCH_ARM, "arm"},         {SCMP_ARCH_MIPS, "mips"},
    {SCMP_ARCH_MIPS64, "mips64"},   {SCMP_ARCH_PARISC, "parisc"},   {SCMP_ARCH_PPC, "ppc"},
    {SCMP_ARCH_PPC64, "ppc64"},     {SCMP_ARCH_RISCV64, "riscv64"}, {SCMP_ARCH_S390, "s390"},
    {SCMP_ARCH_S390X, "s390x"},     {SCMP_ARCH_X86, "x86"},
};

}  // namespace

std::optional<std::uint32_t> syscall_number(std::string_view name) {
    const Row* row = find(slots, name);
    if (name.empty() || row->name.empty()) return std::nullopt;
    return row->number;
}

std::string_view syscall_name(std::uint32_t number) {
    return number < count ? name_by_number[number] : std::string_view();
}

std::uint32_t syscall_count() {
    return count;
}

std::span<const std::string_view> syscall_names() {
    return names;
}

std::vector<std::string> foreign_architectures(std::string_view name) {
    std::vector<std::string> result;
    if (syscall_number(name)) return result;
    const std::string terminated(name);
    for (const auto& [token, architecture] : architectures)
        // Negative: no such call, or one that libseccomp only emulates there.
        if (seccomp_syscall_resolve_name_arch(token, terminated.c_str()) >= 0) result.emplace_back(architecture);
    return result;
}

std::optional<std::int32_t> libseccomp_number(Abi abi, std::string_view name) {
    constexpr std::uint32_t tokens[] = {SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32, SCMP_ARCH_AARCH64};
    const int number =
        seccomp_syscall_resolve_name_arch(tokens[static_cast<std::size_t>(abi)], std::string(name).c_str());
    if (number == __NR_SCMP_ERROR) return std::nullopt;
    return number;
}

}  // namespace ward::compiler
