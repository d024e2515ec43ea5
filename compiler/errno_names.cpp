#include "compiler/errno_names.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>

namespace ward::compiler {
namespace {

struct Row {
    std::string_view name;
    std::uint16_t number;
};

constexpr Row rows[] = {
#define WARD_ERRNO(name) {#name, name},
#include "compiler/errno_names.inc"
#undef WARD_ERRNO
};

constexpr Row second_names[] = {{"EWOULDBLOCK", EAGAIN}, {"EDEADLOCK", EDEADLK}, {"ENOTSUP", EOPNOTSUPP}};

constexpr auto names = [] {
    std::array<std::string_view, std::size(rows)> result{};
    std::transform(std::begin(rows), std::end(rows), result.begin(), [](const Row& row) { return row.name; });
    return result;
}();

}  // namespace

std::optional<std::uint16_t> errno_number(std::string_view name) {
    for (const Row& row : rows)
        if (row.name == name) return row.number;
    for (const Row& row : second_names)
        if (row.name == name) return row.number;
    return std::nullopt;
}

std::string_view errno_name(std::uint16_t number) {
    const auto* row =
        std::find_if(std::begin(rows), std::end(rows), [number](const Row& r) { return r.number == number; });
    return row != std::end(rows) ? row->name : std::string_view();
}

std::span<const std::string_view> errno_names() {
    return names;
}

}  // namespace ward::compiler
