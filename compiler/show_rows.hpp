// The form of `ward show`: sections of rows in three aligned columns.
//
// Knows nothing of jails. Text in rows has been escaped already.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/jail.hpp"
#include "policy/source.hpp"

namespace ward::compiler {

struct Row {
    std::string word;   // `read`
    std::string text;   // `/etc/hosts`
    std::string place;  // `base/program.ward:9`, empty if it comes from no text
};
using Rows = std::vector<Row>;

struct Section {
    std::string_view title;
    Rows rows;
};

// `file:line` of the nearest statement; empty for a default. Built-in policies by their path alone.
[[nodiscard]] std::string place_of(const Origins& origins, const policy::Sources& sources);

// Names that are shown as lists: those of one place together, in lines that are not too long.
class Listing {
public:
    void add(std::string name, std::string place);
    // Rows for the places in the order of their first names; `suffix` follows each list.
    void append_to(Rows& rows, std::string_view word, std::string_view suffix = {}) const;

private:
    std::vector<std::pair<std::string, std::vector<std::string>>> places_;
};

// A title line, then the sections. Ends in a newline.
[[nodiscard]] std::string print(const Row& title, const std::vector<Section>& sections, bool colour);

}  // namespace ward::compiler
