#include "compiler/constants.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>

namespace ward::compiler {
namespace {

constexpr std::uint64_t all_bits = ~std::uint64_t{0};

constexpr FamilyRow family_rows[] = {
#define WARD_FAMILY(name, form, words) FamilyRow{Family::name, std::string_view(#form) == "flags", words},
#include "compiler/families.inc"
#undef WARD_FAMILY
};

#define WARD_IN(family, mask) \
    Membership {              \
        Family::family, mask  \
    }

// The memberships of all rows, one after another.
constexpr Membership memberships[] = {
#define WARD_CONSTANT(name, value, abis, ...) __VA_ARGS__,
#include "compiler/constants.inc"
#undef WARD_CONSTANT
};

struct Row {
    std::string_view name;
    std::int64_t value;
    AbiSet abis;
    std::size_t memberships;
};

using enum Abi;

constexpr Row rows[] = {
#define WARD_CONSTANT(name, value, abis, ...) \
    Row{name, value, abis, std::initializer_list<Membership>{__VA_ARGS__}.size()},
#include "compiler/constants.inc"
#undef WARD_CONSTANT
};

#undef WARD_IN

constexpr auto table = [] {
    std::array<Constant, std::size(rows)> result{};
    const Membership* next = std::begin(memberships);
    std::transform(std::begin(rows), std::end(rows), result.begin(), [&next](const Row& row) {
        const std::span<const Membership> families(next, row.memberships);
        next += row.memberships;
        return Constant{row.name, row.value, row.abis, families};
    });
    return result;
}();

constexpr bool by_name(const Constant& a, const Constant& b) {
    return a.name < b.name;
}
static_assert(std::is_sorted(table.begin(), table.end(), by_name));

}  // namespace

std::span<const FamilyRow> families() {
    return family_rows;
}

const FamilyRow& family_row(Family family) {
    return family_rows[static_cast<std::size_t>(family) - 1];
}

std::span<const Constant> constants() {
    return table;
}

const Constant* find_constant(Abi abi, std::string_view name) {
    const auto [first, last] = std::equal_range(table.begin(), table.end(), Constant{name, 0, {}, {}}, by_name);
    const auto* found =
        std::find_if(first, last, [abi](const Constant& constant) { return constant.abis.contains(abi); });
    return found != last ? found : nullptr;
}

const Membership* membership(const Constant& constant, Family family) {
    const auto found = std::find_if(constant.families.begin(), constant.families.end(),
                                    [family](const Membership& place) { return place.family == family; });
    return found != constant.families.end() ? &*found : nullptr;
}

}  // namespace ward::compiler
