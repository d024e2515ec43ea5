#include "compiler/prototypes.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>

namespace ward::compiler {
namespace {

using enum Abi;

constexpr bool is_signed = true;
constexpr bool is_unsigned = false;

#define WARD_ARGUMENT(name, alias, kind, width, sign, family, position)       \
    Argument {                                                                \
        name, alias, Kind::kind, Width::width, sign, Family::family, position \
    }

// The arguments of all rows, one after another.
constexpr Argument arguments[] = {
#define WARD_CALL(name, abis, count, ...) __VA_ARGS__ __VA_OPT__(, )
#include "compiler/prototypes.inc"
#undef WARD_CALL
};

#undef WARD_ARGUMENT

struct Row {
    std::string_view name;
    AbiSet abis;
    std::size_t arguments;
};

constexpr Row rows[] = {
#define WARD_CALL(name, abis, count, ...) Row{name, abis, count},
#include "compiler/prototypes.inc"
#undef WARD_CALL
};

constexpr auto table = [] {
    std::array<Prototype, std::size(rows)> result{};
    const Argument* next = std::begin(arguments);
    std::transform(std::begin(rows), std::end(rows), result.begin(), [&next](const Row& row) {
        const std::span<const Argument> own(next, row.arguments);
        next += row.arguments;
        return Prototype{row.name, row.abis, own};
    });
    return result;
}();

// Each row counts its arguments: all of them together are all that there are.
static_assert(std::accumulate(std::begin(rows), std::end(rows), std::size_t{0}, [](std::size_t sum, const Row& row) {
                  return sum + row.arguments;
              }) == std::size(arguments));

constexpr bool by_name(const Prototype& a, const Prototype& b) {
    return a.name < b.name;
}
static_assert(std::is_sorted(table.begin(), table.end(), by_name));

// In the order of Kind.
constexpr std::string_view kind_words[] = {
    "pointer",
    "descriptor",
    "flags",
    "enumeration",
    "ioctl request",
    "file mode",
    "signal",
    "process",
    "user",
    "group",
    "size",
    "count",
    "number",
    "offset",
    "address",
    "device",
    "identifier",
    "bit mask",
    "depends on another argument",
    "reserved",
};
static_assert(std::size(kind_words) == static_cast<std::size_t>(Kind::reserved) + 1);

}  // namespace

std::span<const Prototype> prototypes() {
    return table;
}

const Prototype* find_prototype(Abi abi, std::string_view name) {
    const auto [first, last] = std::equal_range(table.begin(), table.end(), Prototype{name, {}, {}}, by_name);
    const auto* found = std::find_if(first, last, [abi](const Prototype& row) { return row.abis.contains(abi); });
    return found != last ? found : nullptr;
}

const Argument* find_argument(const Prototype& prototype, std::string_view name) {
    for (const Argument& argument : prototype.arguments)
        if (argument.name == name || (argument.alias == name && !name.empty())) return &argument;
    return nullptr;
}

unsigned argument_bits(const Argument& argument, Abi abi) {
    switch (argument.width) {
        case Width::bits16:
            return 16;
        case Width::bits32:
            return 32;
        case Width::bits64:
            return 64;
        case Width::word:
            break;
    }
    return word_bits(abi);
}

bool is_split(const Argument& argument, Abi abi) {
    return argument_bits(argument, abi) > word_bits(abi);
}

std::string_view describe(const Argument& argument) {
    const bool by_family = argument.kind == Kind::flags || argument.kind == Kind::enumeration;
    return by_family ? family_row(argument.family).words : kind_words[static_cast<std::size_t>(argument.kind)];
}

std::string signature(const Prototype& prototype) {
    std::string result(prototype.name);
    const char* separator = "(";
    for (const Argument& argument : prototype.arguments) {
        result.append(separator).append(argument.name).append(": ").append(describe(argument));
        separator = ", ";
    }
    return result + (prototype.arguments.empty() ? "()" : ")");
}

}  // namespace ward::compiler
