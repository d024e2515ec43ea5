// A golden case: a command line, the files it finds, and every word it answers, in one text file.
//
//     What the case shows, in a line or two.
//     $ ward check ./web.ward
//     --- file web.ward
//     policy web
//     --- status 1
//     --- stderr
//     error[empty-policy]: ...
//
// Parts that make what the command finds, in order; those that write a file append to it:
//     --- file NAME            the lines that follow
//     --- bytes NAME           the same with `\xNN` replaced by bytes, and without the last line end
//     --- repeat NAME COUNT    the lines that follow, COUNT times
//     --- folder NAME, --- pipe NAME, --- link NAME TARGET, --- mode NAME OCTAL
//     --- stdin                what the command reads; nothing if not given
//     --- environment NAME=VALUE
// Parts that are expected, at the end: `--- status N`, `--- stderr`, `--- stdout` (empty if not given).
// In them, FOLDER stands for the folder that the command ran in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ward::golden {

// A line that begins with `--- `, and what follows it up to the next one.
struct Part {
    std::vector<std::string> words;  // `file`, `web.ward`
    std::string text;
};

struct Outcome {
    int status = 0;  // 128 + n for signal n
    std::string standard_output;
    std::string standard_error;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

struct Case {
    std::string input;               // the text before the expected parts, as it is in the file
    std::vector<std::string> words;  // the command without `ward`
    std::vector<Part> parts;         // what the command finds
    Outcome expected;
};

// Throws std::runtime_error for a text that is no case.
[[nodiscard]] Case read_case(std::string_view text);

// The case as a file, with another outcome.
[[nodiscard]] std::string with_outcome(const Case& golden_case, const Outcome& outcome);

}  // namespace ward::golden
