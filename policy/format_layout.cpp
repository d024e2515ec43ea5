#include "policy/format_layout.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "policy/utf8.hpp"

namespace ward::policy {

namespace {

constexpr std::size_t max_columns = 100;        // of a line without its comment
constexpr std::size_t indentation = 4;          // of each block
constexpr std::size_t verb_columns = 9;         // at least, in a block, with the blank behind: `execute? `
constexpr std::size_t remark_column = 41;       // where a comment behind a statement begins if it can
constexpr std::size_t last_remark_column = 72;  // one further right stands alone

std::size_t columns(std::string_view text) {
    std::size_t result = 0;
    while (!text.empty()) {
        const CodePoint point = decode_utf8(text).value_or(CodePoint{});
        result += display_width(point.value);
        text.remove_prefix(point.bytes);
    }
    return result;
}

// ---- words

// Words that mean something of their own between the words of a statement.
constexpr std::string_view clause_words[] = {"from", "into", "size", "mode", "except", "with", "if", "tcp", "->"};

// Plain in every word, and nothing else to people. Characters of patterns are not: quotes take their
// meaning away.
bool is_plain(char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || std::string_view("_-./~$@:+%").find(c) != std::string_view::npos;
}

// A word keeps its quotes if it needs them. The description of a policy and the title of a test are
// texts by their nature.
std::string_view word_text(const Token& token, const Item& item) {
    const std::string_view verb = item.tokens.front().text;
    const bool is_text = verb == "policy" || verb == "test" || item.in_group;
    if (token.kind != Token::Kind::quoted || is_text) return token.text;
    const std::string_view word = token.text.substr(1, token.text.size() - 2);
    const bool means_more = std::ranges::find(clause_words, word) != std::end(clause_words);
    return word.empty() || means_more || !std::ranges::all_of(word, is_plain) ? token.text : word;
}

// ---- lines

struct Line {
    std::string text;  // without blanks at its end
    std::size_t width = 0;
    std::string_view remark;  // the comment behind it; may be empty
    bool after_blank = false;
};

// Writes a statement. Its lists break after a comma, and go on below their first word.
class StatementWriter {
public:
    // `operands`: the column of the first word behind the verb; 0: one blank behind the verb.
    StatementWriter(std::vector<Line>& lines, const Item& item, std::size_t operands)
        : lines_(lines),
          item_(item),
          operands_(operands),
          indent_(item.depth * indentation),
          hanging_(std::max(operands, indent_ + indentation)) {}

    void write() {
        begin_line(indent_);
        lines_.back().after_blank = item_.after_blank;
        std::size_t first = 0;
        if (!item_.in_group) put(item_.tokens[first++].text);
        column_ = std::max(operands_, column_);
        for (std::size_t i = first; i < item_.tokens.size(); ++i) {
            const Token& token = item_.tokens[i];
            if (token.kind == Token::Kind::comment)
                comment(token.text, token.line == item_.tokens[i - 1].line);
            else
                add(token);
        }
        put_chunk();
        lines_.back().remark = item_.remark;
    }

private:
    void add(const Token& token) {
        if (!chunk_.empty() && !token.glued && !glues_) chunk_ += ' ';
        chunk_ += word_text(token, item_);
        glues_ = token.glues;
        if (token.breaks) put_chunk();
    }

    void put_chunk() {
        if (chunk_.empty()) return;
        const bool too_long = has_operands_ && column_ + columns(chunk_) > max_columns;
        if (too_long || ended_) begin_line(hanging_);
        put(chunk_);
        chunk_.clear();
        has_operands_ = true;
    }

    // Where the line may end: behind what stands there, or on a line of its own.
    void comment(std::string_view text, bool behind) {
        put_chunk();
        if (behind) {
            lines_.back().remark = text;
        } else {
            begin_line(hanging_);
            put(text);
        }
        ended_ = true;
    }

    void begin_line(std::size_t column) {
        lines_.emplace_back();
        column_ = column;
        has_operands_ = false;
        ended_ = false;
    }

    // At column_, and then goes on one blank behind.
    void put(std::string_view text) {
        Line& line = lines_.back();
        line.text.append(column_ - line.width, ' ').append(text);
        line.width = column_ + columns(text);
        column_ = line.width + 1;
    }

    std::vector<Line>& lines_;
    const Item& item_;
    std::size_t operands_;
    std::size_t indent_;
    std::size_t hanging_;
    std::size_t column_ = 0;     // of what is put next
    std::string chunk_;          // what stands between two commas, `and` or `or`; never broken
    bool glues_ = false;         // its last token
    bool has_operands_ = false;  // on this line
    bool ended_ = false;         // by a comment: what follows begins a new line
};

bool opens(const Item& item) {
    return item.kind == Item::Kind::open || item.kind == Item::Kind::branch;
}
bool closes(const Item& item) {
    return item.kind == Item::Kind::close || item.kind == Item::Kind::branch;
}

// The column of the words behind the verbs of each block, by the index of its `{`.
std::vector<std::size_t> operand_columns(const std::vector<Item>& items) {
    std::vector<std::size_t> result(items.size(), 0);
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Item& item = items[i];
        if (closes(item)) open.pop_back();
        if (opens(item)) {
            open.push_back(i);
            result[i] = (item.depth + 1) * indentation + verb_columns;
        } else if (item.kind == Item::Kind::statement && !item.in_group && !open.empty()) {
            const std::size_t needed = item.depth * indentation + columns(item.tokens.front().text) + 1;
            result[open.back()] = std::max(result[open.back()], needed);
        }
    }
    return result;
}

std::vector<Line> lines_of(const std::vector<Item>& items) {
    const std::vector<std::size_t> operands = operand_columns(items);
    std::vector<Line> lines;
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Item& item = items[i];
        if (closes(item)) open.pop_back();
        const bool in_block = item.kind == Item::Kind::statement && !item.in_group && !open.empty();
        StatementWriter(lines, item, in_block ? operands[open.back()] : 0).write();
        if (opens(item)) open.push_back(i);
    }
    return lines;
}

// ---- comments behind statements

std::size_t nearest_column(const Line& line) {
    return line.width + 2;
}

// The comments of neighbouring lines stand below each other. Returns the first line behind them.
std::size_t align_remarks(std::vector<Line>& lines, std::size_t first) {
    std::size_t column = std::max(remark_column, nearest_column(lines[first]));
    std::size_t end = first + 1;
    const auto joins = [&](const Line& line) {
        return !line.remark.empty() && !line.after_blank && nearest_column(line) <= last_remark_column;
    };
    for (; column <= last_remark_column && end < lines.size() && joins(lines[end]); ++end)
        column = std::max(column, nearest_column(lines[end]));
    for (std::size_t i = first; i < end; ++i)
        lines[i].text.append(column - lines[i].width, ' ').append(lines[i].remark);
    return end;
}

}  // namespace

std::string lay_out(const std::vector<Item>& items) {
    std::vector<Line> lines = lines_of(items);
    for (std::size_t i = 0; i < lines.size();) i = lines[i].remark.empty() ? i + 1 : align_remarks(lines, i);
    std::string text;
    for (const Line& line : lines) {
        if (line.after_blank) text += '\n';
        text += line.text;
        text += '\n';
    }
    return text;
}

}  // namespace ward::policy
