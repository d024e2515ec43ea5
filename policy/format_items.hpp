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
    enum class Kind { word, quoted, sign, comment, open, close, separator };  // sign: `,` `(` `)`, operators
    Kind kind;
    std::string_view text;  // of a comment: without the blanks that it ends in
    std::size_t line;
    bool glued = false;   // no blank before it
    bool glues = false;   // no blank behind it
    bool breaks = false;  // the line may end behind it
};

[[nodiscard]] std::vector<Token> tokens_of(std::string_view text);

// What stands on a line of its own, once formatted.
struct Item {
    // open: all up to the `{`, which is the last token; branch: the same from the `}` before an `else` on
    enum class Kind { comment, statement, open, close, branch };
    Kind kind;
    std::vector<Token> tokens;  // of a statement: with the comments after its commas
    std::string_view remark;    // the comment behind it; may be empty
    std::size_t depth = 0;      // of the blocks around it
    bool after_blank = false;   // an empty line stands before it
    bool in_group = false;      // a statement that is a list without a verb
};

[[nodiscard]] std::vector<Item> items_of(std::string_view text);

}  // namespace ward::policy
