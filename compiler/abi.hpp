// The ABIs through which a program can call the kernel, and the numbers of the system calls in each.
//
// Nothing here says what is allowed. Numbers must never be compared across ABIs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ward::compiler {

enum class Abi : std::uint8_t { x86_64, i386, x32, aarch64 };

inline constexpr std::array every_abi_listed = {Abi::x86_64, Abi::i386, Abi::x32, Abi::aarch64};

class AbiSet {
public:
    constexpr AbiSet() = default;
    template <typename... Abis>
    constexpr explicit AbiSet(Abi first, Abis... others)
        : bits_(static_cast<std::uint8_t>((bit(first) | ... | bit(others)))) {}
    [[nodiscard]] constexpr bool contains(Abi abi) const { return (bits_ & bit(abi)) != 0; }
    friend constexpr bool operator==(AbiSet, AbiSet) = default;

private:
    static constexpr unsigned bit(Abi abi) { return 1u << static_cast<unsigned>(abi); }
    std::uint8_t bits_ = 0;
};

inline constexpr AbiSet every_abi{Abi::x86_64, Abi::i386, Abi::x32, Abi::aarch64};

// As people write it in a policy.
[[nodiscard]] std::string_view abi_name(Abi abi);
[[nodiscard]] std::optional<Abi> find_abi(std::string_view name);
// The AUDIT_ARCH_* that a filter sees. x32 has that of x86_64: only its numbers differ.
[[nodiscard]] std::uint32_t audit_architecture(Abi abi);
// Bits of a C `long` and of a pointer, as far as the kernel looks at them.
[[nodiscard]] unsigned word_bits(Abi abi);

// The bit that marks the number of an x32 call (__X32_SYSCALL_BIT).
inline constexpr std::uint32_t x32_bit = 0x40000000;

struct CallNumber {
    std::uint32_t number;  // as a filter sees it: of x32 with x32_bit
    std::string_view name;
};

// Every call of an ABI but x86_64, which is in syscall_table.hpp, by number.
[[nodiscard]] std::span<const CallNumber> foreign_calls(Abi abi);
// The names are the kernel's for that ABI: `fstatat64` on i386 is `newfstatat` elsewhere.
[[nodiscard]] std::optional<std::uint32_t> call_number(Abi abi, std::string_view name);
// Empty if the ABI has no call of this number.
[[nodiscard]] std::string_view call_name(Abi abi, std::uint32_t number);

}  // namespace ward::compiler
