#include "tests/golden/case_file.hpp"

#include <sstream>
#include <stdexcept>

namespace ward::golden {

namespace {

constexpr std::string_view part_mark = "--- ";
constexpr std::string_view command_mark = "$ ward ";

std::vector<std::string> split_words(const std::string& line) {
    std::istringstream stream(line);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

bool is_expectation(const Part& part) {
    return part.words[0] == "status" || part.words[0] == "stderr" || part.words[0] == "stdout";
}

void read_expectation(const Part& part, Outcome& expected) {
    if (part.words[0] == "status") expected.status = std::stoi(part.words.at(1));
    if (part.words[0] == "stderr") expected.standard_error = part.text;
    if (part.words[0] == "stdout") expected.standard_output = part.text;
}

}  // namespace

Case read_case(std::string_view text) {
    Case result;
    std::vector<Part> parts;
    bool in_input = true;
    while (!text.empty()) {
        const std::size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
        const std::string line(text.substr(0, length));
        text.remove_prefix(length);
        if (line.starts_with(part_mark)) {
            parts.push_back({split_words(line.substr(part_mark.size())), {}});
            if (parts.back().words.empty()) throw std::runtime_error("a part without a name");
            in_input = in_input && !is_expectation(parts.back());
        } else if (!parts.empty()) {
            parts.back().text += line;
        } else if (line.starts_with(command_mark)) {
            result.words = split_words(line.substr(command_mark.size()));
        }
        if (in_input) result.input += line;
    }
    if (result.words.empty()) throw std::runtime_error("no line begins with `$ ward `");
    for (Part& part : parts) {
        if (is_expectation(part)) {
            read_expectation(part, result.expected);
        } else {
            result.parts.push_back(std::move(part));
        }
    }
    return result;
}

std::string with_outcome(const Case& golden_case, const Outcome& outcome) {
    std::string text = golden_case.input;
    text += "--- status " + std::to_string(outcome.status) + '\n';
    if (!outcome.standard_output.empty()) text += "--- stdout\n" + outcome.standard_output;
    if (!outcome.standard_error.empty()) text += "--- stderr\n" + outcome.standard_error;
    return text;
}

}  // namespace ward::golden
