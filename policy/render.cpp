#include "policy/render.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "policy/utf8.hpp"

namespace ward::policy {

namespace {

constexpr std::size_t tab_width = 4;
constexpr std::size_t max_line_bytes = 200;  // longer lines are cut around the place
constexpr std::size_t bytes_before = 60;     // how much of a cut line stands before the place
constexpr std::size_t max_secondary = 2;

enum class Tone { error, warning, good };

// Text in a colour, or plain.
struct Painter {
    bool colour = false;

    [[nodiscard]] std::string paint(std::string_view code, std::string_view text) const {
        if (!colour || text.empty()) return std::string(text);
        return "\x1b[" + std::string(code) + 'm' + std::string(text) + "\x1b[0m";
    }
    [[nodiscard]] std::string bold(std::string_view text) const { return paint("1", text); }
    [[nodiscard]] std::string gutter(std::string_view text) const { return paint("1;34", text); }
    [[nodiscard]] std::string help(std::string_view text) const { return paint("1;32", text); }
    [[nodiscard]] std::string tone(Tone tone, std::string_view text) const {
        return paint(tone == Tone::error ? "1;31" : tone == Tone::warning ? "1;33" : "1;32", text);
    }
};

// One labelled range, resolved to a line.
struct Place {
    const Label* label;
    Position position;
    bool primary;
};

std::string hex(unsigned value) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string result;
    for (; value != 0 || result.size() < 2; value /= 16) result.insert(result.begin(), digits[value % 16]);
    return result;
}

// How the first code point of `text` is shown.
std::string shown(std::string_view text, const std::optional<CodePoint>& point) {
    if (!point) return "\\x" + hex(static_cast<unsigned char>(text[0]));
    if (point->value == '\n') return "\\n";
    if (point->value == '\t') return "\\t";
    if (point->value < 0x80 && is_control(point->value)) return "\\x" + hex(point->value);
    if (is_control(point->value) || is_hidden(point->value)) return "\\u{" + hex(point->value) + '}';
    return std::string(text.substr(0, point->bytes));
}

// A source line as it stands on the screen, with the column where each byte of it begins.
struct DrawnLine {
    std::string text;
    std::vector<std::size_t> columns;  // one more than bytes: the last is the end
};

DrawnLine draw(std::string_view line) {
    DrawnLine result;
    result.columns.reserve(line.size() + 1);
    std::size_t column = 0;
    while (!line.empty()) {
        const auto point = decode_utf8(line);
        const std::size_t bytes = point ? point->bytes : 1;
        result.columns.insert(result.columns.end(), bytes, column);
        if (line[0] == '\t') {
            const std::size_t blanks = tab_width - column % tab_width;
            result.text.append(blanks, ' ');
            column += blanks;
        } else {
            const std::string text = shown(line, point);
            column += text.size() == bytes && point ? display_width(point->value) : text.size();
            result.text += text;
        }
        line.remove_prefix(bytes);
    }
    result.columns.push_back(column);
    return result;
}

// The part of a long line that is shown, and what stands for the rest.
struct Cut {
    std::size_t begin = 0;
    std::size_t end = 0;
};

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80;
}

// Where the character around a byte begins. In text that is no UTF-8 any number of bytes may look like the rest of
// one; a real one has at most three such.
std::size_t character_begin(std::string_view line, std::size_t at) {
    constexpr std::size_t longest_rest = 3;
    std::size_t begin = at;
    while (begin > 0 && begin < line.size() && continues_character(line[begin])) {
        if (at - begin == longest_rest) return at;
        --begin;
    }
    return begin;
}

Cut cut_around(std::string_view line, std::size_t offset) {
    if (line.size() <= max_line_bytes) return {0, line.size()};
    Cut cut;
    cut.begin = offset > bytes_before ? std::min(offset, line.size()) - bytes_before : 0;
    cut.end = character_begin(line, std::min(cut.begin + max_line_bytes, line.size()));
    cut.begin = character_begin(line, cut.begin);
    return cut;
}

// One diagnostic or remark, as what is drawn.
struct Drawn {
    std::string head;
    Tone tone;
    std::string_view message;
    const Label* primary;  // null: no place
    std::span<const Label> secondary;
    std::span<const std::string> notes;
    std::span<const std::string> helps;
};

// Draws it.
class Drawing {
public:
    Drawing(const Drawn& drawn, const Sources& sources, RenderOptions options)
        : drawn_(drawn), sources_(sources), painter_{options.colour} {}

    std::string draw_all() {
        headline();
        if (drawn_.primary != nullptr) {
            find_places();
            draw_places();
        }
        for (const std::string& note : drawn_.notes) {
            out_ += "  " + painter_.bold("note:") + ' ' + escaped(note) + '\n';
        }
        for (const std::string& help : drawn_.helps) {
            out_ += "  " + painter_.help("help:") + ' ' + escaped(help) + '\n';
        }
        return std::move(out_);
    }

private:
    void headline() {
        out_ += painter_.tone(drawn_.tone, drawn_.head);
        out_ += painter_.bold(": " + escaped(drawn_.message)) + '\n';
    }

    void find_places() {
        add_place(*drawn_.primary, true);
        const auto& secondary = drawn_.secondary;
        for (std::size_t i = 0; i < std::min(secondary.size(), max_secondary); ++i) add_place(secondary[i], false);
        std::size_t last_line = 0;
        for (const Place& place : places_) last_line = std::max(last_line, place.position.line);
        gutter_width_ = std::to_string(last_line).size();
        const FileId own_file = drawn_.primary->span.file;
        std::stable_sort(places_.begin(), places_.end(), [own_file](const Place& a, const Place& b) {
            const Span& x = a.label->span;
            const Span& y = b.label->span;
            if ((x.file == own_file) != (y.file == own_file)) return x.file == own_file;
            return x.file != y.file ? x.file < y.file : x.begin < y.begin;
        });
    }

