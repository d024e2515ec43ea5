// A policy text as a list of items, comments among them: what the formatter rearranges.
//
// Nothing here knows what a statement means, so a new one needs no line here. The text is taken as
// it is written, and must be one that parses.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace ward::policy {

// `text` points into the text of the policy.
struct Token {
    enum class Kind { word, quoted, sign, comment, open, close, separator };  // sign: `,` and those of let and param
    Kind kind;
    std::string_view text;  // of a comment: without the blanks that it ends in
    std::size_t line;
};

[[nodiscard]] std::vector<Token> tokens_of(std::string_view text);

// What stands on a line of its own, once formatted.
struct Item {
    enum class Kind { comment, statement, open, close };  // open: all up to the `{`, which is the last token
    Kind kind;
    std::vector<Token> tokens;  // of a statement: with the comments after its commas
    std::string_view remark;    // the comment behind it; may be empty
    std::size_t depth = 0;      // of the blocks around it
    bool after_blank = false;   // an empty line stands before it
};

[[nodiscard]] std::vector<Item> items_of(std::string_view text);

}  // namespace ward::policy
