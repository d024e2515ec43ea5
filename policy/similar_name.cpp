#include "policy/similar_name.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>

namespace ward::policy {

namespace {

constexpr std::size_t shortest = 2;
constexpr std::size_t longest = 64;  // nobody mistypes a longer name into one of ours
constexpr std::size_t longest_candidate = longest + 1 + longest / 5;

// Damerau-Levenshtein distance (neighbours swapped count as one), or limit + 1 if it is greater.
// `a` has at most `longest` letters.
std::size_t distance(std::string_view a, std::string_view b, std::size_t limit) {
    const std::size_t longer = std::max(a.size(), b.size());
    if (longer - std::min(a.size(), b.size()) > limit) return limit + 1;
    using Row = std::array<std::size_t, longest_candidate + 1>;
    Row rows[3] = {};
    Row* before = &rows[0];
    Row* above = &rows[1];
    Row* row = &rows[2];
    std::iota(above->begin(), above->end(), 0);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        (*row)[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            (*row)[j] = std::min({(*above)[j] + 1, (*row)[j - 1] + 1, (*above)[j - 1] + change});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) (*row)[j] = std::min((*row)[j], (*before)[j - 2] + 1);
        }
        if (*std::min_element(row->begin(), row->begin() + b.size() + 1) > limit) return limit + 1;
        std::swap(before, above);
        std::swap(above, row);
    }
    return std::min((*above)[b.size()], limit + 1);
}

}  // namespace

std::vector<std::string> similar_names(std::string_view name, std::span<const std::string_view> candidates) {
    constexpr std::size_t most = 3;
    if (name.size() < shortest || name.size() > longest) return {};
    const std::size_t limit = 1 + name.size() / 5;
    std::vector<std::pair<std::size_t, std::string_view>> near;
    for (const std::string_view candidate : candidates) {
        const std::size_t steps = distance(name, candidate, limit);
        // A name with every letter changed is not similar.
        if (steps <= limit && steps < std::max(name.size(), candidate.size())) near.emplace_back(steps, candidate);
    }
    std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> result;
    for (const auto& [steps, candidate] : near) {
        if (result.size() == most) break;
        if (std::find(result.begin(), result.end(), candidate) == result.end()) result.emplace_back(candidate);
    }
    return result;
}

std::string quoted_list(const std::vector<std::string>& names) {
    std::string result;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i != 0) result += i + 1 == names.size() ? " or " : ", ";
        result += '`' + names[i] + '`';
    }
    return result;
}

}  // namespace ward::policy
