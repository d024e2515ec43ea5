// Compares whatever fields the structs of policy.hpp have: a new statement or field is compared
// without a line here, so that none can be forgotten.
#include "policy/same_policy.hpp"

#include <algorithm>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace ward::policy {

// Stands for a value of any type, in questions about what can be made of how many values. Never
// converted in fact; outside of the unnamed namespace, where compilers would miss the definition.
struct Anything {
    template <typename T>
    operator T() const;
};

namespace {

// ---- the fields of a struct, as references

template <typename Struct, typename... Values>
consteval std::size_t count_fields() {
    if constexpr (requires { Struct{Values{}..., Anything{}}; }) {
        return count_fields<Struct, Values..., Anything>();
    } else {
        return sizeof...(Values);
    }
}

template <typename Struct>
auto fields(const Struct& s) {
    constexpr std::size_t count = count_fields<Struct>();
    static_assert(count >= 1 && count <= 9, "add a line below");
    // clang-format off
    if constexpr (count == 1) { const auto& [a] = s; return std::tie(a); }
    else if constexpr (count == 2) { const auto& [a, b] = s; return std::tie(a, b); }
    else if constexpr (count == 3) { const auto& [a, b, c] = s; return std::tie(a, b, c); }
    else if constexpr (count == 4) { const auto& [a, b, c, d] = s; return std::tie(a, b, c, d); }
    else if constexpr (count == 5) { const auto& [a, b, c, d, e] = s; return std::tie(a, b, c, d, e); }
    else if constexpr (count == 6) { const auto& [a, b, c, d, e, f] = s; return std::tie(a, b, c, d, e, f); }
    else if constexpr (count == 7) { const auto& [a, b, c, d, e, f, g] = s; return std::tie(a, b, c, d, e, f, g); }
    else if constexpr (count == 8) { const auto& [a, b, c, d, e, f, g, h] = s; return std::tie(a, b, c, d, e, f, g, h); }
    else { const auto& [a, b, c, d, e, f, g, h, i] = s; return std::tie(a, b, c, d, e, f, g, h, i); }
    // clang-format on
}

// ---- one `same` for each kind of field

template <typename T>
concept Plain = std::is_arithmetic_v<T> || std::is_enum_v<T>;

template <Plain T>
bool same(T one, T other) {
    return one == other;
}

bool same(const Span& /*one*/, const Span& /*other*/) {
    return true;
}

bool same(const Word& one, const Word& other) {
    const bool pattern = one.text.find_first_of("*?[]") != std::string::npos;
    return one.text == other.text && (one.quoted == other.quoted || !pattern);
}

template <typename T>
bool same(const std::optional<T>& one, const std::optional<T>& other);
template <typename T>
bool same(const std::shared_ptr<T>& one, const std::shared_ptr<T>& other);
template <typename T>
bool same(const std::vector<T>& one, const std::vector<T>& other);
template <typename T>
bool same(const OneOrMore<T>& one, const OneOrMore<T>& other);
template <typename... T>
bool same(const std::variant<T...>& one, const std::variant<T...>& other);

template <typename Struct>
requires std::is_aggregate_v<Struct>
bool same(const Struct& one, const Struct& other) {
    return std::apply(
        [&](const auto&... first) {
            return std::apply([&](const auto&... second) { return (same(first, second) && ...); }, fields(other));
        },
        fields(one));
}

template <typename T>
bool same(const std::optional<T>& one, const std::optional<T>& other) {
    return one && other ? same(*one, *other) : one.has_value() == other.has_value();
}

template <typename T>
bool same(const std::shared_ptr<T>& one, const std::shared_ptr<T>& other) {
    return one && other ? same(*one, *other) : !one && !other;
}

template <typename T>
bool same(const std::vector<T>& one, const std::vector<T>& other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](const T& a, const T& b) { return same(a, b); });
}

template <typename T>
bool same(const OneOrMore<T>& one, const OneOrMore<T>& other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](const T& a, const T& b) { return same(a, b); });
}

template <typename... T>
bool same(const std::variant<T...>& one, const std::variant<T...>& other) {
    if (one.index() != other.index()) return false;
    return std::visit([&](const auto& value) { return same(value, std::get<std::decay_t<decltype(value)>>(other)); },
                      one);
}

}  // namespace

bool says_the_same(const Policy& one, Policy other) {
    other.file = one.file;
    return same(one, other);
}

}  // namespace ward::policy
