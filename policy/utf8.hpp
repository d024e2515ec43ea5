// UTF-8, as far as reading a policy and showing a message need it: decoding, what cannot be seen, and
// how wide it is on a terminal. Never the locale's view: a jail starts without one.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace ward::policy {

struct CodePoint {
    char32_t value = 0;
    std::size_t bytes = 1;
};

// The first code point of a text that is not empty. Absent if it is not well-formed UTF-8 (overlong
// forms, surrogates and values above U+10FFFF are not).
[[nodiscard]] std::optional<CodePoint> decode_utf8(std::string_view text);

// C0 and C1 controls (tab and line feed too) and DEL.
[[nodiscard]] bool is_control(char32_t value);

// Takes no room on the screen or changes the order of what stands around it: bidirectional controls,
// zero-width spaces, tags, line separators.
[[nodiscard]] bool is_hidden(char32_t value);

// Columns on a terminal: 0 for combining marks, 2 for wide East Asian characters and most emoji, else 1.
[[nodiscard]] std::size_t display_width(char32_t value);

}  // namespace ward::policy
