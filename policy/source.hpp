// The texts of a run and the places in them.
//
// A Span is a range of bytes in one text; it is all that later stages keep. Lines and columns are
// computed only when a diagnostic is shown. Nothing here knows what the text means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace ward::policy {

using FileId = std::uint32_t;

// A half-open range of bytes [begin, end) in one source. An empty range marks a point.
struct Span {
    FileId file = 0;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    friend bool operator==(const Span&, const Span&) = default;
};

// 1-based line, 1-based column in bytes.
struct Position {
    std::size_t line = 1;
    std::size_t column = 1;
};

// One text. `name` is how people are shown it: a path, or `<built-in>/base/parser.ward`.
class Source {
public:
    Source(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {}

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::string_view text() const { return text_; }
    // The position of a byte; `offset` may be the end of the text. Linear in the offset.
    [[nodiscard]] Position position(std::uint32_t offset) const;
    // The whole line around a byte, without its line end.
    [[nodiscard]] std::string_view line_at(std::uint32_t offset) const;

private:
    std::string name_;
    std::string text_;
};

// Every text of a run. References stay valid until all are forgotten.
class Sources {
public:
    FileId add(std::string name, std::string text);
    [[nodiscard]] const Source& operator[](FileId file) const { return sources_[file]; }
    [[nodiscard]] std::size_t size() const { return sources_.size(); }
    [[nodiscard]] std::string_view text(Span span) const;
    // No reference and no span means anything from then on.
    void forget() { sources_.clear(); }

private:
    std::deque<Source> sources_;
};

inline constexpr std::size_t max_source_bytes = std::size_t{1} << 20;

}  // namespace ward::policy
