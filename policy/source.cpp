#include "policy/source.hpp"

#include <algorithm>
#include <utility>

namespace ward::policy {

Position Source::position(std::uint32_t offset) const {
    const std::string_view before = std::string_view(text_).substr(0, offset);
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
    const auto line_ends = std::count(before.begin(), before.end(), '\n');
    return {static_cast<std::size_t>(line_ends) + 1, before.size() - line_start + 1};
}

std::string_view Source::line_at(std::uint32_t offset) const {
    const std::string_view text = text_;
    const std::size_t begin = text.substr(0, offset).rfind('\n') + 1;
    std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

FileId Sources::add(std::string name, std::string text) {
    sources_.emplace_back(std::move(name), std::move(text));
    return static_cast<FileId>(sources_.size() - 1);
}

std::string_view Sources::text(Span span) const {
    return (*this)[span.file].text().substr(span.begin, span.end - span.begin);
}

}  // namespace ward::policy
