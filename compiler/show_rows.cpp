#include "compiler/show_rows.hpp"

#include <algorithm>

namespace ward::compiler {
namespace {

constexpr std::size_t list_width = 60;       // of the names in one line
constexpr std::size_t greatest_column = 78;  // where places begin at the most
constexpr std::string_view built_in = "<built-in>/";
constexpr std::string_view bold = "1";
constexpr std::string_view dim = "2";

struct Columns {
    std::size_t word = 0;
    std::size_t text = 0;
    bool colour = false;
};

// Columns on a screen, near enough: every code point counts as one.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

std::string padded(std::string text, std::size_t columns) {
    const std::size_t used = width(text);
    if (used < columns) text.append(columns - used, ' ');
    return text;
}

std::string painted(std::string_view text, std::string_view code, bool colour) {
    if (!colour) return std::string(text);
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

std::string line(const Row& row, const Columns& columns) {
    std::string text = "  " + padded(row.word, columns.word) + row.text;
    if (!row.place.empty()) {
        text = padded(text + "  ", columns.text) + painted(row.place, dim, columns.colour);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text + '\n';
}

Columns measure(const Row& title, const std::vector<Section>& sections) {
    Columns columns;
    std::size_t text = width(title.text);
    for (const Section& section : sections) {
        for (const Row& row : section.rows) {
            columns.word = std::max(columns.word, width(row.word) + 2);
            if (!row.place.empty()) text = std::max(text, width(row.text));
        }
    }
    columns.text = std::min(2 + columns.word + text + 2, greatest_column);
    return columns;
}

}  // namespace

std::string place_of(const Origins& origins, const policy::Sources& sources) {
    if (origins.empty()) return {};
    const policy::Source& source = sources[origins.front().file];
    const std::string_view name = source.name();
    const std::string file(name.substr(name.starts_with(built_in) ? built_in.size() : 0));
    return file + ":" + std::to_string(source.position(origins.front().begin).line);
}

void Listing::add(std::string name, std::string place) {
    auto found = std::find_if(places_.begin(), places_.end(), [&](const auto& known) { return known.first == place; });
    if (found == places_.end()) found = places_.emplace(places_.end(), std::move(place), std::vector<std::string>());
    found->second.push_back(std::move(name));
}

void Listing::append_to(Rows& rows, std::string_view word, std::string_view suffix) const {
    for (const auto& [place, names] : places_) {
        rows.push_back({std::string(word), {}, place});
        for (const std::string& name : names) {
            if (!rows.back().text.empty() && rows.back().text.size() + 2 + name.size() > list_width) {
                rows.back().text += ',';
                rows.push_back({});
            } else if (!rows.back().text.empty()) {
                rows.back().text += ", ";
            }
            rows.back().text += name;
        }
        rows.back().text += suffix;
    }
}

std::string print(const Row& title, const std::vector<Section>& sections, bool colour) {
    Columns columns = measure(title, sections);
    columns.colour = colour;
    const std::string name = painted(title.word, bold, colour) + " " + title.text;
    const std::size_t used = width(title.word) + 1 + width(title.text);
    const std::size_t gap = used < columns.text ? columns.text - used : 1;
    std::string out = name + std::string(gap, ' ') + painted(title.place, dim, colour) + '\n';
    for (const Section& section : sections) {
        out += '\n' + painted(section.title, bold, colour) + '\n';
        for (const Row& row : section.rows) out += line(row, columns);
    }
    return out;
}

}  // namespace ward::compiler
