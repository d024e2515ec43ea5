#include "policy/utf8.hpp"

#include <algorithm>
#include <span>

namespace ward::policy {

namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Unicode 15, general category Cf with an effect on order or without a glyph, and Zl, Zp. The joiners
// U+200C and U+200D are left out: real words need them.
constexpr Range hidden[] = {
    {0x00AD, 0x00AD}, {0x061C, 0x061C}, {0x180E, 0x180E}, {0x200B, 0x200B}, {0x200E, 0x200F},
    {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F},
};

// The blocks of combining marks that people meet, and the joiners.
constexpr Range zero_width[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x200C, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
};

// East Asian Width W and F, in blocks.
constexpr Range wide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},
    {0xA000, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18DFF}, {0x1AFF0, 0x1B2FF}, {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD},
};

bool is_in(std::span<const Range> ranges, char32_t value) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [value](const Range& range) { return value >= range.first && value <= range.last; });
}

// How many bytes the sequence with this first byte has; 0 for a byte that starts none.
std::size_t sequence_length(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead < 0xE0) return 2;
    if (lead >= 0xE0 && lead < 0xF0) return 3;
    if (lead >= 0xF0 && lead < 0xF5) return 4;
    return 0;
}

bool is_scalar(char32_t value, std::size_t bytes) {
    constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    return value >= smallest[bytes] && value <= 0x10FFFF && !surrogate;
}

}  // namespace

std::optional<CodePoint> decode_utf8(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t bytes = sequence_length(lead);
    if (bytes == 0 || bytes > text.size()) return std::nullopt;
    if (bytes == 1) return CodePoint{lead, 1};
    char32_t value = lead & (0x7FU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xC0U) != 0x80) return std::nullopt;
        value = value << 6 | (byte & 0x3FU);
    }
    if (!is_scalar(value, bytes)) return std::nullopt;
    return CodePoint{value, bytes};
}

bool is_control(char32_t value) {
    return value < 0x20 || (value >= 0x7F && value < 0xA0);
}

bool is_hidden(char32_t value) {
    return is_in(hidden, value);
}

std::size_t display_width(char32_t value) {
    if (value < 0x300) return 1;
    if (is_in(zero_width, value)) return 0;
    return is_in(wide, value) ? 2 : 1;
}

}  // namespace ward::policy
