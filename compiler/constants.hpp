// The kernel's constants by name, each with the families of arguments that it makes sense for.
//
// A constant outside its family is a mistake of the policy (`domain == SOCK_STREAM`); nothing here
// decides that, and no name of a system call is ever looked up here.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "compiler/abi.hpp"

namespace ward::compiler {

// What a constant is one of: `open_flags`, `address_family`, ...
enum class Family : std::uint8_t {
    none,
#define WARD_FAMILY(name, form, words) name,
#include "compiler/families.inc"
#undef WARD_FAMILY
};

struct FamilyRow {
    Family family;
    bool is_flags;           // bits that are combined; else the values exclude each other
    std::string_view words;  // for people: "open flags"
};

// Every family but `none`, in the order of Family.
[[nodiscard]] std::span<const FamilyRow> families();
// Of any family but `none`.
[[nodiscard]] const FamilyRow& family_row(Family family);

struct Membership {
    Family family;
    // The bits that the constant is about: an argument has it if (argument & mask) == value. Of a single
    // flag it is the value; of a value in a field the field (SOCK_STREAM: 0xf, O_RDONLY: 3); in an
    // enumeration all bits. 0 for a flag without bits (PROT_NONE, F_OK), which every argument has.
    std::uint64_t mask;
};

struct Constant {
    std::string_view name;
    // Negative values are those of signed arguments (AT_FDCWD): cut them to the argument's width.
    std::int64_t value;
    AbiSet abis;  // where it has this value
    std::span<const Membership> families;
};

// Null if the ABI has no constant of this name.
[[nodiscard]] const Constant* find_constant(Abi abi, std::string_view name);
// Null if the constant is not of this family.
[[nodiscard]] const Membership* membership(const Constant& constant, Family family);
// Sorted by name. A name is there once for each value that it has on some ABI.
[[nodiscard]] std::span<const Constant> constants();

}  // namespace ward::compiler
