// The graph of a filter's decisions: from each ABI over its calls, those of equal outcome in one box, to
// the tests of their arguments and the answers.
#include <algorithm>
#include <map>

#include "compiler/diff_calls.hpp"
#include "compiler/disassembly.hpp"

namespace ward::compiler {
namespace {

constexpr std::size_t line_width = 60;

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        if (c == '\n')
            result += "\\l";
        else
            result += c;
    }
    return result + '"';
}

// Names in lines that are not too long, each line ended.
std::string wrapped(const std::vector<std::string>& names) {
    std::string text;
    std::string line;
    for (const std::string& name : names) {
        if (!line.empty() && line.size() + 2 + name.size() > line_width) {
            text += line + ",\n";
            line.clear();
        }
        line += (line.empty() ? "" : ", ") + name;
    }
    return text + line + '\n';
}

class Graph {
public:
    explicit Graph(const FilterMap& map) : map_(map), drawn_(map.program.size()) {}

    std::string draw(std::string_view title) {
        text_ = "digraph filter {\n    label=" + quoted(title) + ";\n    node [shape=box, fontname=\"monospace\"];\n";
        std::map<Abi, std::map<std::size_t, std::vector<const FilterPath*>>> groups;
        for (const FilterPath& path : map_.paths) groups[path.abi][decision_from(path.entry)].push_back(&path);
        for (const auto& [abi, entries] : groups) draw_abi(abi, entries);
        return text_ + "}\n";
    }

private:
    void draw_abi(Abi abi, const std::map<std::size_t, std::vector<const FilterPath*>>& entries) {
        const std::string root(abi_name(abi));
        text_ += "    " + quoted(root) + " [shape=oval];\n";
        for (const auto& [entry, paths] : entries) {
            const std::string group = root + " " + std::to_string(entry);
            text_ += "    " + quoted(group) + " [label=" + quoted(calls_in(abi, paths)) + "];\n";
            text_ += "    " + quoted(root) + " -> " + quoted(group) + ";\n";
            text_ += "    " + quoted(group) + " -> " + std::to_string(entry) + ";\n";
            draw_decision(entry);
        }
    }

    static std::string calls_in(Abi abi, const std::vector<const FilterPath*>& paths) {
        std::vector<std::uint32_t> numbers;
        for (const FilterPath* path : paths)
            if (path->is_named) numbers.push_back(path->number);
        std::vector<std::string> names = names_of_calls(abi, numbers);
        if (numbers.size() != paths.size()) names.emplace_back("every other number");
        return wrapped(names);
    }

    // What loads and calculates only leads on.
    std::size_t decision_from(std::size_t at) const {
        while (!is_return(map_.program[at]) && !is_test(map_.program[at])) at = targets_of(map_, at).yes;
        return at;
    }

    void draw_decision(std::size_t at) {
        if (drawn_[at]) return;
        drawn_[at] = true;
        const std::string id = std::to_string(at);
        if (is_return(map_.program[at])) {
            const std::string words = return_in_words(map_.program[at].k);
            text_ += "    " + id + " [shape=oval, style=bold, label=" + quoted(words) + "];\n";
            return;
        }
        text_ += "    " + id + " [shape=diamond, label=" + quoted(test_in_words(map_, at)) + "];\n";
        const Targets targets = targets_of(map_, at);
        draw_edge(at, decision_from(targets.yes), "yes");
        draw_edge(at, decision_from(targets.no), "no");
    }

    void draw_edge(std::size_t from, std::size_t to, const char* label) {
        text_ += "    " + std::to_string(from) + " -> " + std::to_string(to) + " [label=" + label + "];\n";
        draw_decision(to);
    }

    const FilterMap& map_;
    std::string text_;
    std::vector<bool> drawn_;
};

}  // namespace

std::string graph_of(const FilterMap& map, std::string_view title) {
    return Graph(map).draw(title);
}

}  // namespace ward::compiler
