// Finds names that a misspelt one may have meant.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ward::policy {

// At most three candidates within a Damerau-Levenshtein distance of 1 + length/5, nearest first,
// ties in the candidates' order. None for names shorter than two characters.
[[nodiscard]] std::vector<std::string> similar_names(std::string_view name,
                                                     std::span<const std::string_view> candidates);

// "`openat`" or "`openat` or `openat2`": the words for a help line.
[[nodiscard]] std::string quoted_list(const std::vector<std::string>& names);

}  // namespace ward::policy