    void add_place(const Label& label, bool primary) {
        places_.push_back({&label, sources_[label.span.file].position(label.span.begin), primary});
    }

    void draw_places() {
        const Span& primary = drawn_.primary->span;
        file_line("-->", primary);
        const Place* before = nullptr;
        for (const Place& place : places_) {
            const FileId file = place.label->span.file;
            const FileId last_file = before != nullptr ? before->label->span.file : primary.file;
            if (file != last_file) file_line(":::", place.label->span);
            draw_place(place, before);
            before = &place;
        }
    }

    void file_line(std::string_view arrow, const Span& span) {
        const Source& source = sources_[span.file];
        const Position position = source.position(span.begin);
        out_ += "  " + painter_.gutter(arrow) + ' ' + escaped(source.name()) + ':' + std::to_string(position.line) +
                ':' + std::to_string(position.column) + '\n';
    }

    // The source line (unless the place before stands on it too), and the underline.
    void draw_place(const Place& place, const Place* before) {
        const Span& span = place.label->span;
        const std::string_view line = sources_[span.file].line_at(span.begin);
        const std::size_t offset = std::min(place.position.column - 1, line.size());
        const Cut cut = cut_around(line, offset);
        const DrawnLine drawn = draw(line.substr(cut.begin, cut.end - cut.begin));
        const bool cut_begin = cut.begin != 0;
        const bool same_line = before != nullptr && before->label->span.file == span.file &&
                               before->position.line == place.position.line && line.size() <= max_line_bytes;
        if (!same_line) {
            const std::string text = (cut_begin ? "…" : "") + drawn.text + (cut.end < line.size() ? "…" : "");
            row(std::to_string(place.position.line), text);
        }
        const std::size_t length = span.end - span.begin;
        const std::size_t first = drawn.columns[offset - cut.begin];
        const std::size_t last = drawn.columns[std::min(offset - cut.begin + length, drawn.columns.size() - 1)];
        underline(place, first + (cut_begin ? 1 : 0), std::max<std::size_t>(last - first, 1));
    }

    void underline(const Place& place, std::size_t indent, std::size_t width) {
        std::string mark(width, place.primary ? '^' : '-');
        if (!place.label->text.empty()) mark += ' ' + escaped(place.label->text);
        const std::string painted = place.primary ? painter_.tone(drawn_.tone, mark) : painter_.gutter(mark);
        row("", std::string(indent, ' ') + painted);
    }

    void row(const std::string& number, const std::string& text) {
        const std::string pad(gutter_width_ - number.size(), ' ');
        out_ += painter_.gutter("  " + pad + number + " |") + (text.empty() ? "" : " " + text) + '\n';
    }

    const Drawn& drawn_;
    const Sources& sources_;
    Painter painter_;
    std::vector<Place> places_;
    std::size_t gutter_width_ = 1;
    std::string out_;
};

std::string counted(std::size_t number, std::string_view what) {
    return std::to_string(number) + ' ' + std::string(what) + (number == 1 ? "" : "s");
}

std::string count_line(const Diagnostics& diagnostics) {
    std::string result;
    if (diagnostics.errors() != 0) result = counted(diagnostics.errors(), "error");
    if (diagnostics.warnings() != 0) {
        if (!result.empty()) result += ", ";
        result += counted(diagnostics.warnings(), "warning");
    }
    if (diagnostics.suppressed() != 0) result += "; " + std::to_string(diagnostics.suppressed()) + " further not shown";
    return result + '\n';
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const auto point = decode_utf8(text);
        result += shown(text, point);
        text.remove_prefix(point ? point->bytes : 1);
    }
    return result;
}

std::string render(const Diagnostic& diagnostic, const Sources& sources, RenderOptions options) {
    const Slug& kind = diagnostic.kind();
    const bool is_error = kind.severity == Severity::error;
    const std::string head = std::string(is_error ? "error" : "warning") + '[' + std::string(kind.name) + ']';
    const Label* primary = diagnostic.primary() ? &*diagnostic.primary() : nullptr;
    const Drawn drawn{head,
                      is_error ? Tone::error : Tone::warning,
                      diagnostic.message(),
                      primary,
                      diagnostic.secondary(),
                      diagnostic.notes(),
                      diagnostic.helps()};
    return Drawing(drawn, sources, options).draw_all();
}

std::string render(const Remark& remark, const Sources& sources, RenderOptions options) {
    const std::span<const Label> places = remark.places;
    const Drawn drawn{remark.verdict,
                      remark.is_good ? Tone::good : Tone::error,
                      remark.message,
                      places.empty() ? nullptr : &places.front(),
                      places.subspan(places.empty() ? 0 : 1),
                      remark.notes,
                      remark.helps};
    return Drawing(drawn, sources, options).draw_all();
}

std::string render(const Diagnostics& diagnostics, const Sources& sources, RenderOptions options) {
    if (diagnostics.all().empty()) return {};
    std::string result;
    for (const Diagnostic* diagnostic : diagnostics.sorted()) result += render(*diagnostic, sources, options) + '\n';
    return result + count_line(diagnostics);
}

}  // namespace ward::policy
