#include "policy/format_items.hpp"

#include <algorithm>
#include <utility>

#include "policy/format_signs.hpp"

namespace ward::policy {

namespace {

using Kind = Token::Kind;

constexpr std::string_view blanks = " \t\r";

Kind kind_of(char first) {
    switch (first) {
        case '#':
            return Kind::comment;
        case '"':
            return Kind::quoted;
        case ',':
        case '(':
        case ')':
            return Kind::sign;
        case '{':
            return Kind::open;
        case '}':
            return Kind::close;
        case ';':
            return Kind::separator;
        default:
            return Kind::word;
    }
}

std::size_t quoted_length(std::string_view rest) {
    std::size_t at = 1;
    while (at < rest.size() && rest[at] != '"' && rest[at] != '\n') at += rest[at] == '\\' ? 2U : 1U;
    return at + 1;
}

// `rest` begins with the token.
std::string_view token_text(Kind kind, std::string_view rest) {
    switch (kind) {
        case Kind::word:
            return rest.substr(0, rest.find_first_of(" \t\r\n#\",;{}()"));
        case Kind::quoted:
            return rest.substr(0, quoted_length(rest));
        case Kind::comment: {
            const std::string_view line = rest.substr(0, rest.find('\n'));
            return line.substr(0, line.find_last_not_of(blanks) + 1);
        }
        default:
            return rest.substr(0, 1);
    }
}

class Itemizer {
public:
    explicit Itemizer(std::string_view text) : tokens_(tokens_of(text)) {}

    std::vector<Item> items() {
        while (at_ < tokens_.size()) next();
        return std::move(items_);
    }

private:
    void next() {
        switch (tokens_[at_].kind) {
            case Kind::separator:
                ++at_;
                break;
            case Kind::comment:
                comment();
                break;
            case Kind::close:
                close();
                break;
            default:
                statement();
        }
    }

    // Behind an item or on a line of its own. One behind the `}` of a block on one line is about the block.
    void comment() {
        const Token& token = tokens_[at_];
        const bool behind = !items_.empty() && last_line_ == token.line;
        if (!behind) {
            add(Item::Kind::comment, {token}, blank_before(at_));
        } else if (items_.back().kind == Item::Kind::close && closed_.line == last_line_) {
            items_[closed_.item].remark = token.text;
        } else {
            items_.back().remark = token.text;
        }
        ++at_;
    }

    void close() {
        const std::size_t behind = behind_comments(at_ + 1);
        if (behind < tokens_.size() && tokens_[behind].text == "else" && !open_.empty()) return branch(behind);
        if (!open_.empty()) {
            closed_ = open_.back();
            open_.pop_back();
        }
        add(Item::Kind::close, {tokens_[at_]}, false);
        ++at_;
    }

    // `} else {` or `} else when CONDITION {`. Comments between come to stand above.
    void branch(std::size_t else_word) {
        const Token brace = tokens_[at_++];
        comments_above(else_word, false);
        std::vector<Token> tokens{brace, tokens_[at_++]};
        const std::size_t behind = behind_comments(at_);
        comments_above(behind, false);
        if (tokens_[at_].text == "when") {
            const std::vector<Token> condition = words();
            tokens.insert(tokens.end(), condition.begin(), condition.end());
        }
        open(Item::Kind::branch, std::move(tokens), false);
    }

    void statement() {
        const bool blank = blank_before(at_);
        const bool in_group = !open_.empty() && around() == "group";
        std::vector<Token> tokens = words();
        const std::size_t behind = behind_comments(at_);
        if (behind < tokens_.size() && tokens_[behind].kind == Kind::open) {
            open(Item::Kind::open, std::move(tokens), blank);
        } else {
            add(Item::Kind::statement, std::move(tokens), blank);
            items_.back().in_group = in_group;
        }
    }

