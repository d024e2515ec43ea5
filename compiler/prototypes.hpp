// What the arguments of every system call are, by ABI: the kernel's own prototypes.
//
// A comparison of an argument has to use exactly the bits that are said here, since the kernel acts on
// no others. Nothing here says what is allowed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "compiler/abi.hpp"
#include "compiler/constants.hpp"

namespace ward::compiler {

enum class Kind : std::uint8_t {
    pointer,      // never to be compared: what it points to can change after the check
    descriptor,   // an open file, or AT_FDCWD
    flags,        // bits of a family
    enumeration,  // a value of a family
    request,      // of ioctl
    mode,         // permission bits of a file
    signal,
    pid,
    uid,
    gid,
    size,        // bytes
    count,       // pieces
    number,      // any other number: a timeout, an exit status
    offset,      // in a file
    address,     // of memory; not read through by the kernel
    device,      // major and minor number
    identifier,  // a number that the kernel gave out: a timer, a key, a semaphore set
    mask,        // bits without names
    varies,      // what it is depends on another argument (prctl, fcntl)
    reserved,    // flags, but none is defined: no value except 0 has a meaning
};

enum class Width : std::uint8_t {
    bits16,  // umode_t: the kernel cuts the register to it before it looks
    bits32,
    bits64,
    word,  // a register: word_bits() of the ABI
};

struct Argument {
    std::string_view name;   // the kernel's
    std::string_view alias;  // of the manual page, if it has another one; else empty
    Kind kind;
    Width width;
    bool is_signed;
    Family family;  // of its constants; Family::none if it has none
    // Which of the six registers. On i386 an argument of 64 bits is in this one (low half) and the next.
    std::uint8_t position;
};

struct Prototype {
    std::string_view name;
    AbiSet abis;  // that it holds for
    std::span<const Argument> arguments;
};

// `name` as in call_number(abi, name). Null if the ABI has no such call. A call that the kernel has a
// number for and no function (`afs_syscall`) has no arguments.
[[nodiscard]] const Prototype* find_prototype(Abi abi, std::string_view name);
// By the kernel's name or the alias; null if it has no such argument.
[[nodiscard]] const Argument* find_argument(const Prototype& prototype, std::string_view name);
// Sorted by name. A name is there once for each way that ABIs differ in it.
[[nodiscard]] std::span<const Prototype> prototypes();

// 16, 32 or 64. The bits above are no part of the value: the kernel ignores them.
[[nodiscard]] unsigned argument_bits(const Argument& argument, Abi abi);
// In two registers.
[[nodiscard]] bool is_split(const Argument& argument, Abi abi);

// For people: "pointer", "file mode", "open flags".
[[nodiscard]] std::string_view describe(const Argument& argument);
// "openat(dfd: descriptor, filename: pointer, flags: open flags, mode: file mode)"
[[nodiscard]] std::string signature(const Prototype& prototype);

}  // namespace ward::compiler
