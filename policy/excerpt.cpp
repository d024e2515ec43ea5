#include "policy/excerpt.hpp"

#include "policy/diagnostic.hpp"

namespace ward::policy {

std::string excerpt(std::string_view text) {
    constexpr std::size_t max_bytes = 40;
    if (text.size() <= max_bytes) return quoted(text);
    std::size_t end = max_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
    return quoted(std::string(text.substr(0, end)) + "…");
}

}  // namespace ward::policy
