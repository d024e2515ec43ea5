#include "policy/format_items.hpp"

#include <array>
#include <utility>

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
            return rest.substr(0, rest.find_first_of(" \t\r\n#\",;{}"));
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

// The signs of a statement that stand in its words: `param memory:size=2G`.
std::string_view inner_signs(std::string_view verb) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 2> table{{{"let", "="}, {"param", ":="}}};
    for (const auto& [word, signs] : table) {
        if (word == verb) return signs;
    }
    return {};
}

// The tokens with each of the signs, once and in order, as a token of its own.
std::vector<Token> with_signs(const std::vector<Token>& tokens, std::string_view signs) {
    std::vector<Token> result;
    for (const Token& token : tokens) {
        std::string_view rest = token.text;
        while (token.kind == Kind::word && !signs.empty() && rest.find(signs.front()) != std::string_view::npos) {
            const std::size_t at = rest.find(signs.front());
            if (at != 0) result.push_back({Kind::word, rest.substr(0, at), token.line});
            result.push_back({Kind::sign, rest.substr(at, 1), token.line});
            rest.remove_prefix(at + 1);
            signs.remove_prefix(1);
        }
        if (!rest.empty()) result.push_back({token.kind, rest, token.line});
    }
    return result;
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
        if (!open_.empty()) {
            closed_ = open_.back();
            open_.pop_back();
        }
        add(Item::Kind::close, {tokens_[at_]}, false);
        ++at_;
    }

    void statement() {
        bool blank = blank_before(at_);
        std::vector<Token> tokens = words();
        const bool opens = before_brace();
        // A comment between the name of a section and its `{` comes to stand above the name.
        for (; opens && tokens_[at_].kind == Kind::comment; ++at_)
            add(Item::Kind::comment, {tokens_[at_]}, std::exchange(blank, false));
        if (opens) tokens.push_back(tokens_[at_++]);
        add(opens ? Item::Kind::open : Item::Kind::statement, std::move(tokens), blank);
        if (opens) open_.push_back({items_.size() - 1, last_line_});
    }

    // The words of a statement, and the comments after its commas.
    std::vector<Token> words() {
        std::vector<Token> tokens{tokens_[at_++]};
        for (bool after_comma = false; at_ < tokens_.size() && goes_on(after_comma); ++at_) {
            const Token& token = tokens_[at_];
            if (token.kind != Kind::comment) after_comma = token.kind == Kind::sign;
            tokens.push_back(token);
        }
        const std::string_view signs = inner_signs(tokens.front().text);
        return signs.empty() ? tokens : with_signs(tokens, signs);
    }

    [[nodiscard]] bool goes_on(bool after_comma) const {
        const Token& token = tokens_[at_];
        if (token.kind == Kind::open || token.kind == Kind::close || token.kind == Kind::separator) return false;
        return after_comma || (token.kind != Kind::comment && token.line == tokens_[at_ - 1].line);
    }

    // Whether the next token that is no comment is a `{`, which begins no statement.
    [[nodiscard]] bool before_brace() const {
        std::size_t behind = at_;
        while (behind < tokens_.size() && tokens_[behind].kind == Kind::comment) ++behind;
        return behind < tokens_.size() && tokens_[behind].kind == Kind::open;
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
