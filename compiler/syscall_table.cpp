#include "compiler/syscall_table.hpp"

#include <seccomp.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "compiler/syscall_numbers.hpp"

namespace ward::compiler {
namespace {

using numbers::count, numbers::rows, numbers::Row;

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
    return number_of_call(name);
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