    // A comment between the words and their `{` comes to stand above them, or behind those within.
    void open(Item::Kind kind, std::vector<Token> tokens, bool blank) {
        const bool holds_comment =
            std::ranges::any_of(tokens, [](const Token& token) { return token.kind == Kind::comment; });
        const std::size_t brace = behind_comments(at_);
        if (holds_comment) {
            for (; at_ < brace; ++at_) tokens.push_back(tokens_[at_]);
        } else {
            blank = comments_above(brace, blank);
        }
        tokens.push_back(tokens_[at_++]);
        if (kind == Item::Kind::branch) open_.pop_back();
        add(kind, std::move(tokens), blank);
        open_.push_back({items_.size() - 1, last_line_});
    }

    // The comments up to a token, each on its line. The first takes the empty line before; false then.
    bool comments_above(std::size_t end, bool blank) {
        for (; at_ < end; ++at_) add(Item::Kind::comment, {tokens_[at_]}, std::exchange(blank, false));
        return blank;
    }

    // The words of a statement, and the comments between them.
    std::vector<Token> words() {
        const std::string_view block = open_.empty() ? std::string_view() : around();
        std::vector<Token> tokens{tokens_[at_++]};
        in_condition_ = tokens.front().text == "when";
        parens_ = 0;
        for (bool joined = false; at_ < tokens_.size() && goes_on(joined || parens_ != 0); ++at_) {
            const Token& token = tokens_[at_];
            tokens.push_back(token);
            if (token.kind != Kind::comment) joined = joins(token);
            if (block == "syscalls" && token.text == "if") in_condition_ = true;
        }
        return with_signs(tokens, block);
    }

    // Whether the line may end behind a token of a statement that goes on.
    bool joins(const Token& token) {
        if (token.text == "(") ++parens_;
        if (token.text == ")" && parens_ != 0) --parens_;
        if (token.text == "," || token.text == "(") return true;
        return in_condition_ && (token.text == "and" || token.text == "or" || token.text.ends_with('|'));
    }

    [[nodiscard]] bool goes_on(bool joined) const {
        const Token& token = tokens_[at_];
        if (token.kind == Kind::open || token.kind == Kind::close || token.kind == Kind::separator) return false;
        return joined || (token.kind != Kind::comment && token.line == tokens_[at_ - 1].line);
    }

    // The word that the innermost block begins with.
    [[nodiscard]] std::string_view around() const { return items_[open_.back().item].tokens.front().text; }

    [[nodiscard]] std::size_t behind_comments(std::size_t token) const {
        while (token < tokens_.size() && tokens_[token].kind == Kind::comment) ++token;
        return token;
    }

    [[nodiscard]] bool blank_before(std::size_t token) const {
        return token != 0 && tokens_[token].line > tokens_[token - 1].line + 1;
    }

    void add(Item::Kind kind, std::vector<Token> tokens, bool after_blank) {
        last_line_ = tokens.back().line;
        items_.push_back({kind, std::move(tokens), {}, open_.size(), after_blank});
    }

    struct Block {
        std::size_t item;  // its `{`
        std::size_t line;
    };

    std::vector<Token> tokens_;
    std::vector<Item> items_;
    std::vector<Block> open_;
    Block closed_{0, 0};
    bool in_condition_ = false;  // of the statement that is read
    std::size_t parens_ = 0;     // of it, that are open
    std::size_t at_ = 0;
    std::size_t last_line_ = 0;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view text) {
    std::vector<Token> tokens;
    std::size_t line = 1;
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view rest = text.substr(at);
        if (rest.front() == '\n') ++line;
        if (rest.front() == '\n' || blanks.find(rest.front()) != std::string_view::npos) {
            ++at;
            continue;
        }
        const Kind kind = kind_of(rest.front());
        tokens.push_back({kind, token_text(kind, rest), line});
        at += tokens.back().text.size();
    }
    return tokens;
}

std::vector<Item> items_of(std::string_view text) {
    return Itemizer(text).items();
}

}  // namespace ward::policy
